"""Options: where they come from and whether an answer is one of them. Open this for radio, select, checklist and taglist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError
from marshmallow.fields import Field

from service.feel import Expression
from service.forms.fault import Fault
from service.forms.model import Check, Options, OptionTable
from service.forms.scope import Scope, evaluate
from service.forms.texts import excerpt
from service.tagged import plain

#: Characters of one chosen value, and how many may be chosen.
MAX_VALUE, MAX_CHOSEN = 1_000, 500

_NO_CHOICE = Fault(rule="type", text="type.choice")
_NO_CHOICES = Fault(rule="type", text="type.choices")


def option_key(value: Any) -> tuple[bool, Any]:
    """What makes two option values the same; keeps true apart from 1."""
    return (type(value) is bool, value)


def _is_value(value: Any) -> bool:
    if type(value) is str:
        return len(value) <= MAX_VALUE and value.isprintable()
    return type(value) is bool or (type(value) is int and abs(value) < 10**15)


class Choice(Field[Any]):
    """One chosen value: text, number or bool. Whether it is an option is known only with the variables."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if value == "":
            return None
        if not _is_value(value):
            raise ValidationError([_NO_CHOICE])
        return value


class Choices(Field[Any]):
    """A list of chosen values, none of them twice."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if type(value) is not list or len(value) > MAX_CHOSEN or not all(map(_is_value, value)):
            raise ValidationError([_NO_CHOICES])
        seen: set[tuple[bool, Any]] = set()
        for one in value:
            if option_key(one) in seen:
                raise ValidationError([Fault(rule="unique", text="unique.choice", facts={"value": excerpt(one)})])
            seen.add(option_key(one))
        return list(value)


class Tick(Field[bool]):
    """A checkbox: true or false and nothing that resembles them."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if type(value) is not bool:
            raise ValidationError([Fault(rule="type", text="type.check")])
        return value


def option_table(raw: Any) -> dict[tuple[bool, Any], str]:
    """Options from a list of values or of `{value, label}`, as form-js takes them; what is neither is left out."""
    table: dict[tuple[bool, Any], str] = {}
    for entry in raw if isinstance(raw, (list, tuple)) else ():
        if isinstance(entry, Mapping):
            value = plain(entry.get("value", entry.get("label")))
            label = entry.get("label")
        else:
            value, label = plain(entry), None
        if _is_value(value):
            table[option_key(value)] = label if isinstance(label, str) and label else str(value)
    return table


def fixed_options(table: OptionTable) -> Options:
    """Options that the schema lists."""
    return lambda scope: table


def options_from_variable(name: str) -> Options:
    """Options in a variable of the case (`valuesKey`)."""
    return lambda scope: option_table(scope.variables.get(name))


def options_from_expression(expression: Expression) -> Options:
    """Options that FEEL works out (`valuesExpression`)."""
    return lambda scope: option_table(evaluate(expression, scope))


def among(options: Options) -> Check:
    """Check that what was chosen is on offer."""

    def check(value: Any, scope: Scope) -> Fault | None:
        table = options(scope)
        for one in value if type(value) is list else (value,):
            if option_key(one) not in table:
                return Fault(rule="option", facts={"value": excerpt(one)})
        return None

    return check
