"""Compiles calls (built-in, injected, written in FEEL), `instance of`, and `in` with several tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from service.feel.compare import belongs
from service.feel.compiler import Compiler, Run, Test, rule
from service.feel.constants import folded
from service.feel.limits import ITEMS_A_STEP, MATCHES_A_STEP
from service.feel.patterns import match_steps
from service.feel.registry import BuiltinFunction, caller, find_builtin, named_caller
from service.feel.types import type_test
from service.feel.unary import any_of, test_of
from service.feel.values import FAULTS, Function, Value, native

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
            if not compiler.loops:
                return folded(lambda scope: apply([arg(scope) for arg in args]), *args)
            return _charged(args, apply, matching=simple in ("matches", "replace", "split"))
        compiler.functions.add(simple)
        function: Run = lambda scope: scope.get(simple)  # noqa: E731
    else:
        function = compiler.run(callee)
    return lambda scope: invoke(function(scope), [arg(scope) for arg in args], names)


def _charged(args: Sequence[Run], apply: _Apply, *, matching: bool) -> Run:
    """Inside loops, let the data that a built-in walks count as steps."""

    def call(scope: Any) -> Value:
        values = [arg(scope) for arg in args]
        size = sum(len(value) for value in values if type(value) in (list, str, dict))
        scope.budget.spend(1 + size // ITEMS_A_STEP)
        if matching and len(values) > 1 and type(values[0]) is type(values[1]) is str:
            scope.budget.spend(int(match_steps(values[1], "", len(values[0]))) // MATCHES_A_STEP)
        result = apply(values)
        if type(result) in (list, str):
            scope.budget.spend(len(result) // ITEMS_A_STEP)
        return result

    return call


def invoke(function: Value, args: Sequence[Value], names: Sequence[str] = ()) -> Value:
    """Call a function value; null when it is none, or does not take these arguments."""
    if names:
        if type(function) is BuiltinFunction:
            return function.named(names, args)
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
    value, fits = compiler.run(node.children[0]), type_test(cast("Node", node.children[1]), compiler.find_type)
    return lambda scope: fits(value(scope))


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
