"""Lists that forms offer from registers: bounded, with what is chosen already; any entry within the list's scope may be chosen."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from city import ROOT, City
from drawing import chain, end, extensions, form, start, user_task
from sqlalchemy import event, insert
from sqlalchemy.engine import Engine

from service import tagged
from service.engine import offering
from service.engine.bundle import Bundle, read_bundle
from service.engine.completing import save_draft
from service.engine.people import get_actor
from service.engine.publishing import publish
from service.engine.reads import view_start, view_task
from service.errors import InvalidAnswers
from service.store.register_index import write_rows
from service.store.tables import registers

CLERK = "pj_unit_clerk.jiaoyu"
MANY = 12_000


def select(key: str, values_key: str, *, type: str = "select") -> dict[str, object]:
    return {"type": type, "key": key, "label": key, "id": key, "valuesKey": values_key, "validate": {}}


FORM = form(
    "choosing.begin", select("any", "all_projects"), select("own", "projects"), select("lot_id", "lots"),
    select("panel", "experts", type="taglist"),
    {"type": "dynamiclist", "path": "rows", "id": "rows", "label": "rows", "components": [select("project_id", "all_projects")]},
)  # fmt: skip


@pytest.fixture
def choosing(city: City) -> City:
    """A process whose start form and whose one step offer lists, on the registers of the measures."""
    publish(city.engine.machine, Bundle(registers=read_bundle(ROOT, handlers=False).registers), by="system")
    form_of_start = extensions('<zeebe:formDefinition formId="choosing.begin"/>')
    begin = start().replace("/>", f">{form_of_start}</bpmn:startEvent>")
    body = begin + user_task("check", form="choosing.check") + end() + chain("begin", "check", "finished")
    schema = json.loads(FORM)
    same = json.dumps({**schema, "id": "choosing.check"}).encode()
    city.deploy({"choosing": body}, {"choosing.begin": FORM, "choosing.check": same})
    return city


def fill(city: City, register: str, *entries: dict[str, Any]) -> None:
    machine = city.engine.machine
    schema = machine.rules.registers.find(register)
    assert schema is not None
    indexing, at = schema.indexing, machine.clock.now()
    keyed = [(data[schema.key.id], data) for data in entries]
    rows = [
        {"register": register, "key": key, "version": 1, "data": tagged.dumps(data), "updated_at": at, "indexed": indexing.marker}
        for key, data in keyed
    ]
    with machine.store.write() as connection:  # all at once, as writing them one by one takes long
        connection.execute(insert(registers), rows)
        write_rows(connection, [row for key, data in keyed for row in indexing.rows(register, key, data)])


def project(number: int, unit: str = "shuili") -> dict[str, Any]:
    return {"project_id": f"PJ-2026-{number:05d}", "project_name": f"项目{number}", "unit_id": unit, "status": "filed"}


@contextmanager
def statements() -> Iterator[list[str]]:
    found: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def view(city: City) -> dict[str, Any]:
    with city.store.read() as connection:
        return dict(view_start(city.engine.machine, connection, "choosing", get_actor(connection, CLERK)).variables)


def values(options: list[dict[str, str]]) -> list[str]:
    return [option["value"] for option in options]


def test_a_form_on_twelve_thousand_entries_offers_the_newest_and_takes_any(choosing: City) -> None:
    fill(choosing, "project", *(project(number, "jiaoyu" if number < 300 else "shuili") for number in range(MANY)))
    began = time.perf_counter()
    with statements() as asked:
        seen = view(choosing)
    took = time.perf_counter() - began
    assert values(seen["all_projects"]) == [f"PJ-2026-{number:05d}" for number in range(MANY - 1, MANY - 1 - offering.LISTED, -1)]
    assert values(seen["projects"]) == [f"PJ-2026-{number:05d}" for number in range(299, 299 - offering.LISTED, -1)]
    assert len(asked) <= 20
    assert took < 2  # decoding everything takes several times as long

    with statements() as asked:
        choosing.engine.start_case("choosing", {"any": "PJ-2026-00007", "own": "PJ-2026-00001"}, by=CLERK)
    assert len([text for text in asked if "FROM registers" in text]) == 2  # the entries that were chosen, and no others
    with pytest.raises(InvalidAnswers) as refused:
        choosing.engine.start_case("choosing", {"any": "PJ-2026-99999", "own": "PJ-2026-11999"}, by=CLERK)
    assert {finding.field: finding.rule for finding in refused.value.findings} == {"any": "option", "own": "option"}


def test_what_a_draft_or_the_case_has_chosen_keeps_its_label(choosing: City) -> None:
    fill(choosing, "project", *map(project, range(offering.LISTED + 50)))
    fill(choosing, "expert", {"account": "EX-1", "name": "张三"}, {"account": "EX-2", "name": "李四"})
    assert "PJ-2026-00003" not in values(view(choosing)["all_projects"])
    save_draft(choosing.engine.machine, "start:choosing", {"rows": [{"project_id": "PJ-2026-00003"}]}, by=CLERK)
    assert {"label": "项目3（PJ-2026-00003）", "value": "PJ-2026-00003"} in view(choosing)["all_projects"]

    answers = {"any": "PJ-2026-00004", "panel": ["EX-1", "EX-2"], "rows": [{"project_id": "PJ-2026-00005"}]}
    case = choosing.engine.start_case("choosing", answers, by=CLERK).id
    (task,) = choosing.tasks(case)
    with choosing.store.read() as connection:
        seen = view_task(choosing.engine.machine, connection, task.id, get_actor(connection, CLERK)).variables
    assert {"PJ-2026-00004", "PJ-2026-00005"} <= set(values(seen["all_projects"]))
    assert len(seen["all_projects"]) == offering.LISTED + 2
    choosing.engine.complete_task(task.id, answers, by=CLERK)


def test_a_lot_is_offered_by_its_own_name(choosing: City) -> None:
    lot = {"lot_id": "PJ-2026-0001-L1", "lot_name": "机房改造", "project_id": "PJ-2026-0001", "project_name": "云平台"}
    fill(choosing, "lot", lot)
    assert view(choosing)["lots"] == [{"label": "机房改造（PJ-2026-0001-L1）", "value": "PJ-2026-0001-L1"}]


@pytest.mark.parametrize(
    "sent",
    [
        {"any": "x" * 500}, {"any": "\x00"}, {"any": ["PJ-2026-00001"]}, {"any": {"any": "PJ-2026-00001"}}, {"panel": [[["EX-1"]]]},
        {"rows": [{"project_id": f"PJ-9-{number}"} for number in range(700)]},
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused_and_breaks_nothing(choosing: City, sent: dict[str, Any]) -> None:
    fill(choosing, "project", project(1))
    with pytest.raises(InvalidAnswers):
        choosing.engine.start_case("choosing", sent, by=CLERK)


def test_a_search_finds_by_words_and_stays_within_the_scope(choosing: City) -> None:
    fill(choosing, "project", *(project(number, "jiaoyu" if number % 2 else "shuili") for number in range(60)))
    with choosing.store.read() as connection:
        found = offering.search(connection, "all_projects", "项目", within=None)
        own = offering.search(connection, "projects", "pj-2026-0000", within=offering.of_unit("projects", "jiaoyu"))
        assert offering.of_unit("all_projects", "jiaoyu") is None
    assert values(found) == [f"PJ-2026-{number:05d}" for number in range(59, 59 - offering.FOUND, -1)]
    assert values(own) == [f"PJ-2026-{number:05d}" for number in (9, 7, 5, 3, 1)]
