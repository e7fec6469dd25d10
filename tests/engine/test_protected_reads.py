"""Reads of protected fields become lines of the case on both databases, once, however many look at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from city import City
from drawing import chain, end, form, start, text_field, user_task

from service.engine import audit_lists, batches, protected_reads, reads
from service.engine.people import get_actor
from service.errors import NotAllowed
from service.store.administrators import ActionFilter
from service.store.history import Link
from service.store.protected import ReadFilter
from service.store.proving import prove_chain

CLERK, READER, LEAD = "pj_unit_clerk.jiaoyu", "pj_center_lead.zhongxin", "pj_unit_lead.jiaoyu"
AUDIT, MONITOR, SYSADMIN = "pj_audit.shenji", "monitor.zhongxin", "sysadmin.zhongxin"


@pytest.fixture
def case(city: City) -> str:
    informant: dict[str, object] = {**text_field("informant"), "properties": {"readers": "pj_center_lead"}}
    rows: dict[str, object] = {
        "type": "dynamiclist", "path": "witnesses", "label": "证人", "id": "witnesses",
        "components": [text_field("what"), {**text_field("name"), "properties": {"readers": "pj_center_lead"}}],
    }  # fmt: skip
    price: dict[str, object] = {
        **text_field("price"),
        "properties": {"readers": "pj_center_lead", "sealed_until": "=opened = true"},
    }
    opened: dict[str, object] = {"type": "checkbox", "key": "opened", "label": "公开", "id": "opened"}
    body = start() + user_task("report", form="incidents.report") + user_task("open_up", form="incidents.open_up")
    body += user_task("look_into") + end() + chain("begin", "report", "open_up", "look_into", "finished")
    forms = {
        "incidents.report": form("incidents.report", informant, rows, price),
        "incidents.open_up": form("incidents.open_up", opened),
    }
    city.deploy({"incidents": body}, forms)
    found = city.engine.start_case("incidents", {}, by=CLERK).id
    answers = {"informant": "知情人甲", "price": "4987654", "witnesses": [{"what": "看见", "name": "证人乙"}]}
    city.engine.complete_task(city.tasks(found)[0].id, answers, by=CLERK)
    return found


def look(city: City, case: str, account: str) -> dict[str, Any]:
    with city.store.read() as connection:
        actor = get_actor(connection, account)
        return reads.visible_variables(
            city.engine.machine, connection, reads.get_case(city.engine.machine, connection, case, actor), actor
        )


def lines(city: City, case: str) -> list[Link]:
    with city.store.read() as connection:
        assert prove_chain(connection, case).found is None
    return [link for link in city.history(case) if link.kind == "protected.read"]


def test_a_line_names_the_reader_the_fields_and_the_place(city: City, case: str) -> None:
    assert look(city, case, READER)["informant"] == "知情人甲"
    (line,) = lines(city, case)
    assert line.actor == READER
    assert line.payload == {"fields": ["informant", "price", "witnesses.name"], "where": "command"}


def test_what_is_open_to_all_by_now_leaves_no_line(city: City, case: str) -> None:
    city.engine.complete_task(city.tasks(case)[0].id, {"opened": True}, by=CLERK)
    look(city, case, READER)
    assert lines(city, case)[0].payload["fields"] == ["informant", "witnesses.name"]
    assert look(city, case, LEAD)["price"] == "4987654"
    assert len(lines(city, case)) == 1


def test_an_auditor_does_not_read_what_is_sealed_and_says_so_of_the_rest(city: City, case: str) -> None:
    seen = look(city, case, AUDIT)
    assert "price" not in seen
    assert lines(city, case)[0].payload["fields"] == ["informant", "witnesses.name"]


def test_only_the_lines_that_are_asked_for_count_as_read(city: City, case: str) -> None:
    machine = city.engine.machine
    with city.store.read() as connection:
        actor = get_actor(connection, READER)
        row = reads.get_case(machine, connection, case, actor)
        reads.visible_history(machine, connection, row, actor, kinds=("rule.found",))
        assert lines(city, case) == []
        reads.visible_history(machine, connection, row, actor)
    assert lines(city, case)[0].payload["fields"] == ["informant", "price", "witnesses.name"]


def test_many_looks_at_the_same_moment_make_one_line(city: City, case: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: look(city, case, READER), range(12)))
    assert len(lines(city, case)) == 1


def test_every_reader_every_hour_and_every_new_field_make_their_own(city: City, case: str) -> None:
    machine = city.engine.machine
    for account in (READER, AUDIT):
        protected_reads.let_through(machine, account, case, ["informant"])
    city.clock.advance(timedelta(minutes=30))
    protected_reads.let_through(machine, READER, case, ["informant", "price"])
    city.clock.advance(timedelta(hours=1))
    protected_reads.let_through(machine, READER, case, ["informant"])
    told = [(line.actor, line.payload["fields"]) for line in lines(city, case)]
    assert told == [(READER, ["informant"]), (AUDIT, ["informant"]), (READER, ["price"]), (READER, ["informant"])]


def test_the_list_narrows_and_goes_on_without_a_gap(city: City, case: str) -> None:
    machine = city.engine.machine
    for account in (READER, AUDIT):
        protected_reads.let_through(machine, account, case, ["informant", "price"])
        city.clock.advance(timedelta(hours=1))

    def listed(by: str = AUDIT, limit: int = 10, **where: Any) -> list[tuple[str, str]]:
        found, after = list[tuple[str, str]](), None
        while True:
            with city.store.read() as connection:
                page = audit_lists.list_reads(
                    machine, connection, get_actor(connection, by), ReadFilter(**where), after=after, limit=limit
                )
            found += [(row["account"], row["field"]) for row in page.rows]
            after = page.after
            if after is None:
                return found

    whole = [(AUDIT, "price"), (AUDIT, "informant"), (READER, "price"), (READER, "informant")]
    assert listed() == listed(limit=1) == listed(limit=3) == listed(by=MONITOR) == listed(by=SYSADMIN) == whole
    assert listed(account=READER, field="price") == [(READER, "price")]
    assert listed(case=case) == listed(case=city.case(case).business_key) == whole
    assert listed(since=city.clock.now()) == []
    assert listed(until=city.clock.now() - timedelta(minutes=90)) == whole[2:]
    with pytest.raises(NotAllowed):
        listed(by=LEAD)


def test_the_actions_of_administrators_are_listed_across_chains(city: City, case: str) -> None:
    machine = city.engine.machine
    city.engine.suspend_case(case, reason="等待复核", by=MONITOR)
    city.clock.advance(timedelta(minutes=1))
    city.engine.resume_case(case, reason="复核完毕", by=MONITOR)

    def listed(limit: int, who: str | None = None, **where: Any) -> list[tuple[str, Any]]:
        found, after = list[tuple[str, Any]](), None
        while True:
            with city.store.read() as connection:
                page = audit_lists.list_actions(
                    machine, connection, get_actor(connection, AUDIT), ActionFilter(**where), who=who, after=after, limit=limit
                )
            found += [(row["kind"], row["payload"].get("reason")) for row in page.rows]
            after = page.after
            if after is None:
                return found

    both = [("case.resumed", "复核完毕"), ("case.suspended", "等待复核")]
    assert [one for one in listed(1) if one in both] == [one for one in listed(50) if one in both] == both
    assert listed(50, kind="case.suspended") == both[1:]
    assert "task.completed" in {kind for kind, _ in listed(50, who=CLERK)}  # anybody, also who administers no more


def test_reading_what_is_protected_in_the_archive_leaves_a_line_as_well(city: City, case: str) -> None:
    city.engine.terminate_case(case, reason="查无实据", by=MONITOR)
    city.clock.advance(timedelta(days=800))
    batches.act(city.engine.machine, "archive_case", case, arguments={}, reason="保存期已满", by=MONITOR)
    assert "informant" not in look(city, case, LEAD)
    assert look(city, case, READER)["informant"] == "知情人甲"
    assert [line.payload["fields"] for line in lines(city, case)] == [["informant", "price", "witnesses.name"]]
    batches.act(city.engine.machine, "restore_case", case, arguments={}, reason="重新调查", by=MONITOR)
    assert len(lines(city, case)) == 1
