"""Rows of an import before they are entries, and what is wrong with them in words that name the row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.engine.register_schema import RegisterSchema
from service.engine.register_values import Misfit
from service.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry as a file gives it. `number` is its row in a sheet; `columns` the fields that the sheet has, None for all."""

    number: int | None
    key: str
    data: Mapping[str, Any]
    columns: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What keeps a file out, in a sentence ("第 7 行 需求单位：没有单位 xyz"). `row` is None for YAML."""

    row: int | None
    key: str
    field: str
    zh: str
    en: str

    @property
    def place(self) -> str:
        return ".".join(part for part in (self.key, self.field) if part)

    @property
    def problem(self) -> Problem:
        return Problem(rule="register-entry", element=self.place, message=f"{self.zh} / {self.en}")

    @classmethod
    def of(cls, row: Row, misfit: Misfit) -> Fault:
        return cls.at(row, misfit.field, misfit.label, misfit.label_en, misfit.zh, misfit.en)

    @classmethod
    def at(cls, row: Row, field: str, label: str, label_en: str, zh: str, en: str) -> Fault:
        where, where_en = (row.key, row.key) if row.number is None else (f"第 {row.number} 行", f"Row {row.number}")
        return cls(row=row.number, key=row.key, field=field, zh=f"{where} {label}：{zh}", en=f"{where_en}, {label_en}: {en}")


def faults_of(schema: RegisterSchema, rows: Sequence[Row]) -> Iterator[Fault]:
    """What is wrong with the rows together: the same key twice."""
    seen: dict[str, Row] = {}
    for row in rows:
        first = seen.setdefault(row.key, row)
        if first is not row and row.key:
            zh, en = f"“{row.key}”与第 {first.number} 行重复", f"{row.key!r} is in row {first.number} already"
            yield Fault.at(row, schema.key.id, schema.key.zh, schema.key.en, zh, en)


def is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []
