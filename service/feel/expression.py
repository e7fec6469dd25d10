"""The two things FEEL source becomes: an expression to evaluate, and unary tests to put to a value."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from service.feel import (
    builtins_aggregate,
    builtins_boolean,
    builtins_context,
    builtins_conversion,
    builtins_list,
    builtins_numeric,
    builtins_range,
    builtins_string,
    builtins_temporal,
    calls,
    functions,
    iteration,
    literals,
    operators,
)
from service.feel.compiler import Compiler, Run, Test
from service.feel.constants import constant_of
from service.feel.errors import FeelError, too_much
from service.feel.limits import MAX_DEPTH, Budget
from service.feel.parser import parse
from service.feel.scopes import Frame
from service.feel.types import FindType
from service.feel.unary import tests_of
from service.feel.values import Scope, Value, native

#: Modules that declare grammar rules and built-ins when they are imported.
DECLARING: Final = (
    builtins_aggregate, builtins_boolean, builtins_context, builtins_conversion, builtins_list, builtins_numeric,
    builtins_range, builtins_string, builtins_temporal, calls, functions, iteration, literals, operators,
)  # fmt: skip
_CACHE: Final = 4_096


class Expression:
    """A compiled expression: call it with a scope. Threads may share it."""

    __slots__ = ("_run", "constant", "functions", "names", "possible_names", "source")

    def __init__(self, source: str, run: Run, compiler: Compiler) -> None:
        self.source = source
        self.names = frozenset(compiler.names)
        #: Names inside filters: of an item, or of the scope.
        self.possible_names = frozenset(compiler.possible - compiler.names)
        self.functions = frozenset(compiler.functions)
        #: What it gives whatever the scope, or `constants.VARIES`.
        self.constant = constant_of(run)
        self._run = _framed(run) if compiler.framed else run

    def __call__(self, scope: Scope) -> Value:
        """Evaluate. Null where FEEL says null; FeelError only when a limit is passed."""
        try:
            return self._run(scope)
        except RecursionError:
            raise _too_deep() from None

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"


class UnaryTests:
    """A compiled cell of a decision table: call it with a scope and the value under test.

    `test` is the same for callers who have a FEEL value and answer for RecursionError themselves.
    """

    __slots__ = ("functions", "names", "possible_names", "source", "test")

    def __init__(self, source: str, test: Test, compiler: Compiler) -> None:
        self.source = source
        self.names = frozenset(compiler.names)
        self.possible_names = frozenset(compiler.possible - compiler.names)
        self.functions = frozenset(compiler.functions)
        self.test = _framed_test(test) if compiler.framed else test

    def __call__(self, scope: Scope, value: Value) -> bool | None:
        """Test a value. FeelError only when a limit is passed."""
        try:
            return self.test(scope, native(value))
        except RecursionError:
            raise _too_deep() from None

    def __repr__(self) -> str:
        return f"UnaryTests({self.source!r})"


class Literal:
    """An attribute that is no FEEL: gives its text, whatever the scope."""

    __slots__ = ("source",)

    names: Final[frozenset[str]] = frozenset()
    possible_names: Final[frozenset[str]] = frozenset()
    functions: Final[frozenset[str]] = frozenset()

    def __init__(self, source: str) -> None:
        self.source = source

    def __call__(self, scope: Scope) -> str:
        return self.source

    def __repr__(self) -> str:
        return f"Literal({self.source!r})"


def compile(source: str, *, names: Iterable[str] = (), find_type: FindType | None = None) -> Expression:
    """Compile an expression, or take it from the cache.

    `names` are known names that hold keywords, operators or dots and so cannot be told from the text alone.
    `find_type` knows the types of a model (for `instance of` and typed parameters). FeelError when it is no FEEL.
    """
    return _compile(source, frozenset(names), find_type) if names or find_type else _compile(source)


@lru_cache(_CACHE)
def _compile(source: str, names: frozenset[str] = frozenset(), find_type: FindType | None = None) -> Expression:
    compiler = Compiler(find_type)
    try:
        return Expression(source, compiler.run(parse(source, names=names)), compiler)
    except RecursionError:
        raise _too_deep() from None


def compile_tests(source: str, *, names: Iterable[str] = (), find_type: FindType | None = None) -> UnaryTests:
    """Compile the unary tests of a decision table's cell (`> 5, [10..20)`, `not("a")`, `-`, anything with `?`)."""
    return _compile_tests(source, frozenset(names), find_type) if names or find_type else _compile_tests(source)


@lru_cache(_CACHE)
def _compile_tests(source: str, names: frozenset[str] = frozenset(), find_type: FindType | None = None) -> UnaryTests:
    compiler = Compiler(find_type)
    try:
        return UnaryTests(source, tests_of(compiler, parse(source, start="tests", names=names)), compiler)
    except RecursionError:
        raise _too_deep() from None


def attribute(text: str) -> Expression | Literal:
    """Read an attribute of the dialect: FEEL after `=`, else the text itself. Positions of errors count after the `=`."""
    stripped = text.lstrip()
    return compile(stripped[1:]) if stripped.startswith("=") else Literal(text)


def _framed(run: Run) -> Run:
    def evaluate(scope: Any) -> Value:
        return run(Frame(scope, {}, getattr(scope, "budget", None) or Budget()))

    return evaluate


def _framed_test(test: Test) -> Test:
    def evaluate(scope: Any, value: Value) -> bool | None:
        return test(Frame(scope, {}, getattr(scope, "budget", None) or Budget()), value)

    return evaluate


def _too_deep() -> FeelError:
    return too_much("嵌套层数", "nested levels", MAX_DEPTH)
