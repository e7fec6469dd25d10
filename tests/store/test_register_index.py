"""The index of registers: it leaves out what need not be decoded, and never what fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy

from service.errors import Invalid
from service.sdk import Write
from service.store import Store, people
from service.store.register_index import Indexing, encode
from service.store.register_lists import Wanted, list_records
from service.store.registers import Registers, list_versions, reindex, write_register
from service.store.tables import registers

INDEXING = Indexing(
    marker="m1", fields=("unit_id", "city_wide", "year", "budget", "due", "status"), alike=("name", "objective"),
    words=("name", "status"), names={"status": {"filed": "filed 已申报 Filed"}},
)  # fmt: skip
BOOK = {"project": INDEXING}


def write(store: Store, noon: datetime, key: str, expected: int = 0, *, indexing: Indexing = INDEXING, **data: Any) -> None:
    with store.write() as connection:
        entry = Write(register="project", key=key, data=data, expected=expected)
        write_register(connection, entry, actor="li", case_id=None, at=noon, indexing=indexing)


def found(store: Store, **equals: Any) -> list[str]:
    with store.read() as connection:
        return [record.key for record in Registers(connection, BOOK).search("project", **equals)]


VALUES = [
    ("city_wide", True, False),
    ("city_wide", False, True),
    ("year", Decimal(2027), Decimal(2028)),
    ("budget", Decimal("5.00"), Decimal("50.00")),
    ("due", date(2026, 4, 7), date(2026, 4, 8)),
    ("unit_id", "jiaoyu", "shuili"),
    ("tags", "b", "c"),
]


@pytest.mark.parametrize(("name", "wanted", "other"), VALUES)
def test_values_of_every_type_are_found_with_and_without_the_index(
    store: Store, noon: datetime, name: str, wanted: Any, other: Any
) -> None:
    def as_stored(value: Any) -> Any:
        return ["a", value] if name == "tags" else value

    write(store, noon, "P-1", **{name: as_stored(wanted)})
    write(store, noon, "P-2", **{name: as_stored(other)})
    write(store, noon, "P-3", indexing=Indexing(), **{name: as_stored(wanted)})
    write(store, noon, "P-4")
    assert found(store, **{name: wanted}) == ["P-1", "P-3"]


def test_equal_numbers_are_found_however_they_are_written(store: Store, noon: datetime) -> None:
    write(store, noon, "P-1", budget=Decimal("5"), year=2027)
    assert found(store, budget=Decimal("5.00")) == ["P-1"]
    assert found(store, year=Decimal("2027.0")) == ["P-1"]
    assert found(store, year=True) == []


def test_an_entry_is_found_by_what_it_is_now_and_no_longer_by_what_it_was(store: Store, noon: datetime) -> None:
    write(store, noon, "P-1", unit_id="jiaoyu", status="filed")
    write(store, noon, "P-1", 1, status="filed", name="云平台")
    assert found(store, unit_id="jiaoyu") == []
    assert found(store, unit_id=None) == ["P-1"]
    assert found(store, status="filed") == ["P-1"]
    with store.read() as connection:
        assert list_records(connection, "project", Wanted(equals={"unit_id": "jiaoyu"}), after=None, limit=5).records == ()


def test_entries_of_another_indexing_are_found_and_indexed_anew(store: Store, noon: datetime) -> None:
    write(store, noon, "P-1", indexing=replace(INDEXING, marker="m0", fields=("status",)), unit_id="jiaoyu")
    write(store, noon, "P-2", indexing=Indexing(), unit_id="jiaoyu")
    write(store, noon, "P-3", unit_id="jiaoyu")
    assert found(store, unit_id="jiaoyu") == ["P-1", "P-2", "P-3"]
    with store.write() as connection:
        assert reindex(connection, "project", INDEXING) == 2
        assert reindex(connection, "project", INDEXING) == 0
    with store.read() as connection:
        page = list_records(connection, "project", Wanted(equals={"unit_id": "jiaoyu"}), after=None, limit=5)
    assert [record.key for record in page.records] == ["P-1", "P-2", "P-3"]


def test_an_indexed_search_decodes_only_what_fits(store: Store, noon: datetime) -> None:
    for number in range(20):
        write(store, noon, f"P-{number:02}", unit_id="jiaoyu" if number == 7 else "shuili", city_wide=number < 10)
    with store.write() as connection:
        connection.execute(sqlalchemy.update(registers).where(registers.c.key != "P-07").values(data=b"cannot be decoded"))
    assert found(store, unit_id="jiaoyu", city_wide=True) == ["P-07"]


def test_words_are_found_in_any_width_and_case_and_wildcards_are_only_signs(store: Store, noon: datetime) -> None:
    write(store, noon, "P-1", name="智慧ＡＢＣ平台", status="filed")
    write(store, noon, "P-2", name="100%_平台")

    def words(q: str) -> list[str]:
        with store.read() as connection:
            return [one.key for one in list_records(connection, "project", Wanted(q=q), after=None, limit=5).records]

    assert words("abc 智慧") == ["P-1"]
    assert words("申报") == ["P-1"]
    assert words("0%_") == ["P-2"]
    assert words("%") == ["P-2"]
    assert words("p-") == ["P-1", "P-2"]


def test_numbers_and_days_sort_by_what_they_are(store: Store, noon: datetime) -> None:
    budgets = ["-20.00", "-3", "0", "5.00", "10", "1000000000000.00"]
    for number, budget in enumerate(reversed(budgets)):
        write(store, noon, f"P-{number}", budget=Decimal(budget))
    with store.read() as connection:
        rising = list_records(connection, "project", Wanted(sort="budget"), after=None, limit=10).records
        falling = list_records(connection, "project", Wanted(sort="-budget"), after=None, limit=10).records
    assert [one.data["budget"] for one in rising] == [Decimal(budget) for budget in budgets]
    assert [one.key for one in falling] == list(reversed([one.key for one in rising]))


def test_a_page_holds_only_what_lies_within_the_readers_units(store: Store, noon: datetime) -> None:
    for number, unit in enumerate(("jiaoyu", "shuili", "minzheng")):
        write(store, noon, f"P-{number}", unit_id=unit)
    with store.read() as connection:

        def within(*units: str, **equals: Any) -> list[str]:
            wanted = Wanted(within=("unit_id", frozenset(units)), equals=equals)
            return [one.key for one in list_records(connection, "project", wanted, after=None, limit=5).records]

        assert within("jiaoyu", "minzheng") == ["P-0", "P-2"]
        assert within("jiaoyu", unit_id="shuili") == []
        assert within() == []


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0", "WyIiLCAiXHUwMDAwIl0", "é"])
def test_a_cursor_of_somebody_else_is_refused(store: Store, cursor: str) -> None:
    with store.read() as connection, pytest.raises(Invalid):
        list_records(connection, "project", Wanted(), after=cursor, limit=5)


def test_the_likest_are_sieved_out_and_unknown_entries_stay(store: Store, noon: datetime) -> None:
    names = ["智慧水利监测平台", "教务管理系统", "养老服务平台", "学籍管理系统", "应急指挥平台"]
    for number, name in enumerate(names):
        write(store, noon, f"P-{number}", name=name, objective="", city_wide=number % 2 == 1)
    write(store, noon, "P-9", indexing=Indexing(), name="无关", city_wide=True)
    with store.read() as connection:
        known = Registers(connection, BOOK)
        likest = known.search_alike("project", {"name": "教务管理平台", "objective": ""}, limit=2)
        wide = known.search_alike("project", {"name": "教务管理平台"}, limit=1, city_wide=True)
        unknown = known.search_alike("project", {"colour": "x"}, limit=1)
    assert [record.key for record in likest] == ["P-1", "P-3", "P-9"]
    assert [record.key for record in wide] == ["P-1", "P-9"]
    assert len(unknown) == 6


def test_a_unit_is_an_entry_whose_row_follows_in_the_same_transaction(store: Store, noon: datetime) -> None:
    def put(expected: int, **data: Any) -> None:
        with store.write() as connection:
            entry = Write(register="unit", key="jiaoyu", data=data, expected=expected)
            write_register(connection, entry, actor="li", case_id=None, at=noon)

    put(0, name="教育局", kind="department", level="city")
    put(1, name="市教育局", kind="department", credit_code="91211100MA0PLAN018")
    with store.read() as connection:
        assert people.list_units(connection) == (
            {
                "id": "jiaoyu",
                "name": "市教育局",
                "kind": "department",
                "level": "",
                "credit_code": "91211100MA0PLAN018",
                "closed_on": None,
            },
        )
        assert [row["version"] for row in list_versions(connection, "unit", "jiaoyu")] == [1, 2]


def test_units_of_before_are_entered_into_their_register_by_the_migration(database_url: str) -> None:
    from alembic import command

    from service.store.migrating import config, migrate

    store = Store(database_url)
    with store.write() as connection:
        command.upgrade(config(connection), "0001")
        connection.execute(sqlalchemy.text("INSERT INTO units (id, name, kind, level) VALUES ('jiaoyu', '市教育局', '', 'city')"))
    migrate(store)
    with store.read() as connection:
        record = Registers(connection).read("unit", "jiaoyu")
        assert len(list_versions(connection, "unit", "jiaoyu")) == 1
    store.close()
    assert record is not None
    assert (record.version, record.data) == (1, {"name": "市教育局", "level": "city", "active": True})


def test_texts_that_are_too_long_for_the_index_are_still_told_apart(store: Store, noon: datetime) -> None:
    long = "长" * 250
    write(store, noon, "P-1", unit_id=f"{long}一")
    write(store, noon, "P-2", unit_id=f"{long}二")
    assert encode(f"{long}一") == encode(f"{long}二")
    assert found(store, unit_id=f"{long}二") == ["P-2"]
