"""Registers: each write names the version it replaces, and every version stays readable."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from service.errors import Stale
from service.sdk import Write
from service.store import Store
from service.store.registers import Registers, list_versions, write_register
from service.store.tables import registers


def write(store: Store, noon: datetime, expected: int, *, key: str = "P-1", actor: str = "li", **data: Any) -> int:
    with store.write() as connection:
        return write_register(
            connection, Write(register="project", key=key, data=data, expected=expected), actor=actor, case_id="c", at=noon
        )  # fmt: skip


def test_versions_count_from_one_and_all_of_them_stay(store: Store, noon: datetime) -> None:
    budget = Decimal("1250000.00")
    assert write(store, noon, 0, name="云平台", budget=budget, due=date(2026, 12, 31)) == 1
    assert write(store, noon, 1, name="云平台（二期）", budget=budget * 2) == 2
    with store.read() as connection:
        record = Registers(connection).read("project", "P-1")
        versions = list_versions(connection, "project", "P-1")
        assert Registers(connection).read("project", "P-2") is None
        assert Registers(connection).read("contract", "P-1") is None
    assert record is not None
    assert (record.version, record.data) == (2, {"name": "云平台（二期）", "budget": Decimal("2500000.00")})
    assert [(row["version"], row["actor"], row["case_id"], row["at"]) for row in versions] == [
        (1, "li", "c", noon), (2, "li", "c", noon),
    ]  # fmt: skip
    assert versions[0]["data"] == {"name": "云平台", "budget": budget, "due": date(2026, 12, 31)}


@pytest.mark.parametrize("expected", [0, 2, 7])
def test_a_write_that_expects_another_version_is_stale_and_changes_nothing(store: Store, noon: datetime, expected: int) -> None:
    write(store, noon, 0, name="first")
    with pytest.raises(Stale, match="P-1"):
        write(store, noon, expected, name="second")
    with store.read() as connection:
        record = Registers(connection).read("project", "P-1")
        assert len(list_versions(connection, "project", "P-1")) == 1
    assert record is not None
    assert (record.version, record.data) == (1, {"name": "first"})


def test_a_first_write_that_expects_a_version_is_stale(store: Store, noon: datetime) -> None:
    with pytest.raises(Stale):
        write(store, noon, 1, name="x")


def test_after_a_stale_write_the_same_transaction_can_go_on(store: Store, noon: datetime) -> None:
    write(store, noon, 0, name="first")
    with store.write() as connection:
        with pytest.raises(Stale):
            write_register(
                connection, Write(register="project", key="P-1", data={}, expected=0), actor="li", case_id=None, at=noon
            )  # fmt: skip
        write_register(
            connection, Write(register="project", key="P-2", data={"name": "x"}, expected=0), actor="li", case_id=None, at=noon
        )  # fmt: skip
    with store.read() as connection:
        assert Registers(connection).read("project", "P-2") is not None


@pytest.mark.parametrize("expected", [0, 1])
def test_of_many_writes_of_one_version_at_once_one_succeeds_and_the_others_are_stale(
    store: Store, noon: datetime, expected: int
) -> None:
    keys = [f"P-{number}" for number in range(8)]
    for key in keys if expected else ():
        write(store, noon, 0, key=key)
    together = threading.Barrier(4, timeout=30)

    def compete(actor: str) -> list[bool]:
        won = []
        for key in keys:
            together.wait()
            try:
                write(store, noon, expected, key=key, actor=actor)
            except Stale:
                won.append(False)
            else:
                won.append(True)
        return won

    with ThreadPoolExecutor(4) as pool:
        wins = list(pool.map(compete, "abcd"))
    assert [sum(of_key) for of_key in zip(*wins, strict=True)] == [1] * len(keys)
    with store.read() as connection:
        assert connection.execute(select(func.max(registers.c.version), func.min(registers.c.version))).one() == (
            expected + 1, expected + 1,
        )  # fmt: skip


def test_entries_are_found_by_the_values_of_their_fields(store: Store, noon: datetime) -> None:
    write(store, noon, 0, key="P-1", unit="jiaoyu", budget=Decimal("5.00"))
    write(store, noon, 0, key="P-2", unit="shuili", budget=Decimal("5.00"))
    with store.read() as connection:
        found = Registers(connection)
        assert [record.key for record in found.search("project", unit="jiaoyu")] == ["P-1"]
        assert [record.key for record in found.search("project", budget=Decimal("5"))] == ["P-1", "P-2"]
        assert [record.key for record in found.search("project", unit="shuili", budget=Decimal("6"))] == []
        assert [record.key for record in found.search("contract")] == []
