"""Types as `instance of` and typed parameters use them: compiles a type to a test on values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from service.feel.values import Function, Kind, Value, kind_of, native

if TYPE_CHECKING:
    from lark import Token

    from service.feel.compiler import Node

TypeTest: TypeAlias = Callable[[Value], "bool | None"]
#: Finds a type that a model names; None when it has none of that name. Must be hashable: compiled texts are cached by it.
FindType: TypeAlias = Callable[[str], "TypeTest | None"]

#: What `coerce` gives for a value that does not conform.
MISFIT: Final = object()

NAMED: Final[dict[str, Kind]] = {kind.value: kind for kind in Kind} | {
    "dateTime": Kind.DATE_TIME,
    "dayTimeDuration": Kind.DAYS,
    "yearMonthDuration": Kind.MONTHS,
}


def kind_test(kind: Kind) -> TypeTest:
    """Return what tells whether a value is of a kind; null is of no kind but Null."""
    if kind is Kind.ANY:
        return lambda value: value is not None
    return lambda value: kind_of(value) is kind


def spelled(node: Node | Token) -> str:
    """Spell a type in one way, to compare types by."""
    if isinstance(node, str):  # a token
        return str(node)
    name, *parts = (spelled(child) for child in node.children)
    return f"{name}<{', '.join(parts)}>" if parts or node.data in ("type_of", "type_context") else name


def type_test(node: Node, find_type: FindType | None = None) -> TypeTest:
    """Return what tells whether a value is of a type; a type FEEL does not know gives null."""
    name = str(node.children[0])
    if node.data == "type_name":
        return _named(name, find_type)
    if node.data == "type_context":
        members = [cast("Node", member).children for member in node.children[1:]]
        tests = {str(key): type_test(cast("Node", kind), find_type) for key, kind in members}
        return lambda value: (
            kind_of(value) is Kind.CONTEXT
            and all(key in value and (value[key] is None or bool(test(value[key]))) for key, test in tests.items())
        )
    parts = [cast("Node", child) for child in node.children[1:]]
    if name == "function":
        return _function([spelled(part) for part in parts if part.data != "result"])
    inner = [type_test(part, find_type) for part in parts]
    if len(inner) != 1:
        return _named("", None)
    if name == "list":
        return lambda value: kind_of(value) is Kind.LIST and all(item is None or bool(inner[0](item)) for item in value)
    if name == "range":
        return lambda value: (
            kind_of(value) is Kind.RANGE and all(end is None or bool(inner[0](end)) for end in (value.start, value.end))
        )
    return _named(name, find_type)


def _named(name: str, find_type: FindType | None) -> TypeTest:
    found = find_type(name) if find_type is not None else None
    if found is not None:
        return found
    kind = NAMED.get(name)
    return (lambda _: None) if kind is None else kind_test(kind)


def _function(params: Sequence[str]) -> TypeTest:
    """Test a function's parameters: as many, and each of the type asked for or of any."""

    def test(value: Value) -> bool:
        if type(value) is not Function:
            return callable(value)
        if len(value.params) != len(params):
            return False
        types = value.types or ("",) * len(params)
        return all(own in ("", "Any", asked) for own, asked in zip(types, params, strict=True))

    return test


def coerce(value: Value, test: TypeTest) -> Value:
    """Convert a value to a type as the standard lets: one value and a list of it, a date and its UTC midnight. Or MISFIT."""
    value = native(value)
    if value is None or test(value):
        return value
    if type(value) is list:
        return value[0] if len(value) == 1 and test(value[0]) else MISFIT
    for offered in (date_to_moment(value), [value]):
        if offered is not value and test(offered):
            return offered
    return MISFIT


def date_to_moment(value: Value) -> Value:
    """Return the UTC midnight of a date; anything else as it is."""
    return datetime.combine(value, time(), UTC) if kind_of(value) is Kind.DATE else value
