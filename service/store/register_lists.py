"""Pages of a register: narrowed by values and words, sorted, by keyset. Nothing here changes anything."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, and_, func, or_, select

from service.errors import Invalid
from service.sdk import Record
from service.store.reads import MAX_LIMIT
from service.store.register_index import WORDS, contains_words, fold, with_values
from service.store.registers import as_record
from service.store.tables import register_values, registers

#: More words than this narrow nothing further.
TERMS = 12
_KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of a register is asked for: `equals` by indexed field, `within` (field, values) when the reader sees no others."""

    equals: Mapping[str, Any] = field(default_factory=dict)
    q: str = ""
    within: tuple[str, frozenset[str]] | None = None
    sort: str = _KEY  # "key" or an indexed field; "-" before it turns the order


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """Some entries and the cursor of the next page, None at the end."""

    records: tuple[Record, ...]
    after: str | None


def list_records(connection: Connection, register: str, wanted: Wanted, *, after: str | None, limit: int) -> RecordPage:
    """List entries that the index knows to fit. Invalid for a cursor that is none of ours."""
    limit = max(1, min(limit, MAX_LIMIT))
    down, name = wanted.sort.startswith("-"), wanted.sort.removeprefix("-")
    statement = select(registers).where(registers.c.register == register, *_narrowed(register, wanted))
    if name == _KEY:
        value: Any = None
        order = [registers.c.key]
    else:
        value = func.coalesce(register_values.c.value, "")
        place = and_(
            register_values.c.register == register, register_values.c.field == name, register_values.c.key == registers.c.key
        )
        statement = statement.join(register_values, place).add_columns(value.label("sorted_by"))
        order = [value, registers.c.key]
    if after is not None:
        last_value, last_key = _read(after)
        beyond = registers.c.key < last_key if down else registers.c.key > last_key
        if value is not None:
            before = value < last_value if down else value > last_value
            beyond = or_(before, and_(value == last_value, beyond))
        statement = statement.where(beyond)
    rows = connection.execute(statement.order_by(*(part.desc() if down else part for part in order)).limit(limit + 1)).all()
    cursor = None
    if len(rows) > limit:
        last = rows[limit - 1]
        cursor = _write("" if value is None else last.sorted_by, last.key)
    return RecordPage(records=tuple(as_record(row) for row in rows[:limit]), after=cursor)


def is_within(connection: Connection, register: str, key: str, within: tuple[str, frozenset[str]]) -> bool:
    """Tell whether the field of an entry has one of the values."""
    name, values = within
    found = with_values(register, {name: values}).where(register_values.c.key == key)
    return connection.execute(found).first() is not None


def _narrowed(register: str, wanted: Wanted) -> Sequence[Any]:
    conditions = []
    equals: dict[str, Any] = dict(wanted.equals)
    if wanted.within is not None:
        name, values = wanted.within
        if name in equals:
            equals[name] = frozenset({equals[name]}) & values
        else:
            equals[name] = values
    if equals:
        conditions.append(registers.c.key.in_(with_values(register, equals)))
    words = fold(wanted.q).split()[:TERMS]
    if words:
        found = select(register_values.c.key).where(
            register_values.c.register == register, register_values.c.field == WORDS, *contains_words(words)
        )
        conditions.append(registers.c.key.in_(found))
    return conditions


def _write(value: str, key: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([value, key])).decode().rstrip("=")


def _read(cursor: str) -> tuple[str, str]:
    try:
        value, key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, TypeError):
        value = key = None
    if not isinstance(value, str) or not isinstance(key, str) or "\x00" in value + key:
        raise Invalid("分页游标无效，请从第一页重新打开。", message_en="The cursor is not one of ours: start at the first page.")
    return value, key
