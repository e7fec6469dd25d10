"""Compiles literals and names, and what is built of them: lists and ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.feel.compiler import Compiler, Run, rule
from service.feel.constants import constant, folded
from service.feel.limits import bounded_list
from service.feel.ranges import half_range, make_range
from service.feel.registry import builtin_value
from service.feel.scopes import may_hold
from service.feel.temporal import parse_any
from service.feel.text import unquote
from service.feel.values import CONTEXT, FOREIGN, Range, Scope, Value, native

if TYPE_CHECKING:
    from service.feel.compiler import Node


@rule("number")
def _number(_: Compiler, node: Node) -> Run:
    try:
        return constant(CONTEXT.create_decimal(str(node.children[0])))
    except ArithmeticError:  # beyond decimal128
        return constant(None)


@rule("string")
def _string(_: Compiler, node: Node) -> Run:
    return constant(unquote(str(node.children[0])))


@rule("at")
def _at(_: Compiler, node: Node) -> Run:
    return constant(parse_any(unquote(str(node.children[0]))))


@rule("true")
def _true(_: Compiler, __: Node) -> Run:
    return constant(True)


@rule("false")
def _false(_: Compiler, __: Node) -> Run:
    return constant(False)


@rule("null")
def _null(_: Compiler, __: Node) -> Run:
    return constant(None)


@rule("name")
def _name(compiler: Compiler, node: Node) -> Run:
    name = str(node.children[0])
    compiler.mention(name)
    foreign = FOREIGN
    own = None if compiler.is_local(name) else builtin_value(name)
    if own is not None:
        return _builtin_or_variable(name, own)

    def look_up(scope: Scope) -> Value:
        value = scope.get(name)
        convert = foreign.get(type(value))
        return value if convert is None else convert(value)

    return look_up


def _builtin_or_variable(name: str, builtin: Value) -> Run:
    """Look up a name that a built-in also has: the variable goes first, where there is one."""

    def look_up(scope: Any) -> Value:
        value = native(scope.get(name))
        return builtin if value is None and not may_hold(scope, name) else value

    return look_up


@rule("expression")
def _expression(compiler: Compiler, node: Node) -> Run:
    return compiler.run(node.children[0])


@rule("list_")
def _list(compiler: Compiler, node: Node) -> Run:
    items = tuple(compiler.run(child) for child in node.children)
    return lambda scope: bounded_list([item(scope) for item in items])


@rule("range_cc", "range_co", "range_oc", "range_oo")
def _range(compiler: Compiler, node: Node) -> Run:
    low, high = (compiler.run(child) for child in node.children)
    first, last = str(node.data)[-2], str(node.data)[-1]

    def build(scope: Scope) -> Range | None:
        return make_range(low(scope), high(scope), start_included=first == "c", end_included=last == "c")

    return folded(build, low, high)


@rule("range_half")
def _range_half(compiler: Compiler, node: Node) -> Run:
    sign, end = str(node.children[0]), compiler.run(node.children[1])
    return folded(lambda scope: half_range(sign, end(scope)), end)
