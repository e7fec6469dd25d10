"""Names in a form: what a key may be called, that no two inputs share one, and what an expression in a row may say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from service.errors import Problem
from service.forms.component import Component, Use

_KEY = re.compile(r"[a-z_][a-z0-9_]*")
_MAX_KEY = 64
#: Words of FEEL, names with a meaning of their own in the viewer, and globals that the engine offers.
RESERVED = frozenset(
    {
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "and",
        "or",
        "not",
        "between",
        "instance",
        "of",
        "function",
        "true",
        "false",
        "null",
        "this",
        "parent",
        "i",
        "case",
        "deadline",
        "today",
        "now",
    }
)


def segments(component: Component, name: str) -> tuple[str, ...] | None:
    """The key (`key`, one word) or path (`path`, words with points) of a component; None, with a problem, if it is none."""
    value = component.raw.get(name)
    if not isinstance(value, str) or not value:
        component.problem("missing-key", f"组件缺少 {name}", f"the component has no {name}")
        return None
    parts = tuple(value.split(".")) if name == "path" else (value,)
    for part in parts:
        if len(part) > _MAX_KEY or not _KEY.fullmatch(part):
            component.problem(
                "bad-key",
                f"{name} {value!r} 应由小写字母、数字和下划线组成，不以数字开头，不超过 {_MAX_KEY} 个字符",
                f"{name} {value!r} must be of small letters, digits and underscores, not begin with a digit, at most {_MAX_KEY}",
            )
            return None
        if part in RESERVED:
            component.problem("reserved-key", f"{name} 不能用保留字 {part!r}", f"{name} cannot be the reserved word {part!r}")
            return None
    return parts


class Claims:
    """Which paths of a section are taken: an input closes its path, a group leaves its path open for others."""

    def __init__(self) -> None:
        self._closed: set[tuple[str, ...]] = set()
        self._open: set[tuple[str, ...]] = set()

    def close(self, path: tuple[str, ...]) -> bool:
        """Take `path` for an input. False when it, or something above or below it, is an input already."""
        if path in self._open or not self.open(path[:-1]) or path in self._closed:
            return False
        self._closed.add(path)
        return True

    def open(self, path: tuple[str, ...]) -> bool:
        """Take `path` for a group. False when it or something above it is an input."""
        above = [path[:length] for length in range(1, len(path) + 1)]
        if any(prefix in self._closed for prefix in above):
            return False
        self._open.update(above)
        return True


def check_row_names(uses: Iterable[Use], columns: Mapping[str, frozenset[str]], keys: frozenset[str]) -> Iterator[Problem]:
    """Find columns that an expression in a row calls by their bare name: the viewer finds them only as `this.name`."""
    for use in uses:
        mine = frozenset[str]().union(*(columns.get(path, frozenset()) for path in use.rows))
        for name in sorted((use.expression.names & mine) - keys):
            yield Problem(
                rule="row-name",
                message=f"{use.place} 中的列 {name} 应写作 this.{name}（上一层为 parent.{name}，筛选条件内为 item.{name}）"
                f" / in {use.place} write this.{name} (parent.{name} one level up, item.{name} in a filter)",
                element=use.element,
            )
