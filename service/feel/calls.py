"""Compiles calls (built-in, injected, written in FEEL), `instance of` and unary tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from service.feel.compare import COMPARISONS, belongs, either
from service.feel.compiler import Compiler, Run, Test, rule
from service.feel.limits import ITEMS_A_STEP
from service.feel.registry import caller, find_builtin, named_caller
from service.feel.scopes import Frame
from service.feel.types import type_test
from service.feel.values import FAULTS, Function, Scope, Value, native

if TYPE_CHECKING:
    from service.feel.compiler import Node

_Apply = Callable[[Sequence[Value]], Value]


@rule("call", "call_named")
def _call(compiler: Compiler, node: Node) -> Run:
    callee = cast("Node", node.children[0])
    named = node.data == "call_named"
    if named:
        pairs = [cast("Node", child).children for child in node.children[1:]]
        names = tuple(str(name) for name, _ in pairs)
        args = tuple(compiler.run(value) for _, value in pairs)
    else:
        names = ()
        args = tuple(compiler.run(child) for child in node.children[1:])

    simple = str(callee.children[0]) if callee.data == "name" else ""
    if simple and not compiler.is_local(simple):
        signatures = find_builtin(simple)
        if signatures is not None:
            apply = named_caller(signatures, names) if named else caller(signatures, len(args))
            return _charged(args, apply) if compiler.loops else lambda scope: apply([arg(scope) for arg in args])
        compiler.functions.add(simple)
        function: Run = lambda scope: scope.get(simple)  # noqa: E731
    else:
        function = compiler.run(callee)
    return lambda scope: invoke(function(scope), [arg(scope) for arg in args], names)


def _charged(args: Sequence[Run], apply: _Apply) -> Run:
    """Inside loops, let the data that a built-in walks count as steps."""

    def call(scope: Any) -> Value:
        values = [arg(scope) for arg in args]
        size = sum(len(value) for value in values if type(value) in (list, str, dict))
        scope.budget.spend(1 + size // ITEMS_A_STEP)
        result = apply(values)
        if type(result) in (list, str):
            scope.budget.spend(len(result) // ITEMS_A_STEP)
        return result

    return call


def invoke(function: Value, args: Sequence[Value], names: Sequence[str] = ()) -> Value:
    """Call a function value; null when it is none, or does not take these arguments."""
    if names:
        if type(function) is not Function or sorted(function.params) != sorted(names):
            return None
        args = [args[names.index(name)] for name in function.params]
    if not callable(function):
        return None
    try:
        return native(function(*args))
    except FAULTS:
        return None


@rule("instance_of")
def _instance_of(compiler: Compiler, node: Node) -> Run:
    value, fits = compiler.run(node.children[0]), type_test(cast("Node", node.children[1]))
    return lambda scope: fits(value(scope))


def test_of(compiler: Compiler, node: Node) -> Test:
    """Compile one unary test."""
    if node.data == "compare_test":
        sign, end = COMPARISONS[str(node.children[0])], compiler.run(node.children[1])
        return lambda scope, value: sign(value, end(scope))
    asked = compiler.asks
    compiler.asks = False
    run = compiler.run(node.children[0])
    asks, compiler.asks = compiler.asks, asked
    if asks:
        compiler.framed = True
        return lambda scope, value: _boolean(run(Frame(scope, {"?": value}, scope.budget)))

    def holds(scope: Scope, value: Value) -> bool | None:
        target = run(scope)
        if type(target) is bool and type(value) is not bool:
            return target
        return belongs(value, target)

    return holds


def _boolean(value: Value) -> bool | None:
    return value if type(value) is bool else None


def any_of(tests: Sequence[Test]) -> Test:
    """Join unary tests by or."""
    if len(tests) == 1:
        return tests[0]

    def holds(scope: Scope, value: Value) -> bool | None:
        answer: bool | None = False
        for test in tests:
            answer = either(answer, test(scope, value))
            if answer is True:
                return True
        return answer

    return holds


@rule("in_tests")
def _in_tests(compiler: Compiler, node: Node) -> Run:
    value = compiler.run(node.children[0])
    tests = any_of([_in_test(compiler, cast("Node", child)) for child in node.children[1:]])
    return lambda scope: tests(scope, value(scope))


def _in_test(compiler: Compiler, node: Node) -> Test:
    if node.data in ("compare_test", "value_test"):
        return test_of(compiler, node)
    target = compiler.run(node)  # the first of several, which the grammar reads as an expression
    return lambda scope, value: belongs(value, target(scope))


def tests_of(compiler: Compiler, tree: Node) -> Test:
    """Compile a whole cell of unary tests."""
    if tree.data == "any_test":
        return lambda _, __: True
    inner = any_of([test_of(compiler, cast("Node", child)) for child in tree.children])
    if tree.data == "or_tests":
        return inner

    def holds(scope: Scope, value: Value) -> bool | None:
        answer = inner(scope, value)
        return None if answer is None else not answer

    return holds
