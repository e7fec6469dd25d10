"""Local names of one evaluation: frames over the caller's scope, all drawing on one budget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from service.feel.limits import Budget
from service.feel.values import Kind, Scope, Value, kind_of

_MISSING: Final = object()


def may_hold(scope: Scope, name: str) -> bool:
    """Tell whether a scope has a name, be it with null; a scope that cannot say may have it."""
    has: Callable[[str], bool] | None = getattr(scope, "__contains__", None)
    return True if has is None else bool(has(name))


class Frame:
    """Names bound by a context, an iterator or a call, before those of the scope outside."""

    __slots__ = ("budget", "outer", "own")

    def __init__(self, outer: Scope, own: dict[str, Value], budget: Budget) -> None:
        self.outer = outer
        self.own = own
        self.budget = budget

    def get(self, name: str, /) -> Value:
        value = self.own.get(name, _MISSING)
        return self.outer.get(name) if value is _MISSING else value

    def __contains__(self, name: str) -> bool:
        return name in self.own or may_hold(self.outer, name)


class ItemFrame:
    """Inside a filter: `item`, the item's own entries if it is a context, then the scope outside."""

    __slots__ = ("budget", "entries", "item", "outer")

    def __init__(self, outer: Scope, item: Value, budget: Budget) -> None:
        self.outer = outer
        self.item = item
        self.entries = item if kind_of(item) is Kind.CONTEXT else {}
        self.budget = budget

    def get(self, name: str, /) -> Value:
        if name in self.entries:
            return self.entries[name]
        return self.item if name == "item" else self.outer.get(name)

    def __contains__(self, name: str) -> bool:
        return name == "item" or name in self.entries or may_hold(self.outer, name)
