"""How register entries are found without decoding them: the values of searchable fields, and the words of an entry, as rows.

An entry remembers by which `Indexing` its rows were made (`registers.indexed`). One that was written without, or by another, is
looked at in any case: the index is never the truth, it only leaves out what need not be decoded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from service.store.columns import insert_or
from service.store.tables import register_values, registers

#: The row that holds the words of an entry; no field is called like this.
WORDS = ""
#: The row that holds its texts that are searched by likeness.
ALIKE = "~"
MAX_VALUE = 200
_DIGITS = 20
_PLACES = Decimal("0.000001")
_TURNED = str.maketrans("0123456789", "9876543210")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexing:
    """What of a register is indexed. `fields` are found by value, `alike` by likeness, `words` are the fields that `q` searches.

    `names` turns a stored value of a field into a word that people search by (the label of a choice).
    """

    marker: str = ""
    fields: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def rows(self, register: str, key: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of one entry: always one for each field, so that newer ones replace older ones."""
        head = {"register": register, "key": key}
        told = [key, *(self._word(name, data.get(name)) for name in self.words)]
        rows = [{**head, "field": WORDS, "value": None, "body": fold(" ".join(told))}]
        if self.alike:
            texts = "\n".join(str(data.get(name) or "") for name in self.alike)
            rows.append({**head, "field": ALIKE, "value": None, "body": fold(texts)})
        rows += [{**head, "field": name, "value": encode(data.get(name)), "body": None} for name in self.fields]
        return rows

    def _word(self, name: str, value: Any) -> str:
        if value is None or isinstance(value, (list, dict, bool)):
            return ""
        return self.names.get(name, {}).get(str(value), str(value))


#: For registers that nobody described: nothing is indexed, everything is decoded.
NOTHING = Indexing()


def encode(value: Any) -> str | None:
    """A value as the index has it: equal values have equal texts, and the texts of numbers and dates sort as they do."""
    if value is None or value == "" or isinstance(value, (list, dict, tuple)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)[:MAX_VALUE]


def _number(value: int | float | Decimal) -> str | None:
    try:
        number = Decimal(str(value)).quantize(_PLACES)
    except InvalidOperation:
        return None
    text = f"{abs(number):0{_DIGITS + 7}.6f}"
    return f"1{text}" if number >= 0 else f"0{text.translate(_TURNED)}"


def fold(text: str) -> str:
    """Reduce a text so that it is found however it is typed: full width as half width, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def write_rows(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the index rows of some entries, replacing those of earlier versions, in one statement."""
    if not rows:
        return
    statement = insert_or(connection, register_values)
    new = {"value": statement.excluded.value, "body": statement.excluded.body}
    keyed = [register_values.c.register, register_values.c.key, register_values.c.field]
    connection.execute(statement.on_conflict_do_update(index_elements=keyed, set_=new), list(rows))


def candidates(register: str, indexing: Indexing, equals: Mapping[str, Any]) -> ColumnElement[bool] | None:
    """The condition on `registers` that leaves out entries whose indexed fields have other values; None when none is indexed."""
    known = {name: value for name, value in equals.items() if name in indexing.fields}
    if not known:
        return None
    outdated = or_(registers.c.indexed < indexing.marker, registers.c.indexed > indexing.marker)
    unsure = select(registers.c.key).where(registers.c.register == register, outdated)
    found = with_values(register, known)
    return or_(registers.c.key.in_(found), registers.c.key.in_(unsure))


def with_values(register: str, equals: Mapping[str, Any]) -> Any:
    """The keys of the entries that have all these values; a collection stands for any of its values."""
    (first, value), *others = equals.items()
    statement = select(register_values.c.key).where(_has(register_values, register, first, value))
    for name, wanted in others:
        other = register_values.alias()
        statement = statement.where(register_values.c.key.in_(select(other.c.key).where(_has(other, register, name, wanted))))
    return statement


def _has(table: Any, register: str, name: str, value: Any) -> ColumnElement[bool]:
    place = and_(table.c.register == register, table.c.field == name)
    if isinstance(value, (set, frozenset)):
        return and_(place, table.c.value.in_(sorted(filter(None, map(encode, value)))))
    text = encode(value)
    return and_(place, table.c.value.is_(None) if text is None else table.c.value == text)


def contains_words(words: Iterable[str]) -> list[ColumnElement[bool]]:
    """The conditions under which a row of words holds every one of them."""
    return [register_values.c.body.contains(word, autoescape=True) for word in words]
