"""An administrator puts a case on another step: what ends and opens is told first, and nothing is decided by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from city import PASSWORD, City, make_city
from drawing import chain, end, flow, service_task, start, user_task
from drawing_more import gate, inside, several, timer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.clock import SHANGHAI, FrozenClock
from service.engine.moving_tokens import list_places
from service.engine.reconcile import reconcile
from service.errors import ChengxuError, Conflict, Invalid, InvalidAnswers, NotAllowed, NotFound
from service.sdk import Context, handler
from service.store import cases

CLERK, LEAD, MONITOR = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "monitor.zhongxin"
LEADS = {"groups": "pj_unit_lead@jiaoyu"}
LINE = start() + user_task("write") + user_task("check") + service_task("send", type="slow_before_moving") + user_task("file")
LINE += end() + chain("begin", "write", "check", "send", "file", "finished")
LINE += timer("late", "write") + end("over") + flow("late", "over")


@handler("slow_before_moving")
def do_slowly(context: Context) -> None:
    """A job that the worker has not come to."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("city")
    made = make_city(f"sqlite:///{folder}/city.db", folder, FrozenClock(datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI)))
    yield made
    made.store.close()


@pytest.fixture
def either(city_at: Callable[..., City]) -> City:
    return city_at(datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI))


def begin(city: City, body: str = LINE) -> str:
    city.deploy({"errands": body})
    return city.engine.start_case("errands", {}, by=CLERK).id


def do(city: City, case: str, step: str, *, by: str = CLERK, sign: bool = False) -> None:
    task = next(row.id for row in city.tasks(case) if row.element == step)
    signature = city.engine.sign(by=by, password=PASSWORD) if sign else None
    city.engine.complete_task(task, {}, by=by, signature=signature)


def move(city: City, case: str, from_: str, to: str, by: str = MONITOR) -> Any:
    return city.engine.move_token(case, from_=from_, to=to, reason="走错了", by=by)


def waits(city: City, case: str) -> list[tuple[str, str]]:
    return sorted((row.table, row.element or "") for row in city.waiting(case))


def ensure_whole(city: City, case: str) -> None:
    machine = city.engine.machine
    with city.store.engine.connect() as connection:
        row = cases.find_case(connection, case)
        assert row is not None
        work = machine.load(connection, row, actor="system")
        reconcile(work, cases.waiting(connection, case), machine.book)
        assert (work.jobs, work.chain.rows) == ([], [])
        connection.rollback()


def test_a_move_is_told_before_it_is_made_and_is_made_as_told(either: City) -> None:
    city = either
    case = begin(city)
    city.engine.claim_task(city.tasks(case)[0].id, by=CLERK)
    before = (city.case(case), waits(city, case))
    told = city.engine.foresee_move(case, from_="write", to="check", by=MONITOR)
    assert (city.case(case), waits(city, case)) == before
    assert [(one.kind, one.element, one.holder) for one in told.ends] == [("task", "write", CLERK), ("timer", "late", None)]
    assert [(one.kind, one.element) for one in told.opens] == [("task", "check")]
    assert move(city, case, "write", "check") == told
    assert waits(city, case) == [("task", "check")]
    ensure_whole(city, case)
    link = next(link for link in city.history(case) if link.kind == "case.moved")
    assert (link.element, link.actor, link.payload["to"], link.payload["reason"]) == ("write", MONITOR, "check", "走错了")


def test_a_case_is_put_on_a_job_and_back_on_a_task_with_its_timer(city: City) -> None:
    case = begin(city)
    assert [one.kind for one in move(city, case, "write", "send").opens] == ["job"]
    assert waits(city, case) == [("job", "send")]
    move(city, case, "send", "write")
    assert waits(city, case) == [("job", "late"), ("task", "write")]
    ensure_whole(city, case)


PARALLEL = start() + gate("fork") + user_task("a") + user_task("b") + gate("join") + user_task("after") + end()
PARALLEL += chain("begin", "fork", "a", "join", "after", "finished") + flow("fork", "b") + flow("b", "join")


def test_what_leaves_a_block_takes_its_branches_along_so_that_no_join_waits_for_ever(city: City) -> None:
    case = begin(city, PARALLEL)
    told = move(city, case, "a", "after")
    assert [one.element for one in told.ends] == ["a", "b"]
    assert waits(city, case) == [("task", "after")]


def test_a_case_that_waits_at_a_join_can_be_put_behind_it(city: City) -> None:
    case = begin(city, PARALLEL)
    do(city, case, "b")
    with city.store.read():
        standing, places = list_places(city.engine.machine, case, by=MONITOR)
    assert [one.id for one in standing] == ["a", "join"]
    assert {"begin", "finished"}.isdisjoint(one.id for one in places)
    move(city, case, "join", "after")
    assert waits(city, case) == [("task", "after")]
    ensure_whole(city, case)


def test_a_vote_and_a_sub_process_move_as_a_whole(city: City) -> None:
    inner = start("in_start") + user_task("inner") + end("in_end") + chain("in_start", "inner", "in_end")
    body = start() + several("vote") + inside("part", inner) + user_task("after") + end()
    case = begin(city, body + chain("begin", "vote", "part", "after", "finished"))
    assert len(move(city, case, "vote", "part").ends) == 2
    assert waits(city, case) == [("task", "inner")]
    move(city, case, "inner", "vote")
    assert waits(city, case) == [("task", "vote")] * 2
    for target in ("inner", "in_start"):
        with pytest.raises(Invalid) as refused:
            move(city, case, "vote", target)
        assert "另一个子流程" in refused.value.message
    ensure_whole(city, case)


@pytest.mark.parametrize(
    ("target", "words"),
    [("a", "已经停在"), ("b", "另一条并行分支"), ("join", "汇聚网关"), ("begin", "只能被触发"), ("nowhere", "没有这个环节")],
)
def test_where_a_case_cannot_stand_it_is_not_put_and_the_words_say_why(city: City, target: str, words: str) -> None:
    case = begin(city, PARALLEL)
    before = (city.case(case), waits(city, case))
    for command in (city.engine.foresee_move, lambda *args, **more: city.engine.move_token(*args, reason="x", **more)):
        with pytest.raises(Invalid) as refused:
            command(case, from_="a", to=target, by=MONITOR)
        assert words in refused.value.message
        assert refused.value.message_en != refused.value.message
    assert (city.case(case), waits(city, case)) == before


def test_an_administrator_gives_a_case_no_outcome(city: City) -> None:
    case = begin(city)
    for target in ("finished", "over"):
        with pytest.raises(NotAllowed) as refused:
            move(city, case, "write", target)
        assert refused.value.rule == "no-decision"


SIGNED = start() + user_task("write") + user_task("approve", sign="true", **LEADS) + user_task("after") + end()
SIGNED += chain("begin", "write", "approve", "after", "finished")


def test_a_step_that_must_be_signed_is_not_passed_by(city: City) -> None:
    case = begin(city, SIGNED)
    with pytest.raises(NotAllowed) as refused:
        move(city, case, "write", "after")
    assert refused.value.rule == "unsigned"
    assert "approve" in refused.value.message
    move(city, case, "write", "approve")
    do(city, case, "approve", by=LEAD, sign=True)
    move(city, case, "after", "write")
    with pytest.raises(NotAllowed):  # it was signed before the case went back
        move(city, case, "write", "after")


def test_a_way_round_a_signed_step_leaves_the_way_free(city: City) -> None:
    round_ = '<bpmn:exclusiveGateway id="choose" default="choose_to_approve"/>'
    body = start() + user_task("write") + round_ + user_task("approve", sign="true", **LEADS) + user_task("after") + end()
    body += chain("begin", "write", "choose", "approve", "after", "finished") + flow("choose", "after", "=note = &quot;x&quot;")
    case = begin(city, body.replace("&amp;quot;", '"'))
    move(city, case, "write", "after")
    assert waits(city, case) == [("task", "after")]


def test_only_a_monitor_moves_a_case_and_only_a_running_one(city: City) -> None:
    case = begin(city)
    for account in (CLERK, LEAD, "pj_audit.shenji"):
        with pytest.raises(NotAllowed):
            move(city, case, "write", "check", by=account)
        with pytest.raises(NotAllowed):
            city.engine.foresee_move(case, from_="write", to="check", by=account)
    with pytest.raises(InvalidAnswers):
        city.engine.move_token(case, from_="write", to="check", reason="", by=MONITOR)
    with pytest.raises(InvalidAnswers):
        move(city, case, "file", "check")
    with pytest.raises(NotFound):
        move(city, "nothing", "write", "check")
    city.engine.terminate_case(case, reason="x", by=MONITOR)
    with pytest.raises(Conflict):
        move(city, case, "write", "check")


NESTED = start() + gate("fork") + user_task("a") + gate("fork2") + user_task("b") + several("c") + gate("join2") + gate("join")
NESTED += user_task("after") + end() + chain("begin", "fork", "a", "join", "after", "finished")
NESTED += chain("fork", "fork2", "b", "join2", "join") + chain("fork2", "c", "join2")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_wherever_a_case_is_put_it_can_be_brought_to_its_end(city: City, data: st.DataObject) -> None:
    case = begin(city, NESTED)
    steps = ["a", "b", "c", "after", "fork", "fork2"]
    for _ in range(4):
        standing = sorted({row.element or "" for row in city.tasks(case)})
        if data.draw(st.booleans()):
            do(city, case, data.draw(st.sampled_from(standing)))
        else:
            try:
                move(city, case, data.draw(st.sampled_from(standing)), data.draw(st.sampled_from(steps)))
            except Invalid:
                continue
        if city.case(case).status != "running":
            return
        ensure_whole(city, case)
    for _ in range(20):
        if city.case(case).status == "running":
            do(city, case, city.tasks(case)[0].element or "")
    assert city.case(case).status == "completed"


def test_no_other_error_than_ours_comes_out_of_a_move(city: City) -> None:
    case = begin(city, NESTED)
    for target in ("c [child]", "#start", "a.BoundaryEventSplit", ""):
        with pytest.raises(ChengxuError):
            move(city, case, "a", target)
