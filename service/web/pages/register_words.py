"""Register entries in words: values by their fields, changes of a version, columns and filters of a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for

from service.engine.register_reading import Version
from service.engine.register_schema import MANY, Field, RegisterSchema
from service.sdk import Record
from service.web.pages import laws, wording
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

#: Columns of a list beside the key and the title.
MOST_COLUMNS = 5
LONG = 60


def law(reader: Reader, schema: RegisterSchema) -> str | None:
    """The articles that the register rests on."""
    cited = [f"{schema.regulation}#{article}" for article in schema.articles]
    return laws.short_cite(cited, reader.rules.catalogue, within=schema.regulation, english=reader.english)


def columns(reader: Reader, schema: RegisterSchema) -> list[dict[str, Any]]:
    key = schema.key.label(english=reader.english)
    title = schema.fields[schema.title].label(english=reader.english) if schema.title else ""
    shown = [{"label": field.label(english=reader.english), "number": field.type == "money"} for field in _columns(schema)]
    return [{"label": key, "number": False}, *([{"label": title, "number": False}] if title else []), *shown]


def row(reader: Reader, schema: RegisterSchema, record: Record) -> dict[str, Any]:
    return {
        "key": record.key,
        "url": url_for("pages.register_record", name=record.register, key=record.key),
        "title": schema.title_of(record.key, record.data) if schema.title else None,
        "cells": [
            {
                "label": field.label(english=reader.english),
                "value": value(reader, field, record.data.get(field.id)),
                **_look(field),
            }
            for field in _columns(schema)
        ],
    }


def _columns(schema: RegisterSchema) -> list[Field]:
    return [schema.fields[name] for name in schema.searchable if name != schema.title][:MOST_COLUMNS]


def _look(field: Field) -> dict[str, bool]:
    return {"number": field.type == "money", "date": field.type == "date"}


def filters(reader: Reader, schema: RegisterSchema, given: Mapping[str, str]) -> list[dict[str, Any]]:
    """The fields that have few values, each with its choices."""
    found = []
    for field in schema.filters:
        if field.type == "choice":
            choices = [{"id": value, "name": en if reader.english else zh} for value, (zh, en) in field.choices.items()]
        elif field.type == "boolean":
            choices = [{"id": "true", "name": _("是")}, {"id": "false", "name": _("否")}]
        elif field.type == "unit":
            choices = [{"id": unit, "name": name} for unit, name in reader.units.items()]
        else:
            continue
        label = field.label(english=reader.english)
        everything = _("%(label)s：全部", label=label)
        found.append({"name": field.id, "label": label, "all": everything, "choices": choices, "current": given.get(field.id)})
    return found


def value(reader: Reader, field: Field, stored: Any) -> str:
    """A stored value as people read it."""
    if stored is None or stored == "" or stored == []:
        return ""
    if isinstance(stored, bool):
        return _("是") if stored else _("否")
    if isinstance(stored, date):
        return wording.day(stored)
    if field.type == "money":
        return wording.yuan(stored)
    if field.type == "choice":
        words = field.choices.get(str(stored))
        return str(stored) if words is None else words[1 if reader.english else 0]
    if field.type == "unit":
        return reader.units.get(str(stored), str(stored))
    if field.type in MANY:
        return "\n".join(_row_words(reader, field, one) for one in stored) if field.fields else "、".join(map(str, stored))
    return str(stored)


def whole(reader: Reader, schema: RegisterSchema, record: Record) -> dict[str, Any]:
    """An entry: its plain fields as facts, its tables apart."""
    plain = [field for field in schema.fields.values() if not field.fields]
    tables = [field for field in schema.fields.values() if field.fields and record.data.get(field.id)]
    return {
        "key": record.key,
        "key_label": schema.key.label(english=reader.english),
        "title": schema.title_of(record.key, record.data),
        "version": record.version,
        "facts": [fact for field in plain if (fact := _fact(reader, field, record.data.get(field.id)))],
        "tables": [_table(reader, field, record.data[field.id]) for field in tables],
    }


def _fact(reader: Reader, field: Field, stored: Any) -> dict[str, Any] | None:
    text = value(reader, field, stored)
    if not text:
        return None
    money = field.type == "money"
    return {
        "label": field.label(english=reader.english),
        "value": _("%(amount)s 元", amount=text) if money else text,
        "title": wording.wan(stored) if money else None,
        "long": len(text) > LONG or "\n" in text,
    }


def _table(reader: Reader, field: Field, rows: list[Any]) -> dict[str, Any]:
    return {
        "label": field.label(english=reader.english),
        "columns": [{"label": one.label(english=reader.english), **_look(one)} for one in field.fields],
        "rows": [
            [{"value": value(reader, one, row.get(one.id)), **_look(one)} for one in field.fields]
            for row in rows
            if isinstance(row, Mapping)
        ],
    }


def _row_words(reader: Reader, field: Field, row: Any) -> str:
    if not isinstance(row, Mapping):
        return str(row)
    told = ((one.label(english=reader.english), value(reader, one, row.get(one.id))) for one in field.fields)
    return "；".join(f"{label} {text}" for label, text in told if text)


def version(reader: Reader, schema: RegisterSchema, one: Version) -> dict[str, Any]:
    """A version as the record page lists it."""
    return {
        "number": one.number,
        "at": one.at,
        "actor": _("系统") if one.actor == "system" else one.actor_name,
        "case": {"title": one.case_title, "url": url_for("pages.case", case_id=one.case_id)} if one.case_id else None,
        "changes": changes(reader, schema, one.changes),
    }


def changes(reader: Reader, schema: RegisterSchema, found: Any) -> list[dict[str, Any]]:
    """(field, before, after) in words; of a table only the rows that differ."""
    told = []
    for name, before, after in found:
        field = schema.fields.get(name) or Field(id=name, type="text", zh=name, en=name)
        if field.fields:
            before, after = _others(before, after), _others(after, before)
        told.append(
            {
                "label": field.label(english=reader.english), "before": value(reader, field, before),
                "after": value(reader, field, after),
            }
        )  # fmt: skip
    return told


def _others(these: Any, those: Any) -> list[Any]:
    known = those or []
    return [row for row in these or [] if row not in known]


def described(reader: Reader, schema: RegisterSchema) -> list[dict[str, Any]]:
    """The columns that a sheet may have."""
    english = reader.english
    kinds = {
        "text": _("文字"), "number": _("数字"), "integer": _("整数"), "money": _("金额（元）"), "boolean": _("是 / 否"),
        "date": _("日期，如 2026-04-07"), "unit": _("单位名称或代码"), "list": _("多个值用顿号分隔"),
        "file": _("由案件登记，一般留空"),
    }  # fmt: skip
    rows = [{"label": schema.key.label(english=english), "required": True, "kind": kinds["text"]}]
    for field in schema.fields.values():
        if field.id == schema.key.id:
            continue
        words = "、".join(en if english else zh for zh, en in field.choices.values())
        kind = words or kinds["file" if field.fields else field.type]
        rows.append({"label": field.label(english=english), "required": field.required, "kind": kind})
    return rows
