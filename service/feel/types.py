"""`instance of`: compiles a type to a test on values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast

from service.feel.values import Kind, Value, kind_of

if TYPE_CHECKING:
    from service.feel.compiler import Node

TypeTest = Callable[[Value], "bool | None"]

_NAMED: Final = {kind.value: kind for kind in Kind} | {"dateTime": Kind.DATE_TIME}


def type_test(node: Node) -> TypeTest:
    """Return what tells whether a value is of a type; a type FEEL does not know gives null."""
    name = str(node.children[0])
    if node.data == "type_name":
        return _named(name)
    if node.data == "type_context":
        members = [cast("Node", member).children for member in node.children[1:]]
        tests = {str(key): type_test(cast("Node", kind)) for key, kind in members}
        return lambda value: (
            kind_of(value) is Kind.CONTEXT
            and all(key in value and (value[key] is None or test(value[key])) for key, test in tests.items())
        )
    inner = [type_test(cast("Node", child)) for child in node.children[1:]]
    if name == "list":
        return lambda value: kind_of(value) is Kind.LIST and all(item is None or inner[0](item) for item in value)
    if name == "range":
        return lambda value: (
            kind_of(value) is Kind.RANGE and all(end is None or bool(inner[0](end)) for end in (value.start, value.end))
        )
    return _named(name)


def _named(name: str) -> TypeTest:
    kind = _NAMED.get(name)
    if kind is None:
        return lambda _: None
    if kind is Kind.ANY:
        return lambda value: value is not None
    return lambda value: kind_of(value) is kind
