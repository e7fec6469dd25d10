"""Batches: judged first, carried out an item a transaction, done only when it ran; paused, cancelled, and the failed done again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from city import City
from drawing import chain, end, service_task, start, user_task

from service.errors import Conflict, InvalidAnswers, NotAllowed
from service.sdk import HANDLERS, Context, Registered
from service.store import batches, reads
from service.store.batch_subjects import Selection
from service.store.batches import ItemRow
from service.store.history import list_links

CLERK, OTHER, MONITOR, ADMIN = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.wang", "monitor.zhongxin", "sysadmin.zhongxin"


class Bank:
    """A handler of another system that answers only when it is up, and never for some cases."""

    def __init__(self) -> None:
        self.up = False
        self.never: set[str] = set()

    def run(self, context: Context) -> dict[str, Any]:
        if not self.up or context.case.id in self.never:
            raise OSError("the bank does not answer")
        return {"receipt": "R-8"}


@pytest.fixture
def bank() -> Iterator[Bank]:
    before, made = dict(HANDLERS), Bank()
    HANDLERS["call_bank"] = Registered(name="call_bank", run=made.run, inline=False, source=__file__)
    yield made
    HANDLERS.clear()
    HANDLERS.update(before)


def parked(city: City, number: int) -> tuple[list[str], list[str]]:
    """Cases whose call of the bank has parked, and those jobs."""
    body = start() + service_task("call_bank", retries=1) + user_task("look") + end()
    city.deploy({"banking": body + chain("begin", "call_bank", "look", "finished")}, {})
    cases = [city.engine.start_case("banking", {}, by=CLERK).id for _ in range(number)]
    city.worker.drain()
    return cases, [job_of(city, case)["id"] for case in cases]


def job_of(city: City, case: str) -> dict[str, Any]:
    with city.store.read() as connection:
        return dict(reads.list_case_jobs(connection, [case])[0])


def items(city: City, batch: str) -> list[ItemRow]:
    with city.store.read() as connection:
        return list(batches.list_items(connection, batch, state=None, after=0, limit=1000))


def state(city: City, batch: str) -> str:
    with city.store.read() as connection:
        found = batches.find_batch(connection, batch)
    assert found is not None
    return found.state


def run(city: City) -> None:
    """Let the worker run, and look again at what only waited."""
    city.worker.drain()
    city.clock.advance(timedelta(seconds=2))
    city.worker.drain()


def test_a_retry_is_done_when_the_job_ran_and_not_when_it_was_asked_for(city: City, bank: Bank) -> None:
    cases, jobs = parked(city, 3)
    batch = city.engine.ask_batch("retry_job", subjects=jobs, arguments={}, reason="银行已恢复", by=MONITOR)
    bank.up = True
    city.worker.run_due()
    assert [item.state for item in items(city, batch.id)] == ["waiting"] * 3

    run(city)

    assert state(city, batch.id) == "done"
    assert [(item.state, item.zh, item.case_id) for item in items(city, batch.id)] == [
        ("done", "已执行成功。", case) for case in cases
    ]  # fmt: skip
    for case in cases:
        assert [one.element for one in city.tasks(case)] == ["look"]
        (line,) = [link for link in city.history(case) if link.kind == "job.retried"]
        assert (line.actor, (line.payload or {})["reason"]) == (MONITOR, "银行已恢复")


def test_what_parks_again_has_failed_with_its_error_and_can_be_retried(city: City, bank: Bank) -> None:
    cases, jobs = parked(city, 3)
    bank.up, bank.never = True, {cases[1]}
    batch = city.engine.ask_batch("retry_job", subjects=jobs, arguments={}, reason="银行已恢复", by=MONITOR)
    run(city)
    assert [item.state for item in items(city, batch.id)] == ["done", "failed", "done"]
    assert "the bank does not answer" in (items(city, batch.id)[1].zh or "")

    bank.never = set()
    assert city.engine.retry_failed_items(batch.id, by=MONITOR) == 1
    run(city)

    assert [item.state for item in items(city, batch.id)] == ["done"] * 3
    assert state(city, batch.id) == "done"
    with pytest.raises(Conflict):
        city.engine.retry_failed_items(batch.id, by=MONITOR)


def test_a_dry_run_says_what_would_happen_and_what_can_not_and_changes_nothing(city: City, bank: Bank) -> None:
    cases, jobs = parked(city, 2)
    city.engine.suspend_case(cases[1], reason="核对", by=MONITOR)
    revisions = [city.case(case).revision for case in cases]

    seen = city.engine.foresee_batch("retry_job", select=Selection(type="call_bank"), arguments={}, by=MONITOR)

    assert (seen.total, seen.able) == (2, 1)
    assert {one.subject: one.able for one in seen.items} == {jobs[0]: True, jobs[1]: False}
    assert "the bank does not answer" in seen.items[0].zh
    assert [city.case(case).revision for case in cases] == revisions


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (Selection(), 2), (Selection(process="banking"), 2), (Selection(process="other"), 0), (Selection(error="bank does"), 2),
        (Selection(error="100%"), 0), (Selection(element="call_bank", version=1), 2),
    ],
)  # fmt: skip
def test_parked_jobs_are_selected_by_what_they_have_in_common(city: City, bank: Bank, wanted: Selection, number: int) -> None:
    from service.store.batch_subjects import list_subjects

    _, jobs = parked(city, 2)
    with city.store.read() as connection:
        found = list_subjects(connection, "job", wanted, limit=10)
    assert [subject for subject, _ in found] == jobs[:number]


def test_a_paused_batch_begins_nothing_until_it_is_resumed(city: City, bank: Bank) -> None:
    cases, _ = parked(city, 2)
    batch = city.engine.ask_batch("suspend_case", subjects=cases, arguments={}, reason="核对", by=MONITOR)
    city.engine.pause_batch(batch.id, by=MONITOR)
    run(city)
    assert [city.case(case).status for case in cases] == ["running"] * 2
    assert state(city, batch.id) == "paused"

    city.engine.resume_batch(batch.id, by=MONITOR)
    run(city)

    assert [city.case(case).status for case in cases] == ["suspended"] * 2
    assert state(city, batch.id) == "done"


def test_a_cancelled_batch_leaves_undone_what_has_not_begun(city: City, bank: Bank) -> None:
    cases, _ = parked(city, 2)
    batch = city.engine.ask_batch("terminate_case", subjects=cases, arguments={}, reason="重复", by=MONITOR)
    city.engine.cancel_batch(batch.id, reason="选错了", by=MONITOR)
    run(city)

    assert [city.case(case).status for case in cases] == ["running"] * 2
    assert [item.state for item in items(city, batch.id)] == ["skipped"] * 2
    assert state(city, batch.id) == "cancelled"
    with pytest.raises(Conflict):
        city.engine.resume_batch(batch.id, by=MONITOR)


def test_an_item_that_is_refused_says_why_and_leaves_the_others_done(city: City, bank: Bank) -> None:
    cases, _ = parked(city, 2)
    city.engine.terminate_case(cases[0], reason="重复", by=MONITOR)
    batch = city.engine.ask_batch("suspend_case", subjects=[*cases, "nosuchcase"], arguments={}, reason="核对", by=MONITOR)
    run(city)

    assert [item.state for item in items(city, batch.id)] == ["failed", "done", "failed"]
    assert items(city, batch.id)[0].zh == "该案件已终止。"
    assert city.case(cases[1]).status == "suspended"


def test_only_a_monitor_asks_for_batches_and_a_reason_is_needed(city: City, bank: Bank) -> None:
    cases, _ = parked(city, 1)
    with pytest.raises(NotAllowed):
        city.engine.ask_batch("terminate_case", subjects=cases, arguments={}, reason="重复", by=CLERK)
    with pytest.raises(NotAllowed):
        city.engine.foresee_batch("terminate_case", subjects=cases, arguments={}, by=CLERK)
    for reason in (" ", "因" * 401):
        with pytest.raises(InvalidAnswers) as refused:
            city.engine.ask_batch("terminate_case", subjects=cases, arguments={}, reason=reason, by=MONITOR)
        assert refused.value.findings[0].field == "reason"


def test_who_loses_the_role_meanwhile_does_nothing_more(city: City, bank: Bank) -> None:
    from sqlalchemy import update

    from service.store.tables import accounts

    cases, _ = parked(city, 1)
    batch = city.engine.ask_batch("terminate_case", subjects=cases, arguments={}, reason="重复", by=MONITOR)
    with city.store.write() as connection:
        connection.execute(update(accounts).where(accounts.c.name == MONITOR).values(active=False))
    run(city)

    assert city.case(cases[0]).status == "running"
    assert [item.state for item in items(city, batch.id)] == ["failed"]


def test_an_error_of_ours_in_one_item_does_not_stop_the_others(city: City, bank: Bank) -> None:
    cases, _ = parked(city, 2)
    with city.store.write() as connection:
        from sqlalchemy import update

        from service.store.tables import cases as table

        connection.execute(update(table).where(table.c.id == cases[0]).values(state=b"broken"))
    batch = city.engine.ask_batch("suspend_case", subjects=cases, arguments={}, reason="核对", by=MONITOR)
    run(city)

    assert [item.state for item in items(city, batch.id)] == ["failed", "done"]


def test_a_batch_leaves_a_line_of_the_day(city: City, bank: Bank) -> None:
    cases, _ = parked(city, 1)
    batch = city.engine.ask_batch("suspend_case", subjects=cases, arguments={}, reason="核对", by=MONITOR)
    city.engine.pause_batch(batch.id, reason="先看看", by=MONITOR)

    with city.store.read() as connection:
        lines = [link for link in list_links(connection, "day-2026-08-20") if link.kind.startswith("batch.")]
    assert [(line.kind, line.actor) for line in lines] == [("batch.asked", MONITOR), ("batch.steered", MONITOR)]
    assert (lines[0].payload or {})["number"] == 1


# --- the kinds --------------------------------------------------------------------------------------------------------


def test_a_parked_job_stays_until_it_is_retried(city: City, bank: Bank) -> None:
    bank.up = True
    body = start() + service_task("call_bank", retries=1) + user_task("look") + end()
    city.deploy({"banking": body + chain("begin", "call_bank", "look", "finished")}, {})
    case = city.engine.start_case("banking", {}, by=CLERK).id
    job = job_of(city, case)["id"]
    city.engine.act_on("park_job", job, arguments={}, reason="银行今天维护", by=MONITOR)
    city.worker.drain()
    assert (job_of(city, case)["state"], job_of(city, case)["error"]) == ("parked", "银行今天维护")

    city.engine.act_on("retry_job", job, arguments={}, reason="维护结束", by=MONITOR)
    city.worker.drain()
    assert [one.element for one in city.tasks(case)] == ["look"]


def test_jobs_to_park_are_selected_among_those_that_wait_to_run(city: City, bank: Bank) -> None:
    parked(city, 1)
    bank.up = True
    case = city.engine.start_case("banking", {}, by=CLERK).id
    seen = city.engine.foresee_batch("park_job", select=Selection(type="call_bank"), arguments={}, by=MONITOR)
    assert [one.case for one in seen.items] == [case]


def test_a_job_that_a_case_waits_for_is_not_cancelled(city: City, bank: Bank) -> None:
    _, jobs = parked(city, 1)
    seen = city.engine.foresee_batch("cancel_job", subjects=jobs, arguments={}, by=MONITOR)
    assert not seen.items[0].able
    with pytest.raises(NotAllowed, match="案件在等它的结果"):
        city.engine.act_on("cancel_job", jobs[0], arguments={}, reason="不要了", by=MONITOR)


def test_a_letter_that_cannot_be_sent_is_given_up(city: City) -> None:
    from service.store import deliveries, jobs

    now = city.clock.now()
    row = deliveries.job_row(deliveries.MAIL, {}, at=now, due_at=now + timedelta(hours=1), legal=False)
    with city.store.write() as connection:
        deliveries.insert_once(connection, row)
    city.engine.act_on("cancel_job", row["id"], arguments={}, reason="地址已停用", by=MONITOR)

    with city.store.read() as connection:
        job = jobs.find_job(connection, row["id"])
        kinds = [link.kind for link in list_links(connection, "day-2026-08-20")]
    assert job is not None
    assert job.state == "cancelled"
    assert "job.cancelled" in kinds


def test_a_task_is_reassigned_to_somebody_who_could_take_it_and_to_nobody_else(city: City) -> None:
    city.deploy({"plain": start() + user_task("look", groups="pj_unit_clerk") + end() + chain("begin", "look", "finished")})
    case = city.engine.start_case("plain", {}, by=CLERK).id
    (task,) = city.tasks(case)
    seen = city.engine.foresee_batch("reassign_task", subjects=[task.id], arguments={"to": CLERK}, by=MONITOR)
    assert seen.items[0].able
    with pytest.raises(NotAllowed):
        city.engine.act_on("reassign_task", task.id, arguments={"to": MONITOR}, reason="两天无人领取", by=MONITOR)

    city.engine.act_on("reassign_task", task.id, arguments={"to": CLERK}, reason="两天无人领取", by=MONITOR)

    assert [one.holder for one in city.tasks(case)] == [CLERK]
    line = city.history(case)[-1]
    assert (line.kind, line.actor, (line.payload or {})["to"]) == ("task.transferred", MONITOR, CLERK)
    assert (line.payload or {})["reason"] == "两天无人领取"
    with pytest.raises(NotAllowed):
        city.engine.complete_task(task.id, {}, by=MONITOR)

    city.engine.act_on("release_task", task.id, arguments={}, reason="本人请假", by=MONITOR)
    assert [one.holder for one in city.tasks(case)] == [None]


def test_a_suspended_case_can_be_terminated_and_a_running_one_not_resumed(city: City, bank: Bank) -> None:
    (case,), _ = parked(city, 1)
    with pytest.raises(Conflict):
        city.engine.resume_case(case, reason="继续", by=MONITOR)
    city.engine.suspend_case(case, reason="核对", by=MONITOR)
    city.engine.terminate_case(case, reason="重复", by=MONITOR)
    assert city.case(case).status == "terminated"
    assert city.waiting(case) == []


CATCH = (
    '<bpmn:intermediateCatchEvent id="hear" name="等待回函"><bpmn:messageEventDefinition messageRef="reply"/>'
    "</bpmn:intermediateCatchEvent>"
)
MESSAGE = (
    '<bpmn:message id="reply" name="bank.reply"><bpmn:extensionElements>'
    '<zeebe:subscription correlationKey="=case.business_key"/></bpmn:extensionElements></bpmn:message>'
)


def test_a_message_is_sent_to_cases_that_wait_for_it_and_done_when_received(city: City) -> None:
    from city import BPMN

    body = start() + CATCH + user_task("look") + end() + chain("begin", "hear", "look", "finished")
    process = f'<bpmn:process id="asking" isExecutable="true" name="asking">{body}</bpmn:process>'
    city.deploy({"asking": f"{BPMN}{MESSAGE}{process}</bpmn:definitions>"})
    cases = [city.engine.start_case("asking", {}, by=CLERK).id for _ in range(2)]
    city.worker.drain()
    arguments = {"name": "bank.reply", "payload": {"answer": "yes"}}
    seen = city.engine.foresee_batch("send_message", subjects=cases, arguments=arguments, by=ADMIN)
    assert [one.able for one in seen.items] == [True, True]

    batch = city.engine.ask_batch("send_message", subjects=cases, arguments=arguments, reason="回函是纸质的", by=ADMIN)
    run(city)

    assert [item.state for item in items(city, batch.id)] == ["done"] * 2
    assert [city.variables(case)["answer"] for case in cases] == ["yes"] * 2
    with pytest.raises(NotAllowed):
        city.engine.ask_batch("send_message", subjects=cases, arguments=arguments, reason="再发", by=MONITOR)
    with pytest.raises(Conflict):
        city.engine.act_on("send_message", cases[0], arguments=arguments, reason="再发", by=ADMIN)
