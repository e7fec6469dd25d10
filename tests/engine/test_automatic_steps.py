"""Handlers: inline ones run in the command, others as jobs with attempts, back-off and incidents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from city import City
from drawing import chain, end, flow, service_task, start, user_task

from service.errors import InvalidAnswers
from service.sdk import HANDLERS, BpmnError, Context, Registered
from service.store import reads
from service.store.registers import Registers

CLERK, MONITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin"


@pytest.fixture
def handlers() -> Iterator[dict[str, Registered]]:
    """Handlers of one test; gone afterwards."""
    before = dict(HANDLERS)
    yield HANDLERS
    HANDLERS.clear()
    HANDLERS.update(before)


def give(handlers: dict[str, Registered], name: str, run: Any, *, inline: bool = False) -> None:
    handlers[name] = Registered(name=name, run=run, inline=inline, source=__file__)


def one_service(city: City, *, retries: int = 3) -> str:
    body = start() + service_task("call_bank", retries=retries) + user_task("look") + end()
    city.deploy({"banking": body + chain("begin", "call_bank", "look", "finished")}, {})
    return city.engine.start_case("banking", {}, by=CLERK).id


def jobs(city: City, case: str) -> list[dict[str, Any]]:
    with city.store.read() as connection:
        return list(reads.list_case_jobs(connection, [case]))


def test_a_handler_runs_as_a_job_and_its_result_becomes_variables(city: City, handlers: dict[str, Registered]) -> None:
    keys: list[str] = []

    def run(context: Context) -> dict[str, Any]:
        keys.append(context.idempotency_key)
        context.write("receipt", context.case.business_key, {"no": "R-7"}, expected=0)
        return {"receipt": "R-7"}

    give(handlers, "call_bank", run)
    case = one_service(city)
    assert [(job["kind"], job["state"]) for job in jobs(city, case)] == [("service", "todo")]

    city.worker.drain()

    assert city.variables(case)["receipt"] == "R-7"
    assert [waiting.element for waiting in city.tasks(case)] == ["look"]
    with city.store.read() as connection:
        assert Registers(connection).read("receipt", city.case(case).business_key) is not None
    assert len(keys) == 1
    assert keys[0]


def test_a_failing_handler_backs_off_is_parked_and_goes_on_after_a_retry(city: City, handlers: dict[str, Registered]) -> None:
    broken = True

    def run(context: Context) -> dict[str, Any]:
        if broken:
            raise OSError("the bank does not answer")
        return {"receipt": "R-8"}

    give(handlers, "call_bank", run)
    case = one_service(city, retries=3)
    for _ in range(3):
        city.worker.drain()
        city.clock.advance(timedelta(minutes=1))
    (job,) = jobs(city, case)
    assert (job["state"], job["attempts"]) == ("parked", 3)
    assert "the bank does not answer" in job["error"]
    assert city.worker.drain() == 0

    broken = False
    city.engine.retry_job(job["id"], reason="银行接口已恢复", by=MONITOR)
    city.worker.drain()
    assert city.variables(case)["receipt"] == "R-8"
    kinds = [link.kind for link in city.history(case)]
    assert kinds.count("job.failed") == 2
    assert [kind for kind in kinds if kind in ("job.parked", "job.retried", "job.done")] == [
        "job.parked", "job.retried", "job.done",
    ]  # fmt: skip


def test_a_bpmn_error_goes_to_its_boundary_event(city: City, handlers: dict[str, Registered]) -> None:
    def run(context: Context) -> None:
        raise BpmnError("NO_MONEY", balance=0)

    give(handlers, "call_bank", run)
    body = (
        start()
        + service_task("call_bank")
        + '<bpmn:boundaryEvent id="no_money" name="没有钱" attachedToRef="call_bank">'
        + '<bpmn:errorEventDefinition errorRef="no_money_error"/></bpmn:boundaryEvent>'
        + user_task("ask_for_money")
        + end()
        + end("broke")
        + chain("begin", "call_bank", "finished")
        + chain("no_money", "ask_for_money", "broke")
    )
    xml = (
        '<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="urn:test">'
        '<bpmn:error id="no_money_error" name="没有钱" errorCode="NO_MONEY"/>'
        f'<bpmn:process id="banking" name="banking" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    )
    city.deploy({"banking": xml})
    case = city.engine.start_case("banking", {}, by=CLERK).id
    city.worker.drain()
    assert [waiting.element for waiting in city.tasks(case)] == ["ask_for_money"]


def test_an_uncaught_bpmn_error_is_an_incident_at_once(city: City, handlers: dict[str, Registered]) -> None:
    def run(context: Context) -> None:
        raise BpmnError("NO_MONEY")

    give(handlers, "call_bank", run)
    case = one_service(city)
    city.worker.drain()
    (job,) = jobs(city, case)
    assert job["state"] == "parked"
    assert "NO_MONEY" in job["error"]


def test_a_block_of_an_inline_rule_refuses_the_whole_command(city: City, handlers: dict[str, Registered]) -> None:
    def rule(context: Context) -> None:
        context.write("project", "p", {"name": "x"}, expected=0)
        context.block("total", "R-PJ-38", "合计不一致", "The parts do not add up", article="pj-2020#10")

    give(handlers, "judge", rule, inline=True)
    body = start() + user_task("enter") + service_task("judge") + end()
    city.deploy({"judging": body + chain("begin", "enter", "judge", "finished")})
    case = city.engine.start_case("judging", {}, by=CLERK).id
    before = city.case(case)
    (task,) = city.tasks(case)

    with pytest.raises(InvalidAnswers) as refused:
        city.engine.complete_task(task.id, {}, by=CLERK)

    assert [finding.rule for finding in refused.value.findings] == ["R-PJ-38"]
    assert city.case(case) == before
    assert [waiting.id for waiting in city.tasks(case)] == [task.id]
    with city.store.read() as connection:
        assert Registers(connection).read("project", "p") is None


def test_a_warning_is_returned_and_recorded(city: City, handlers: dict[str, Registered]) -> None:
    give(handlers, "judge", lambda context: context.warn("total", "R-PJ-09", "疑似拆分", "May be split"), inline=True)
    body = start() + user_task("enter") + service_task("judge") + end()
    city.deploy({"judging": body + chain("begin", "enter", "judge", "finished")})
    case = city.engine.start_case("judging", {}, by=CLERK).id
    (task,) = city.tasks(case)

    done = city.engine.complete_task(task.id, {}, by=CLERK)

    assert [(finding.rule, finding.level.value) for finding in done.findings] == [("R-PJ-09", "warn")]
    assert [link.payload["findings"][0]["rule"] for link in city.history(case) if link.kind == "rule.found"] == ["R-PJ-09"]


def test_the_result_of_a_worker_whose_lease_was_taken_over_counts_for_nothing(
    city: City, handlers: dict[str, Registered]
) -> None:
    from service.store import jobs as job_rows

    runs = 0

    def run(context: Context) -> dict[str, Any]:
        nonlocal runs
        runs += 1
        if runs == 1:  # while we work, our lease runs out and another worker does it all
            city.clock.advance(timedelta(minutes=6))
            with city.store.write() as connection:
                assert job_rows.free_expired(connection, now=city.clock.machine()) == 1
            city.worker.drain()
        return {"receipt": f"R-{runs}"}

    give(handlers, "call_bank", run)
    case = one_service(city)
    city.worker.drain()
    assert city.variables(case)["receipt"] == "R-2"
    assert [link.kind for link in city.history(case)].count("job.done") == 1


def test_a_condition_decides_with_what_a_handler_gave(city: City, handlers: dict[str, Registered]) -> None:
    give(handlers, "judge", lambda context: {"score": 91}, inline=True)
    body = (
        start()
        + service_task("judge")
        + '<bpmn:exclusiveGateway id="good" name="合格？" default="to_bad"/>'
        + end("accepted")
        + end("refused")
        + chain("begin", "judge", "good")
        + flow("good", "accepted", "=score >= 60")
        + flow("good", "refused", id="to_bad")
    )
    city.deploy({"judging": body})
    assert city.case(city.engine.start_case("judging", {}, by=CLERK).id).outcome == "accepted"
