"""Sheets from strangers: read within bounds, formulas not accepted, what is no sheet refused in words."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from service.engine import sheets
from service.engine.register_schema import RegisterSchema, read_schema
from service.engine.sheets import read_upload, write_sheet
from service.errors import Invalid
from service.sdk import Record

#: As a sheet holds a day: without a zone.
MIDNIGHT = datetime(2026, 4, 7)  # noqa: DTZ001


@pytest.fixture
def schema() -> RegisterSchema:
    fields = [
        {"id": "name", "type": "text", "zh": "名称", "en": "Name"},
        {"id": "code", "type": "text", "zh": "代码", "en": "Code"},
        {"id": "cost", "type": "money", "zh": "造价", "en": "Cost"},
        {"id": "on", "type": "date", "zh": "日期", "en": "Day"},
        {"id": "open", "type": "boolean", "zh": "公开", "en": "Open"},
        {"id": "state", "type": "choice", "zh": "状态", "en": "State", "choices": [{"value": "a", "zh": "甲", "en": "First"}]},
        {"id": "parts", "type": "list", "zh": "分项", "en": "Parts"},
    ]
    return read_schema(
        "works", {"zh": "工程", "en": "Works", "key": {"id": "id", "zh": "编号", "en": "Number"}, "fields": fields}
    )


def sheet(*rows: list[Any]) -> io.BytesIO:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream


def read(schema: RegisterSchema, *rows: list[Any]) -> tuple[list[Any], list[str]]:
    found, faults = read_upload(schema, "x.xlsx", sheet(*rows))
    return found, [fault.zh for fault in faults]


def test_cells_become_what_their_fields_mean(schema: RegisterSchema) -> None:
    (row,), faults = read(
        schema, ["Number", "名称", "code", "造价", "日期", "公开", "State", "分项"],
        [7.0, "一", 91211100, "1,250,000.50", MIDNIGHT, "是", "甲", "甲、乙，丙"],
    )  # fmt: skip
    assert faults == []
    assert (row.number, row.key) == (2, "7")
    assert row.data == {
        "name": "一", "code": "91211100", "cost": Decimal("1250000.50"), "on": MIDNIGHT, "open": True, "state": "a",
        "parts": ["甲", "乙", "丙"],
    }  # fmt: skip


@pytest.mark.parametrize("written", ["2019-03-01", "2019/3/1", "2019.3.1", "2019年3月1日"])
def test_days_are_read_as_people_write_them(schema: RegisterSchema, written: str) -> None:
    (row,), _ = read(schema, ["编号", "日期"], ["1", written])
    assert row.data["on"] == "2019-03-01"


def test_a_formula_is_not_evaluated_and_named_by_its_cell(schema: RegisterSchema) -> None:
    _, faults = read(schema, ["编号", "造价"], ["1", "=1+1"])
    assert faults == ["第 2 行 造价：不能是公式，请粘贴为值"]


def test_columns_that_nobody_knows_or_that_are_missing_are_named(schema: RegisterSchema) -> None:
    assert read(schema, ["名称", "颜色", "名称"], ["x", "red", "y"])[1] == [
        "第 1 行 没有列“颜色”", "第 1 行 列“名称”重复", "第 1 行 缺少列“编号”",
    ]  # fmt: skip
    assert read(schema)[1] == ["第 1 行 缺少列“编号”"]


def test_empty_rows_are_left_out_and_rows_keep_their_numbers(schema: RegisterSchema) -> None:
    rows, _ = read(schema, ["编号", "名称"], ["1", "x"], [None, None], ["2", "y"])
    assert [(row.number, row.key) for row in rows] == [(2, "1"), (4, "2")]


def test_what_is_written_is_read_back_in_either_language(schema: RegisterSchema) -> None:
    data = {
        "name": "=HYPERLINK(1)", "cost": Decimal("5.00"), "on": date(2026, 4, 7), "open": False, "state": "a", "parts": ["甲", "乙"],
    }  # fmt: skip
    for english in (False, True):
        stream = io.BytesIO()
        write_sheet(schema, [Record(register="works", key="W-1", version=1, data=data)], units={}, english=english, stream=stream)
        (row,), faults = read_upload(schema, "x.xlsx", stream)
        assert faults == []
        assert row.key == "W-1"
        assert {**row.data, "on": row.data["on"].date()} == data


def repacked(content: io.BytesIO, name: str, body: bytes) -> io.BytesIO:
    """The same archive with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, body if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, body)
    return out


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_is_read(
    schema: RegisterSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = repacked(sheet(["编号"], ["1"]), "xl/more.xml", b" " * 3_000_000)
    assert len(bomb.getvalue()) < 20_000
    assert read_upload(schema, "x.xlsx", bomb)[1] == []
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 2_000_000)
    with pytest.raises(Invalid, match="解压后过大"):
        read_upload(schema, "x.xlsx", bomb)


@pytest.mark.parametrize("body", [
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>',
    '<?xml version="1.0" encoding="UTF-16"?><worksheet/>'.encode("utf-16"),
    b"no xml at all",
])  # fmt: skip
def test_a_sheet_that_declares_entities_hides_or_is_broken_is_refused(schema: RegisterSchema, body: bytes) -> None:
    with pytest.raises(Invalid):
        read_upload(schema, "x.xlsx", repacked(sheet(["编号"]), "xl/worksheets/sheet1.xml", body))


@pytest.mark.parametrize(("name", "content"), [
    ("x.xlsx", b"PK\x03\x04 and nothing"), ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ("x.yaml", b"- a\n- b"), ("x.yaml", b"\xff\xfe"),
    ("x.yaml", b"a: [1"), ("x.csv", b"a,b"),
])  # fmt: skip
def test_what_is_no_sheet_is_refused(schema: RegisterSchema, name: str, content: bytes) -> None:
    with pytest.raises(Invalid):
        read_upload(schema, name, io.BytesIO(content))


def test_more_rows_than_are_taken_at_once_are_refused(schema: RegisterSchema, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 3)
    rows = [[str(number)] for number in range(3)]
    assert len(read(schema, ["编号"], *rows)[0]) == 3
    with pytest.raises(Invalid, match="一次最多"):
        read(schema, ["编号"], *rows, ["4"])
