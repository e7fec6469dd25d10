"""Compiles operators, paths and conditions. Iteration and calls are in their own modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from service.feel.arithmetic import OPERATIONS, negate
from service.feel.compare import COMPARISONS, belongs, both, either
from service.feel.compiler import Compiler, Run, rule
from service.feel.constants import folded
from service.feel.temporal import PROPERTIES
from service.feel.values import Kind, Scope, Value, kind_of, native

if TYPE_CHECKING:
    from lark import Token

    from service.feel.compiler import Node


@rule("or_", "and_")
def _logic(compiler: Compiler, node: Node) -> Run:
    parts = tuple(compiler.run(child) for child in node.children)
    stop, join = (True, either) if node.data == "or_" else (False, both)
    first, rest = parts[0], parts[1:]

    def decide(scope: Scope) -> Value:
        answer = first(scope)
        if answer is stop:
            return stop
        for part in rest:
            value = part(scope)
            if value is stop:
                return stop
            answer = join(answer, value)
        return answer

    return decide


@rule("compare")
def _compare(compiler: Compiler, node: Node) -> Run:
    left, right = compiler.run(node.children[0]), compiler.run(node.children[2])
    test = COMPARISONS[str(node.children[1])]
    return lambda scope: test(left(scope), right(scope))


@rule("between")
def _between(compiler: Compiler, node: Node) -> Run:
    value, low, high = (compiler.run(child) for child in node.children)
    at_least, at_most = COMPARISONS[">="], COMPARISONS["<="]

    def lies(scope: Scope) -> Value:
        tested = value(scope)
        return both(at_least(tested, low(scope)), at_most(tested, high(scope)))

    return lies


@rule("in_value")
def _in_value(compiler: Compiler, node: Node) -> Run:
    value, target = compiler.run(node.children[0]), compiler.run(node.children[1])
    return lambda scope: belongs(value(scope), target(scope))


@rule("in_compare")
def _in_compare(compiler: Compiler, node: Node) -> Run:
    left, right = compiler.run(node.children[0]), compiler.run(node.children[2])
    test = COMPARISONS[str(node.children[1])]
    return lambda scope: test(left(scope), right(scope))


@rule("add", "multiply", "power")
def _chain(compiler: Compiler, node: Node) -> Run:
    children = node.children
    if node.data == "power":  # its operator is dropped from the tree
        steps = [(OPERATIONS["**"], compiler.run(child)) for child in children[1:]]
    else:
        steps = [(OPERATIONS[str(sign)], compiler.run(child)) for sign, child in zip(children[1::2], children[2::2], strict=True)]
    first = compiler.run(children[0])
    charged = compiler.loops > 0

    if len(steps) == 1 and not charged:
        operate, second = steps[0]
        return lambda scope: operate(first(scope), second(scope))

    def compute(scope: Any) -> Value:
        value = first(scope)
        for operate, operand in steps:
            value = operate(value, operand(scope))
            if charged and type(value) is str:  # text grows: many long copies would fill the memory
                scope.budget.spend(len(value) // 100)
        return value

    return compute


@rule("negate")
def _negate(compiler: Compiler, node: Node) -> Run:
    value = compiler.run(node.children[-1])  # after the sign
    return folded(lambda scope: negate(value(scope)), value)


@rule("path")
def _path(compiler: Compiler, node: Node) -> Run:
    value, name = compiler.run(node.children[0]), str(node.children[1])
    return lambda scope: follow(value(scope), name)


def follow(value: Value, name: str) -> Value:
    """Take an entry of a context or a property of a value; of a list, that of each item."""
    if type(value) is dict:
        return native(value.get(name))
    kind = kind_of(value)
    if kind is Kind.LIST:
        return [follow(item, name) for item in value]
    if kind is Kind.CONTEXT:
        return native(value.get(name))
    read = PROPERTIES.get(kind, {}).get(name)
    return None if read is None else read(value)


@rule("if_")
def _if(compiler: Compiler, node: Node) -> Run:
    branches: list[tuple[Run, Run]] = []
    rest: Node | Token = node
    while getattr(rest, "data", "") == "if_":  # a chain of else-ifs is one level, however long
        test, then, rest = cast("Node", rest).children
        branches.append((compiler.run(test), compiler.run(then)))
    otherwise = compiler.run(rest)

    def choose(scope: Scope) -> Value:
        for holds, result in branches:
            if holds(scope) is True:
                return result(scope)
        return otherwise(scope)

    return choose
