"""Many cases at once: migrated and moved back, put on another step, corrected; many timers set and fired."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from city import City
from drawing import chain, end, flow, form, start, text_field, user_task
from drawing_more import timer

from service.clock import SHANGHAI
from service.errors import InvalidAnswers, NotAllowed
from service.store import batches, jobs
from service.store.batch_subjects import Selection

CLERK, MONITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin"
BODY = start() + user_task("write", form="errands.write") + user_task("check") + end() + end("lapsed")
BODY += chain("begin", "write", "check", "finished") + timer("late", "check", duration="P9D") + flow("late", "lapsed")
NEW = BODY.replace('"check"', '"verify"').replace("plain.check", "plain.verify")
FORMS = {"errands.write": form("errands.write", text_field("note", required=True))}
VERSIONS = {"from_version": "1", "to_version": 2, "mapping": {"check": "verify"}}


@pytest.fixture
def city(city_on: Callable[..., City]) -> City:
    made = city_on("sqlite", datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI))
    made.deploy({"errands": BODY}, FORMS)
    return made


@pytest.fixture
def listed(city: City) -> list[str]:
    """Three cases that stand on `check`."""
    found = [city.engine.start_case("errands", {}, by=CLERK).id for _ in range(3)]
    for case in found:
        city.engine.complete_task(city.tasks(case)[0].id, {"note": "旧"}, by=CLERK)
    return found


def ask(city: City, kind: str, subjects: list[str], **arguments: Any) -> str:
    batch = city.engine.ask_batch(kind, subjects=subjects, arguments=arguments, reason="批量更正", by=MONITOR)
    city.worker.drain()
    return batch.id


def results(city: City, batch: str) -> list[tuple[str, str]]:
    with city.store.read() as connection:
        return [(one.state, one.zh or "") for one in batches.list_items(connection, batch, state=None, after=0, limit=100)]


def timers(city: City, listed: list[str]) -> list[str]:
    return [next(row.id for row in city.waiting(case) if row.table == "job") for case in listed]


def test_a_batch_migrates_what_can_move_and_says_why_of_the_rest(city: City, listed: list[str]) -> None:
    fresh = city.engine.start_case("errands", {}, by=CLERK).id
    city.deploy({"errands": NEW.replace('"write"', '"draft"').replace("plain.write", "plain.draft")}, FORMS)
    chosen = Selection(process="errands", version=1)
    told = city.engine.foresee_batch("migrate", select=chosen, arguments=VERSIONS, by=MONITOR)
    assert (told.total, told.able) == (4, 3)
    batch = city.engine.ask_batch("migrate", select=chosen, arguments=VERSIONS, reason="新版", by=MONITOR)
    city.worker.drain()
    assert results(city, batch.id) == [("done", "已从第 1 版迁移到第 2 版。")] * 3 + [
        ("failed", "环节“write”在新版本中没有对应的环节。")
    ]
    assert [city.case(case).version for case in (*listed, fresh)] == [2, 2, 2, 1]
    assert [city.tasks(case)[0].element for case in listed] == ["verify"] * 3


def test_a_batch_undoes_another_where_nothing_has_happened(city: City, listed: list[str]) -> None:
    city.deploy({"errands": NEW}, FORMS)
    batch = ask(city, "migrate", listed, **VERSIONS)
    city.engine.claim_task(city.tasks(listed[1])[0].id, by=CLERK)
    told = city.engine.foresee_batch("undo_migrate", subjects=listed, arguments={"batch": batch}, by=MONITOR)
    assert [one.able for one in told.items] == [True, False, True]
    undone = ask(city, "undo_migrate", listed, batch=batch)
    assert [state for state, _ in results(city, undone)] == ["done", "failed", "done"]
    assert [city.case(case).version for case in listed] == [1, 2, 1]


def test_a_migration_that_was_asked_for_again_finds_nothing_to_do_twice(city: City, listed: list[str]) -> None:
    city.deploy({"errands": NEW}, FORMS)
    ask(city, "migrate", listed, **VERSIONS)
    again = ask(city, "migrate", listed, **VERSIONS)
    assert {state for state, _ in results(city, again)} == {"failed"}
    assert [[link.kind for link in city.history(case)].count("case.migrated") for case in listed] == [1, 1, 1]


def test_cases_are_put_on_another_step_together(city: City, listed: list[str]) -> None:
    told = city.engine.foresee_batch("move_token", subjects=listed, arguments={"from": "check", "to": "write"}, by=MONITOR)
    assert [one.zh for one in told.items] == ["将移动：结束 check、late；新开 write。"] * 3
    batch = ask(city, "move_token", listed, **{"from": "check", "to": "write"})
    assert {state for state, _ in results(city, batch)} == {"done"}
    assert [city.tasks(case)[0].element for case in listed] == ["write"] * 3


def test_timers_are_set_and_fired_together(city: City, listed: list[str]) -> None:
    found = timers(city, listed)
    batch = ask(city, "reschedule_timer", found, due_at="2026-12-01T09:00")
    assert results(city, batch) == [("done", "已由 2026-08-29 09:00 改到 2026-12-01 09:00。")] * 3
    with city.store.read() as connection:
        due = {job.due_at for one in found if (job := jobs.find_job(connection, one)) is not None}
    assert due == {datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)}
    assert results(city, ask(city, "fire_timer", found)) == [("done", "已触发。")] * 3
    assert [city.case(case).outcome for case in listed] == ["lapsed"] * 3
    assert {state for state, _ in results(city, ask(city, "fire_timer", found))} == {"failed"}


def test_forms_are_corrected_together_and_each_keeps_its_own_findings(city: City, listed: list[str]) -> None:
    batch = ask(city, "correct", listed, element="write", variables={"note": "新"})
    assert results(city, batch) == [("done", "已更正：note。")] * 3
    wrong = ask(city, "correct", listed, element="write", variables={"note": ""})
    states = results(city, wrong)
    assert {state for state, _ in states} == {"failed"}
    assert all("note" in words for _, words in states)
    assert [city.variables(case)["note"] for case in listed] == ["新"] * 3


@pytest.mark.parametrize(
    ("kind", "arguments", "field"),
    [
        ("migrate", {"from_version": "x", "to_version": 2}, "from_version"),
        ("migrate", {"from_version": 1, "to_version": 2, "mapping": ["check"]}, "mapping"),
        ("move_token", {"from": "check", "to": ""}, "to"),
        ("reschedule_timer", {"due_at": "tomorrow"}, "due_at"),
        ("correct", {"element": "write", "variables": {}}, "variables"),
        ("correct", {"element": "", "variables": {"note": "x"}}, "element"),
    ],
)
def test_arguments_are_judged_before_anything_is_asked_for(
    city: City, listed: list[str], kind: str, arguments: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        city.engine.ask_batch(kind, subjects=listed, arguments=arguments, reason="x", by=MONITOR)
    assert [finding.field for finding in refused.value.findings] == [field]


@pytest.mark.parametrize("kind", ["migrate", "undo_migrate", "move_token", "reschedule_timer", "fire_timer", "correct"])
def test_they_are_for_monitors(city: City, listed: list[str], kind: str) -> None:
    with pytest.raises(NotAllowed):
        city.engine.ask_batch(kind, subjects=listed, arguments={}, reason="x", by=CLERK)


def test_who_is_no_monitor_any_more_has_nothing_carried_out(city: City, listed: list[str]) -> None:
    from service.store.tables import memberships

    batch = city.engine.ask_batch(
        "move_token", subjects=listed, arguments={"from": "check", "to": "write"}, reason="x", by=MONITOR
    )  # fmt: skip
    with city.store.write() as connection:
        connection.execute(memberships.delete().where(memberships.c.account == MONITOR))
    city.worker.drain()
    assert {state for state, _ in results(city, batch.id)} == {"failed"}
    assert [city.tasks(case)[0].element for case in listed] == ["check"] * 3
