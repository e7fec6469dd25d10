"""Item definitions as types: what values they allow, and how a value is converted to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from service.feel import UnaryTests
from service.feel.types import MISFIT, NAMED, date_to_moment
from service.feel.values import Kind, Value, kind_of, native

#: How deep a value may be checked: recursive types meet data that has no end.
_DEEPEST: Final = 60
#: How many parts of a value may be checked.
_MOST: Final = 200_000
_NOTHING: Final[dict[str, Value]] = {}


@dataclass(slots=True, eq=False)
class Type:
    """A type of a model. Made empty and filled when its definition is read, since types refer to each other."""

    name: str
    kind: Kind = Kind.ANY
    base: Type | None = None
    collection: bool = False
    components: dict[str, Type] = field(default_factory=dict)
    allowed: UnaryTests | None = None  # of each item
    constraint: UnaryTests | None = None  # of the whole

    @property
    def is_any(self) -> bool:
        return (
            self.kind is Kind.ANY
            and not self.collection
            and not self.components
            and self.allowed is None
            and self.constraint is None
            and (self.base is None or self.base.is_any)
        )

    def coerce(self, value: Value) -> Value:
        """Convert a value as the standard lets: a list of one and its item, a date and its UTC midnight. Or MISFIT."""
        return _Check(strict=False).fit(self, value, 0)

    def holds(self, value: Value) -> bool:
        """Tell whether a value is of this type as it stands, for `instance of`."""
        return value is not None and _Check(strict=True).fit(self, value, 0) is not MISFIT


class _Check:
    """One check of one value: converts unless `strict`. Its effort is bounded, as data may share parts or have no end."""

    __slots__ = ("_left", "_strict")

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._left = _MOST

    def fit(self, kind: Type, value: Value, depth: int) -> Value:
        value = native(value)
        self._left -= 1
        if value is None:
            return None
        if depth > _DEEPEST or self._left < 0:
            return MISFIT
        fitted = self._items(kind, value, depth) if kind.collection else self._one(kind, value, depth)
        if fitted is MISFIT or fitted is None or kind.constraint is None:
            return fitted
        return fitted if kind.constraint(_NOTHING, fitted) is True else MISFIT

    def _items(self, kind: Type, value: Value, depth: int) -> Value:
        if type(value) is not list:
            if self._strict:
                return MISFIT
            value = [value]
        self._left -= len(value)
        fitted = [self._one(kind, native(item), depth) for item in value]
        return MISFIT if any(item is MISFIT for item in fitted) else fitted

    def _one(self, kind: Type, value: Value, depth: int) -> Value:
        if value is None:
            return None
        if kind.base is not None:
            value = self.fit(kind.base, value, depth + 1)
        elif kind.components:
            value = self._parts(kind, self._unwrapped(value), depth)
        elif kind.kind is not Kind.ANY and kind_of(value) is not kind.kind:
            value = self._unwrapped(value)
            value = date_to_moment(value) if kind.kind is Kind.DATE_TIME and not self._strict else value
            value = value if kind_of(value) is kind.kind else MISFIT
        if value is MISFIT or value is None or kind.allowed is None:
            return value
        return value if kind.allowed(_NOTHING, value) is True else MISFIT

    def _unwrapped(self, value: Value) -> Value:
        return native(value[0]) if type(value) is list and len(value) == 1 and not self._strict else value

    def _parts(self, kind: Type, value: Value, depth: int) -> Value:
        if kind_of(value) is not Kind.CONTEXT or (self._strict and not kind.components.keys() <= value.keys()):
            return MISFIT
        changed: dict[str, Value] = {}
        for name, part in kind.components.items():
            if name not in value:
                continue
            given = value[name]
            fitted = self.fit(part, given, depth + 1)
            if fitted is MISFIT:
                return MISFIT
            if fitted is not given:
                changed[name] = fitted
        return {**value, **changed} if changed else value


#: The types that FEEL itself has, by every spelling.
BUILT_IN: Final[Mapping[str, Type]] = {name: Type(name, kind) for name, kind in NAMED.items()} | {"any": Type("Any")}


def built_in(name: str) -> Type | None:
    """Return a type of FEEL by its name, with or without a prefix such as `feel:`; None when it is none."""
    found = BUILT_IN.get(name)
    return found if found is not None or ":" not in name else BUILT_IN.get(name.rpartition(":")[2])
