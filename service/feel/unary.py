"""Compiles unary tests, the cells of decision tables. Tests against constants answer without evaluating anything."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from service.feel.compare import COMPARISONS, belongs, either, equal, inside
from service.feel.compiler import Compiler, Test
from service.feel.constants import VARIES, constant_of
from service.feel.scopes import Frame
from service.feel.values import Range, Scope, Value

if TYPE_CHECKING:
    from service.feel.compiler import Node


def test_of(compiler: Compiler, node: Node) -> Test:
    """Compile one unary test."""
    if node.data == "compare_test":
        sign, end = COMPARISONS[str(node.children[0])], compiler.run(node.children[1])
        known = constant_of(end)
        if known is VARIES:
            return lambda scope, value: sign(value, end(scope))
        return lambda _, value: sign(value, known)
    asked = compiler.asks
    compiler.asks = False
    run = compiler.run(node.children[0])
    asks, compiler.asks = compiler.asks, asked
    if asks:
        compiler.framed = True
        return lambda scope, value: _boolean(run(Frame(scope, {"?": value}, scope.budget)))
    known = constant_of(run)
    if type(known) is bool:  # a cell that says true asks for true; it is no condition that always holds
        return lambda _, value: value is known
    if known is not VARIES:
        return _constant_test(known)

    def holds(scope: Scope, value: Value) -> bool | None:
        target = run(scope)
        if type(target) is bool and type(value) is not bool:
            return target
        return belongs(value, target)

    return holds


def _constant_test(known: Value) -> Test:
    if type(known) is Range:
        low, high = known.start, known.end
        if type(low) is Decimal and type(high) is Decimal and known.start_included and known.end_included:
            return lambda _, value: low <= value <= high if type(value) is Decimal else inside(value, known)
        return lambda _, value: inside(value, known)

    def test(_: Scope, value: Value) -> bool | None:
        return equal(value, known)

    test.known = known  # type: ignore[attr-defined]
    return test


def _boolean(value: Value) -> bool | None:
    return value if type(value) is bool else None


def any_of(tests: Sequence[Test]) -> Test:
    """Join unary tests by or."""
    if len(tests) == 1:
        return tests[0]
    texts = frozenset(known for test in tests if type(known := getattr(test, "known", None)) is str)
    if len(texts) == len(tests):
        return lambda _, value: value in texts if type(value) is str else _first(tests, value)

    def holds(scope: Scope, value: Value) -> bool | None:
        answer: bool | None = False
        for test in tests:
            answer = either(answer, test(scope, value))
            if answer is True:
                return True
        return answer

    return holds


def _first(tests: Sequence[Test], value: Value) -> bool | None:
    """Answer for a value of another type than all the tests have: every one says the same."""
    return tests[0]({}, value)


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
