"""JSON that keeps Decimal, date, time, datetime and timedelta apart from strings. Used wherever variables are stored.

    Decimal("50.00")  {"$n": "50.00"}        date      {"$d": "2026-04-07"}
    datetime (aware)  {"$t": "...+08:00"}    time      {"$c": "09:30:00"}
    timedelta         {"$s": 86400.0}        months    {"$m": 14}   (years-and-months duration)

`dumps`/`loads` are the storage form; `plain` is the outward form of the API: money and dates as strings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A years-and-months duration (XML Schema yearMonthDuration), counted in months."""

    count: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.count), 12)
        sign = "-" if self.count < 0 else ""
        return f"{sign}P{f'{years}Y' if years else ''}{f'{months}M' if months or not years else ''}"


def _tag(value: Any) -> Any:
    kind = type(value)
    if kind is Decimal:
        return {"$n": str(value)}
    if kind is datetime:
        return {"$t": value.isoformat()}
    if kind is date:
        return {"$d": value.isoformat()}
    if kind is time:
        return {"$c": value.isoformat()}
    if kind is timedelta:
        return {"$s": value.total_seconds()}
    if kind is Months:
        return {"$m": value.count}
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    raise TypeError(f"a variable cannot hold a {kind.__name__}")


_UNTAG: dict[str, Callable[[Any], Any]] = {
    "$n": Decimal,
    "$d": date.fromisoformat,
    "$t": datetime.fromisoformat,
    "$c": time.fromisoformat,
    "$s": lambda seconds: timedelta(seconds=seconds),
    "$m": Months,
}

#: Wraps an object of a stranger that looks like a tag.
_OBJECT = "$o"
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


def dumps(value: Any) -> bytes:
    """Encode a tree of JSON values plus the tagged types. TypeError names a type that cannot be stored.

    An object of a stranger that looks like a tag (`{"$n": "abc"}`) is wrapped as `{"$o": …}` and comes back as it was.
    """
    tags = 0

    def tag(item: Any) -> Any:
        nonlocal tags
        tagged = _tag(item)
        tags += type(tagged) is dict
        return tagged

    data = orjson.dumps(value, default=tag, option=_OPTIONS)
    # Inside a JSON text `{"$` can only be the beginning of an object: a quoted one would read `{\\"$`.
    if data.count(b'{"$') == tags:
        return data
    return orjson.dumps(_wrap(value), default=_tag, option=_OPTIONS)


def _wrap(value: Any) -> Any:
    if isinstance(value, dict):
        wrapped = {key: _wrap(inner) for key, inner in value.items()}
        strange = len(value) == 1 and next(iter(value)) in (*_UNTAG, _OBJECT)
        return {_OBJECT: wrapped} if strange else wrapped
    return [_wrap(inner) for inner in value] if isinstance(value, (list, tuple, set, frozenset)) else value


def loads(data: bytes | str) -> Any:
    """Decode what `dumps` wrote."""
    tree = orjson.loads(data)
    marked = b'{"$' in data if isinstance(data, bytes) else '{"$' in data
    return _revive(tree) if marked else tree


def _revive(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        if len(value) == 1:
            ((key, inner),) = value.items()
            if key in _UNTAG:
                return _UNTAG[key](inner)
            if key == _OBJECT and type(inner) is dict:
                return {name: _revive(kept) for name, kept in inner.items()}
        return {key: _revive(inner) if type(inner) in (dict, list) else inner for key, inner in value.items()}
    if kind is list:
        return [_revive(inner) if type(inner) in (dict, list) else inner for inner in value]
    return value


def plain(value: Any) -> Any:
    """The outward form: Decimal as its string, dates as ISO 8601, durations as ISO 8601 text or seconds."""
    kind = type(value)
    if kind is dict:
        return {key: plain(inner) for key, inner in value.items()}
    if kind in (list, tuple, set, frozenset):
        return [plain(inner) for inner in value]
    if kind is Decimal:
        return str(value)
    if kind in (date, datetime, time):
        return value.isoformat()
    if kind is timedelta:
        return f"PT{value.total_seconds():g}S"
    if kind is Months:
        return str(value)
    return value
