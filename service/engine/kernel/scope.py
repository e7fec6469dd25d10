"""Where variables live: one document of nested scopes for each case. Open this to see who sees and who writes what.

A scope belongs to a token: a sub-process, a multi-instance body, one of its instances, or a step with input mappings. The case
itself is scope "". Reading goes outwards. Writing goes to the nearest scope that has the name, else to the case — but never out
of a multi-instance instance (a *wall*): parallel experts must not overwrite each other. Output mappings pass the wall, as in
Camunda 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from service import tagged

CASE: Final = ""
_ABSENT: Final = object()


class Scopes:
    """The scopes of one case: `{key: {"p": parent key, "v": variables, "w": wall, "i": items}}`."""

    __slots__ = ("_scopes",)

    def __init__(self, scopes: dict[str, dict[str, Any]] | None = None) -> None:
        self._scopes = scopes if scopes is not None else {CASE: {"p": None, "v": {}}}

    @classmethod
    def loads(cls, data: bytes) -> Scopes:
        return cls(tagged.loads(data))

    def dumps(self) -> bytes:
        return tagged.dumps(self._scopes)

    def __contains__(self, key: str) -> bool:
        return key in self._scopes

    def __len__(self) -> int:
        return len(self._scopes)

    def keys(self) -> tuple[str, ...]:
        return tuple(self._scopes)

    def open(self, key: str, parent: str, variables: Mapping[str, Any] | None = None, *, wall: bool = False) -> None:
        """Open scope `key` inside `parent`, or add to it when it is open already."""
        scope = self._scopes.get(key)
        if scope is None:
            scope = self._scopes[key] = {"p": parent, "v": {}}
            if wall:
                scope["w"] = True
        if variables:
            scope["v"].update(variables)

    def close(self, key: str) -> None:
        self._scopes.pop(key, None)

    def keep_only(self, keys: set[str]) -> None:
        """Close every scope whose token is gone."""
        for key in [key for key in self._scopes if key != CASE and key not in keys]:
            del self._scopes[key]

    def local(self, key: str) -> dict[str, Any]:
        """The variables of this scope alone; live, not a copy."""
        return self._scopes[key]["v"]  # type: ignore[no-any-return]

    def stash(self, key: str, items: list[Any]) -> None:
        """Keep the items of a sequential multi-instance body out of sight of expressions."""
        self._scopes[key]["i"] = items

    def stashed(self, key: str) -> list[Any]:
        return self._scopes[key]["i"]  # type: ignore[no-any-return]

    def find(self, key: str | None, name: str, default: Any = None) -> Any:
        """Find the innermost value of `name`. A variable may be null: give a `default` to tell that from absence."""
        while key is not None:
            scope = self._scopes[key]
            if name in scope["v"]:
                return scope["v"][name]
            key = scope["p"]
        return default

    def visible(self, key: str) -> dict[str, Any]:
        """All that is seen from scope `key`; the innermost value of a name wins."""
        scope = self._scopes[key]
        if scope["p"] is None:
            return dict(scope["v"])
        return {**self.visible(scope["p"]), **scope["v"]}

    def merge(self, key: str, variables: Mapping[str, Any], *, through_walls: bool = False) -> None:
        """Write each variable to the nearest scope that has it, else to the outermost one within reach."""
        for name, value in variables.items():
            self._scopes[self._home(key, name, through_walls)]["v"][name] = value

    def _home(self, key: str, name: str, through_walls: bool) -> str:
        while True:
            scope = self._scopes[key]
            if name in scope["v"] or scope["p"] is None or (not through_walls and scope.get("w")):
                return key
            key = scope["p"]


class View:
    """What an expression sees: extra names first, then the scopes outwards, then what the host offers."""

    __slots__ = ("_extra", "_key", "_lookup", "_scopes")

    def __init__(
        self, scopes: Scopes, key: str, lookup: Callable[[str], Any | None], extra: Mapping[str, Any] | None = None
    ) -> None:
        self._scopes = scopes
        self._key = key
        self._lookup = lookup
        self._extra = extra

    def get(self, name: str, default: Any = None) -> Any:
        if self._extra is not None and name in self._extra:
            return self._extra[name]
        value = self._scopes.find(self._key, name, _ABSENT)
        if value is _ABSENT:
            value = self._lookup(name)
        return default if value is None else value
