"""Every write of a register is checked by its schema, also by handlers; of two writers of one version one is told to read again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from city import City
from drawing import chain, end, service_task, start, user_task

from service.engine.bundle import Bundle
from service.engine.publishing import publish
from service.engine.register_schema import RegisterBook, read_schema
from service.engine.register_values import InvalidEntry, checked
from service.engine.registering import put_unit, write_entry
from service.errors import InvalidDefinition, Stale
from service.sdk import HANDLERS, Context, Registered, Write
from service.store.registers import Registers, list_versions
from service.worker import Worker

CLERK = "pj_unit_clerk.jiaoyu"
SCHEMA = {
    "register": "works", "zh": "工程台账", "en": "Register of works", "key": {"id": "works_id", "zh": "编号", "en": "Number"},
    "title": "name", "searchable": ["name", "state"],
    "fields": [
        {"id": "name", "type": "text", "zh": "名称", "en": "Name", "required": True},
        {"id": "state", "type": "choice", "zh": "状态", "en": "State", "choices": [{"value": "a", "zh": "甲", "en": "A"}]},
        {"id": "cost", "type": "money", "zh": "造价", "en": "Cost"},
        {"id": "count", "type": "integer", "zh": "次数", "en": "Count"},
        {"id": "parts", "type": "list", "zh": "分项", "en": "Parts", "fields": [
            {"id": "sum", "type": "money", "zh": "金额", "en": "Sum", "required": True}]},
    ],
}  # fmt: skip


@pytest.fixture
def handlers() -> Iterator[dict[str, Registered]]:
    before = dict(HANDLERS)
    yield HANDLERS
    HANDLERS.clear()
    HANDLERS.update(before)


@pytest.fixture
def works(city: City, handlers: dict[str, Registered]) -> City:
    """A city with the register `works` and a process that writes it: once inline, or as a job."""
    publish(city.engine.machine, Bundle(registers={"works": SCHEMA}), by="system")
    return city


def deploy(city: City, run: Any, *, inline: bool) -> None:
    HANDLERS["enter_works"] = Registered(name="enter_works", run=run, inline=inline, source=__file__)
    body = start() + service_task("enter_works") + user_task("look") + end() + chain("begin", "enter_works", "look", "finished")
    city.deploy({"entering": body})


def entry(**data: Any) -> Write:
    return Write(register="works", key="W-1", data=data, expected=0)


@pytest.mark.parametrize(("data", "field", "words"), [
    ({}, "name", "名称（name）必填"),
    ({"name": "x", "colour": "red"}, "colour", "没有这个字段"),
    ({"name": "x", "state": "b"}, "state", "“b”不在可选值中"),
    ({"name": "x", "cost": Decimal("0.001")}, "cost", "造价（cost）“0.001”不是金额"),
    ({"name": "x", "count": Decimal("1.5")}, "count", "不是整数"),
    ({"name": ["x"]}, "name", "不是文字"),
    ({"name": "x", "parts": [{"sum": "many"}]}, "parts.0.sum", "“many”不是金额"),
    ({"name": "x", "parts": [{"sum": 1}, {}]}, "parts.1.sum", "必填"),
    ({"name": "x", "parts": [{"sum": 1, "more": 1}]}, "parts.0.more", "没有这个字段"),
])  # fmt: skip
def test_what_does_not_fit_names_register_entry_and_field(data: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidEntry) as refused:
        checked(read_schema("works", SCHEMA), entry(**data))
    for part in ("工程台账", "W-1", field, words):
        assert part in refused.value.message
    for part in ("works", "W-1", field):
        assert part in refused.value.message_en


def test_what_fits_gets_the_types_of_its_fields() -> None:
    done = checked(read_schema("works", SCHEMA), entry(name="x", state="a", cost=5, count="3", parts=[{"sum": "7.5"}]))
    assert done.data == {
        "name": "x", "state": "a", "cost": Decimal("5.00"), "count": Decimal(3), "parts": [{"sum": Decimal("7.50")}],
    }  # fmt: skip
    assert str(done.data["cost"]) == "5.00"


@pytest.mark.parametrize("key", ["", " x", "x" * 81, "a\nb"])
def test_a_key_that_nobody_could_type_is_refused(key: str) -> None:
    with pytest.raises(InvalidEntry):
        checked(read_schema("works", SCHEMA), Write(register="works", key=key, data={"name": "x"}, expected=0))


def test_an_inline_handler_that_writes_nonsense_stops_its_command(works: City) -> None:
    deploy(works, lambda context: context.write("works", "W-1", {"name": "x", "colour": "red"}, expected=0), inline=True)
    with pytest.raises(InvalidEntry, match="colour"):
        works.engine.start_case("entering", {}, by=CLERK)
    with works.store.read() as connection:
        assert Registers(connection).read("works", "W-1") is None


def test_a_job_that_writes_nonsense_becomes_an_incident_that_says_why(works: City, clock: Any) -> None:
    deploy(works, lambda context: context.write("works", "W-1", {"state": "a"}, expected=0), inline=False)
    case = works.engine.start_case("entering", {}, by=CLERK).id
    for _ in range(4):
        works.worker.drain()
        clock.advance(timedelta(hours=2))
    (job,) = works.waiting(case)
    parked = [link.payload["error"] for link in works.history(case) if link.kind == "job.parked"]
    assert job.table == "job"
    assert "工程台账" in parked[0]
    assert "名称（name）必填" in parked[0]


def test_handlers_of_many_cases_that_count_in_one_entry_lose_no_count(works: City, clock: Any) -> None:
    both = threading.Barrier(2, timeout=20)
    meet = True

    def count(context: Context) -> None:
        known = context.registers.read("works", "W-1")
        if meet:
            with suppress(threading.BrokenBarrierError):
                both.wait()  # both have read the same version
        done = int(known.data.get("count") or 0) if known else 0
        context.write("works", "W-1", {"name": "x", "count": done + 1}, expected=known.version if known else 0)

    deploy(works, count, inline=False)
    for _ in range(2):
        works.engine.start_case("entering", {}, by=CLERK)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: Worker(works.engine).run_due(), range(2)))
    meet = False
    for _ in range(3):
        works.worker.drain()
        clock.advance(timedelta(hours=2))

    with works.store.read() as connection:
        record = Registers(connection).read("works", "W-1")
        versions = list_versions(connection, "works", "W-1")
    assert record is not None
    assert (record.version, record.data["count"]) == (2, Decimal(2))
    assert len({row["case_id"] for row in versions}) == 2


def test_of_two_people_who_write_one_version_the_second_is_told(works: City, clock: Any) -> None:
    book = works.engine.machine.rules.registers
    with works.store.write() as connection:
        write_entry(connection, book, entry(name="first"), actor="a", case_id=None, at=clock.now())
    with pytest.raises(Stale, match="W-1"), works.store.write() as connection:
        write_entry(connection, book, entry(name="second"), actor="b", case_id=None, at=clock.now())
    with works.store.read() as connection:
        record = Registers(connection).read("works", "W-1")
    assert record is not None
    assert record.data == {"name": "first"}


def test_a_schema_that_changes_indexes_what_is_there_anew(works: City, clock: Any) -> None:
    with works.store.write() as connection:
        book = works.engine.machine.rules.registers
        write_entry(connection, book, entry(name="x", count=3), actor="a", case_id=None, at=clock.now())
    publish(works.engine.machine, Bundle(registers={"works": {**SCHEMA, "searchable": ["name", "count"]}}), by="system")
    book = works.engine.machine.rules.registers
    assert book.get("works").indexing.fields == ("name", "count")
    with works.store.read() as connection:
        assert [one.key for one in Registers(connection, book.indexings).search("works", count=Decimal(3))] == ["W-1"]


@pytest.mark.parametrize(("change", "words"), [
    ({"fields": None}, "fields"),
    ({"title": "nothing"}, "nothing"),
    ({"searchable": ["nothing"]}, "nothing"),
    ({"fields": [{"id": "name", "type": "colour"}]}, "type"),
    ({"fields": [{"id": "name", "type": "choice"}]}, "choices"),
    ({"fields": [{"id": "name", "type": "text"}, {"id": "name", "type": "text"}]}, "字段重复"),
])  # fmt: skip
def test_a_schema_that_is_none_is_not_published(city: City, change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidDefinition, match=words):
        publish(city.engine.machine, Bundle(registers={"works": {**SCHEMA, **change}}), by="system")


def test_a_unit_has_versions_and_is_not_written_again_without_news(city: City, clock: Any) -> None:
    book = RegisterBook()
    with city.store.write() as connection:
        assert put_unit(connection, book, "xin", {"name": "新局"}, actor="a", at=clock.now()) == 1
        assert put_unit(connection, book, "xin", {"name": "新局", "kind": ""}, actor="a", at=clock.now()) is None
        assert put_unit(connection, book, "xin", {"name": "市新局"}, actor="a", at=clock.now()) == 2
        record = Registers(connection).read("unit", "xin")
    assert record is not None
    assert record.data == {"active": True, "name": "市新局"}


def test_the_demonstration_enters_its_units_once(city: City) -> None:
    with city.store.read() as connection:
        versions = list_versions(connection, "unit", "jiaoyu")
    assert [row["version"] for row in versions] == [1]
    assert versions[0]["data"]["name"] == "市教育局"
