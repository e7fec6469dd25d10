"""What somebody asks of a register, read by its schema: values of searchable fields, a sort order, words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from service.engine.register_reading import Sight
from service.engine.register_schema import Field, RegisterSchema
from service.errors import Finding, InvalidAnswers
from service.store.register_lists import Wanted

_YES, _NO = frozenset({"true", "1", "yes", "是"}), frozenset({"false", "0", "no", "否"})


def read_wanted(sight: Sight, *, q: str = "", sort: str = "key", equals: Mapping[str, str] | None = None) -> Wanted:
    """Read what is asked as text. InvalidAnswers for a field that is not searchable, or a value that its field cannot have."""
    schema, findings, typed = sight.schema, [], {}
    for name, text in (equals or {}).items():
        if name not in schema.indexing.fields:
            findings.append(_not_searchable(schema, name, name))
            continue
        try:
            typed[name] = _value(schema.fields[name], text.strip())
        except (ValueError, InvalidOperation):
            message, message_en = f"“{text}”不是{schema.fields[name].zh}。", f"{text!r} is no {schema.fields[name].en}."
            findings.append(Finding(field=name, rule="invalid", message=message, message_en=message_en))
    if sort.removeprefix("-") not in ("key", *schema.indexing.fields):
        findings.append(_not_searchable(schema, "sort", sort))
    if findings:
        raise InvalidAnswers(findings)
    return Wanted(equals=typed, q=q, within=sight.within, sort=sort)


def _not_searchable(schema: RegisterSchema, place: str, name: str) -> Finding:
    listed = "、".join(schema.indexing.fields)
    return Finding(
        field=place[:200], rule="not-searchable", message=f"不能按“{name[:80]}”查找；可用：{listed}。",
        message_en=f"Cannot search by {name[:80]!r}; there are: {listed}.",
    )  # fmt: skip


def _value(field: Field, text: str) -> Any:
    if "\x00" in text:
        raise ValueError
    if field.type == "boolean":
        word = text.casefold()
        if word not in _YES | _NO:
            raise ValueError
        return word in _YES
    if field.type in ("integer", "number", "money"):
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError
        return number
    return text
