"""Every approval verb at every kind of step: what it does to the case, what survives it, and that a refused one changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from city import City, make_city
from drawing import chain, end, extensions, flow, start, user_task
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from service.clock import SHANGHAI, FrozenClock
from service.engine.reconcile import reconcile
from service.errors import ChengxuError, NotAllowed, NotFound, TaskTaken
from service.store import cases, entries, signers
from service.store import tables as t
from service.store.cases import TaskRow, Waiting

CLERK, COLLEAGUE, OUTSIDER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
LEAD, SIGNER = "pj_unit_lead.jiaoyu", "pj_unit_lead.shuili"
NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)
DUE = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'


def work(inner: str = "") -> str:
    return user_task("work", inner=inner).replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + DUE, 1)


def members(condition: str = "", *, sequential: bool = False) -> str:
    done = (
        f'<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">{condition}</bpmn:completionCondition>' if condition else ""
    )
    order = ' isSequential="true"' if sequential else ""
    listed = extensions('<zeebe:loopCharacteristics inputCollection="=[1,2,3]" inputElement="one"/>')
    loop = f"<bpmn:multiInstanceLoopCharacteristics{order}>{listed}{done}</bpmn:multiInstanceLoopCharacteristics>"
    return work(loop)


THREE = (
    "<bpmn:multiInstanceLoopCharacteristics>"
    + extensions('<zeebe:loopCharacteristics inputCollection="=[1,2,3]" inputElement="one"/>')
    + "</bpmn:multiInstanceLoopCharacteristics>"
)


def timed(duration: str) -> str:
    return f'<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>'


REMINDED = f'<bpmn:boundaryEvent id="late" attachedToRef="work" cancelActivity="false">{timed("PT1H")}</bpmn:boundaryEvent>'
PLACES = {
    "single": work() + chain("write", "work", "sign"),
    "branch": '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="met"/>' + work() + user_task("beside")
    + chain("write", "split", "work", "met", "sign") + chain("split", "beside", "met"),
    "all": members() + chain("write", "work", "sign"),
    "in_turn": members(sequential=True) + chain("write", "work", "sign"),
    "any": members("=numberOfCompletedInstances &gt;= 1") + chain("write", "work", "sign"),
    "by_share": members("=numberOfCompletedInstances / numberOfInstances &gt; 0.5") + chain("write", "work", "sign"),
    "part": '<bpmn:subProcess id="part" name="part">' + start("part_begins") + work() + end("part_ends")
    + chain("part_begins", "work", "part_ends") + "</bpmn:subProcess>" + chain("write", "part", "sign"),
    "child": '<bpmn:callActivity id="call" name="call">' + extensions('<zeebe:calledElement processId="below"/>')
    + "</bpmn:callActivity>" + chain("write", "call", "sign"),
    "after_a_timer": work() + REMINDED + end("noted") + chain("write", "work", "sign") + chain("late", "noted"),
    "after_a_delegation": work() + chain("write", "work", "sign"),
}  # fmt: skip
#: All of them at once.
MIXED = (
    '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="met"/>'
    + work() + REMINDED + end("noted") + user_task("agree", inner=THREE)
    + '<bpmn:subProcess id="part" name="part">' + start("part_begins") + user_task("inner") + end("part_ends")
    + chain("part_begins", "inner", "part_ends") + "</bpmn:subProcess>"
    + '<bpmn:callActivity id="call" name="call">' + extensions('<zeebe:calledElement processId="below"/>') + "</bpmn:callActivity>"
    + chain("write", "split", "work", "met", "sign") + chain("split", "agree", "met") + chain("split", "part", "met")
    + chain("split", "call", "met") + chain("late", "noted")
)  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("city")
    made = make_city(f"sqlite:///{folder}/city.db", folder, FrozenClock(NOON))
    made.deploy({"below": start() + work() + end() + chain("begin", "work", "finished")})
    lead = user_task("sign", groups="pj_unit_lead@jiaoyu")
    for place, body in {**PLACES, "mixed": MIXED}.items():
        flows = flow("begin", "write") + flow("sign", "finished")
        made.deploy({f"place_{place}": start() + user_task("write") + body + lead + end() + flows})
    yield made
    made.store.close()


class Case:
    """A case whose step `work` has just opened at some place, with a filed answer and a file; it counts what happens to it."""

    def __init__(self, city: City, place: str) -> None:
        self.city, self.place = city, place
        city.clock.set(NOON)
        self.id = city.engine.start_case(f"place_{place}", {}, by=CLERK).id
        with city.store.write() as connection:
            file = entries.insert_attachment(
                connection, account=CLERK, name="图.pdf", size=3, sha256="0" * 64, media_type="application/pdf", at=NOON
            )
            entries.file_attachments(connection, [file.id], case_id=self.id)
        self.file = file.id
        city.engine.complete_task(self.at("write").id, {"note": "first"}, by=CLERK)
        city.worker.drain()
        if place == "after_a_timer":
            city.clock.set(NOON + timedelta(hours=2))
            city.worker.drain()
        if place == "after_a_delegation":
            city.engine.claim_task(self.work.id, by=CLERK)
            city.engine.delegate_task(self.work.id, to=COLLEAGUE, reason="出差", by=CLERK)
        self.holder = COLLEAGUE if place == "after_a_delegation" else CLERK
        self.other = CLERK if self.holder == COLLEAGUE else COLLEAGUE

    def open(self) -> list[Waiting]:
        return [one for one in self.city.tasks(self.id) if "/" not in (one.token or "")]

    def at(self, element: str) -> Waiting:
        return next(one for one in self.open() if one.element == element)

    @property
    def work(self) -> TaskRow:
        return self.row(self.at("work").id)

    def row(self, task_id: str) -> TaskRow:
        with self.city.store.read() as connection:
            found = cases.find_task(connection, task_id)
        assert found is not None
        return found

    def steps(self) -> list[str]:
        return sorted(one.element or "" for one in self.open())

    def family(self) -> list[str]:
        with self.city.store.read() as connection:
            return list(connection.execute(select(t.cases.c.id).where(t.cases.c.root == self.id)).scalars())

    def lines(self, kind: str) -> list[Any]:
        return [link for one in self.family() for link in self.city.history(one) if link.kind == kind]

    def signers_task(self) -> str:
        return next(one.id for one in self.city.tasks(self.id) if "/" in (one.token or ""))

    def rows(self) -> dict[str, list[Any]]:
        """Every row of the family of cases, to see that nothing changed."""
        family = self.family()
        with self.city.store.read() as connection:
            found = {
                table.name: [
                    tuple(row)
                    for row in connection.execute(select(table).where(table.c.case_id.in_(family)).order_by(table.c.id))
                ]
                for table in (t.tasks, t.jobs, t.subscriptions, t.signers, t.comments)
            }
            found["cases"] = [
                tuple(row) for row in connection.execute(select(t.cases).where(t.cases.c.id.in_(family)).order_by(t.cases.c.id))
            ]
            found["history"] = [
                tuple(row)
                for row in connection.execute(select(t.history.c.chain, t.history.c.seq).where(t.history.c.chain.in_(family)))
            ]
        return found

    def ensure_whole(self) -> None:
        """The rows are what the run waits for; what was filed is still there."""
        with self.city.store.engine.connect() as connection:  # never committed
            for one in self.family():
                row = cases.find_case(connection, one)
                assert row is not None
                if row.status == "running":
                    loaded = self.city.engine.machine.load(connection, row, actor="system")
                    reconcile(loaded, cases.waiting(connection, one), self.city.engine.machine.book)
                    assert (loaded.jobs, loaded.chain.rows) == ([], [])
            connection.rollback()
        filed = [link.payload["answers"] for link in self.lines("task.completed") if link.element == "write"]
        assert {"note": "first"} in filed
        with self.city.store.read() as connection:
            assert [one.id for one in entries.list_case_attachments(connection, [self.id])] == [self.file]

    def ensure_nothing_is_lost(self, filed: dict[str, str]) -> None:
        """`filed`: task to the note that somebody filed in it. Each is in history; none is open still."""
        known = {link.payload["task"]: link.payload["answers"] for link in self.lines("task.completed")}
        assert {task: known[task]["note"] for task in filed} == filed

    def finish(self) -> None:
        """Whoever may does what is left; then the case is over, with all its children."""
        for _ in range(40):
            self.city.worker.drain()
            opened = self.city.tasks(self.id)
            if not opened:
                break
            added = [one for one in opened if "/" in (one.token or "")]
            row = self.row((added or opened)[0].id)
            people = [row.claimed_by] if row.claimed_by else [row.queue[1:]] if row.queue.startswith("@") else [CLERK, LEAD]
            answers = {"decision": "同意"} if added else {"note": "rest"}
            for number, who in enumerate(people, 1):
                try:
                    self.city.engine.complete_task(row.id, answers, by=who)
                    break
                except ChengxuError:
                    if number == len(people):
                        raise
            self.ensure_whole()
        with self.city.store.read() as connection:
            ended = set(connection.execute(select(t.cases.c.status).where(t.cases.c.root == self.id)).scalars())
        assert ended <= {"completed", "terminated"}
        assert self.city.case(self.id).status == "completed"


@pytest.fixture(params=PLACES)
def case(city: City, request: pytest.FixtureRequest) -> Case:
    return Case(city, request.param)


def same_deadline(before: TaskRow, after: TaskRow) -> bool:
    names = ("due_at", "due", "opened_at", "token", "status_of_deadline")
    return all(getattr(before, name, None) == getattr(after, name, None) for name in names)


def with_draft(case: Case, who: str) -> None:
    case.city.engine.save_draft(f"task:{case.work.id}", {"note": "half"}, by=who)


def draft_of(case: Case, task_id: str, who: str) -> Any:
    with case.city.store.read() as connection:
        found = entries.find_draft(connection, account=who, subject=f"task:{task_id}")
    return None if found is None else found[0]


def notice_of(case: Case, task_id: str) -> tuple[Any, ...]:
    columns = (t.tasks.c.due_at, t.tasks.c.deadline, t.tasks.c.trigger, t.tasks.c.notice_at)
    with case.city.store.read() as connection:
        found = connection.execute(select(*columns).where(t.tasks.c.id == task_id)).one()
    assert found.due_at is not None
    assert found.notice_at is not None
    return tuple(found)


# --- who holds the task ------------------------------------------------------------------------------------------------
def claim(case: Case) -> None:
    if case.work.claimed_by is None:
        case.city.engine.claim_task(case.work.id, by=case.holder)


def test_claim_and_release(case: Case) -> None:
    with_draft(case, case.holder)
    task, due = case.work.id, notice_of(case, case.work.id)
    claim(case)
    assert case.row(task).claimed_by == case.holder
    case.city.engine.release_task(task, by=case.holder)
    assert case.row(task).claimed_by is None
    assert (notice_of(case, task), draft_of(case, task, case.holder)) == (due, {"note": "half"})
    assert len([link for link in case.lines("task.released") if link.payload["task"] == task]) == 1
    case.finish()


@pytest.mark.parametrize("verb", ["transfer", "delegate"])
def test_a_task_changes_hands(case: Case, verb: str) -> None:
    claim(case)
    with_draft(case, case.holder)
    task, due = case.work.id, notice_of(case, case.work.id)
    if (case.place, verb) == ("after_a_delegation", "delegate"):  # who acts for somebody hands the task over, and not on
        before = case.rows()
        with pytest.raises(NotAllowed, match="不能再委派"):
            case.city.engine.delegate_task(task, to=case.other, reason="工作调整", by=case.holder)
        assert case.rows() == before
        case.finish()
        return
    if verb == "transfer":
        case.city.engine.transfer_task(task, to=case.other, reason="工作调整", by=case.holder)
    else:
        case.city.engine.delegate_task(task, to=case.other, reason="工作调整", by=case.holder)
    row = case.row(task)
    assert row.claimed_by == case.other
    assert notice_of(case, task) == due
    assert draft_of(case, task, case.holder) == {"note": "half"}
    kind = "task.transferred" if verb == "transfer" else "task.delegated"
    (line,) = [link for link in case.lines(kind) if link.payload["task"] == task and link.payload["to"] == case.other]
    assert line.payload["reason"] == "工作调整"
    case.ensure_whole()
    case.finish()


def test_a_deputy_does_the_task_in_the_name_of_whom_they_stand_in_for(city: City, case: Case) -> None:
    if case.place == "after_a_delegation":
        city.engine.transfer_task(case.work.id, to=CLERK, reason="收回", by=COLLEAGUE)
    claim_by = CLERK
    if case.work.claimed_by is None:
        city.engine.claim_task(case.work.id, by=claim_by)
    days = {"start": NOON.date(), "until": NOON.date() + timedelta(days=2)}
    named = city.engine.name_deputy(deputy=COLLEAGUE, role="pj_unit_clerk", reason="休假", by=CLERK, **days)
    try:
        task = case.work.id
        city.engine.complete_task(task, {"note": "代"}, by=COLLEAGUE)
        (line,) = [link for link in case.lines("task.completed") if link.payload["task"] == task]
        assert (line.actor, line.payload["on_behalf_of"]) == (COLLEAGUE, CLERK)
        case.ensure_whole()
        case.finish()
    finally:
        city.engine.end_deputy(named.id, reason="回来", by=CLERK)


# --- signers -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["before", "parallel", "after"])
def test_a_signer_is_added_and_signs(case: Case, way: str) -> None:
    claim(case)
    task, due = case.work.id, notice_of(case, case.work.id)
    case.city.engine.add_signers(task, [SIGNER], way=way, reason="请会签", by=case.holder)
    assert notice_of(case, task) == due
    if way != "before":
        case.city.engine.complete_task(task, {"note": "mine"}, by=case.holder)
        assert case.row(task).status != "done"
    case.city.engine.complete_task(case.signers_task(), {"decision": "同意", "opinion": "可以"}, by=SIGNER)
    if way == "before":
        case.city.engine.complete_task(task, {"note": "mine"}, by=case.holder)
    assert case.row(task).status == "done"
    (line,) = [link for link in case.lines("task.completed") if link.payload["task"] == task]
    assert line.payload["answers"] == {"note": "mine"}
    assert len(case.lines("signer.added")) == len(case.lines("signer.decided")) == 1
    case.ensure_whole()
    case.finish()


@pytest.mark.parametrize("way", ["before", "parallel", "after"])
def test_a_signer_is_dropped(case: Case, way: str) -> None:
    claim(case)
    (added,) = case.city.engine.add_signers(case.work.id, [SIGNER], way=way, reason="请会签", by=case.holder)
    case.city.engine.drop_signer(case.work.id, added.id, reason="不需要", by=case.holder)
    assert len(case.lines("signer.dropped")) == 1
    assert [one for one in case.city.tasks(case.id) if "/" in (one.token or "")] == []
    case.ensure_whole()
    case.finish()


# --- back --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("straight", [True, False], ids=["straight", "step_by_step"])
@pytest.mark.parametrize("to", ["last", "chosen", "applicant"])
def test_a_task_is_sent_back(case: Case, to: str, straight: bool) -> None:
    if case.place == "child" and to == "last":
        pytest.skip("the step before is one of another case, and has to be chosen")
    claim(case)
    with_draft(case, case.holder)
    sent = case.work.id
    key = {"last": "last", "applicant": "applicant", "chosen": f"{case.id}:write" if case.place == "child" else "write"}[to]
    case.city.engine.send_back_task(sent, to=key, straight=straight, reason="请补正", by=case.holder)
    case.city.worker.drain()
    assert case.steps() == ["write"]
    again = case.at("write").id
    assert draft_of(case, again, CLERK) == {"note": "first"}
    assert draft_of(case, sent, case.holder) == {"note": "half"}
    assert len(case.lines("task.sent_back")) == 1 + (case.place == "child")
    case.ensure_whole()
    case.city.engine.complete_task(again, {"note": "second"}, by=CLERK)
    case.city.worker.drain()
    assert "work" in case.steps()
    assert notice_of(case, case.work.id)
    case.finish()


def test_a_step_is_taken_back_while_nobody_has_touched_what_followed(case: Case) -> None:
    done = next(link.payload["task"] for link in case.lines("task.completed") if link.element == "write")
    before = case.rows()
    if case.place in ("after_a_timer", "after_a_delegation"):
        with pytest.raises(ChengxuError) as refused:
            case.city.engine.take_back_task(done, reason="填错了", by=CLERK)
        assert refused.value.rule == "take-back"
        assert case.rows() == before
    else:
        case.city.engine.take_back_task(done, reason="填错了", by=CLERK)
        case.city.worker.drain()
        assert case.steps() == ["write"]
        assert draft_of(case, case.at("write").id, CLERK) == {"note": "first"}
        assert len(case.lines("task.taken_back")) == 1
        case.ensure_whole()
    case.finish()


# --- beside the case ---------------------------------------------------------------------------------------------------
def test_urge_copy_follow_and_comment_leave_the_step_alone(case: Case) -> None:
    task, due, tasks = case.work.id, notice_of(case, case.work.id), case.rows()["tasks"]
    engine, inner = case.city.engine, case.work.case_id
    engine.urge_task(task, reason="请尽快", by=LEAD)
    engine.copy_case(inner, [SIGNER], words="请知悉", by=CLERK)
    engine.follow_case(inner, by=LEAD)
    engine.comment(inner, "请看第三页", by=LEAD)
    engine.comment(inner, "好的", by=SIGNER)  # whoever has a copy reads the case
    assert (case.rows()["tasks"], notice_of(case, task)) == (tasks, due)
    assert [len(case.lines(kind)) for kind in ("task.urged", "case.copied")] == [1, 1]
    case.ensure_whole()
    case.finish()


# --- refused -----------------------------------------------------------------------------------------------------------
def verbs(case: Case) -> dict[str, Callable[[str], Any]]:
    engine, task = case.city.engine, case.work.id
    return {
        "claim": lambda by: engine.claim_task(task, by=by),
        "release": lambda by: engine.release_task(task, by=by),
        "complete": lambda by: engine.complete_task(task, {"note": "x"}, by=by),
        "transfer": lambda by: engine.transfer_task(task, to=COLLEAGUE, reason="x", by=by),
        "delegate": lambda by: engine.delegate_task(task, to=COLLEAGUE, reason="x", by=by),
        "add a signer": lambda by: engine.add_signers(task, [SIGNER], way="before", reason="x", by=by),
        "send back": lambda by: engine.send_back_task(task, to="applicant", straight=False, reason="x", by=by),
        "urge": lambda by: engine.urge_task(task, reason="x", by=by),
        "copy": lambda by: engine.copy_case(case.id, [SIGNER], words="x", by=by),
        "comment": lambda by: engine.comment(case.id, "x", by=by),
    }


def test_an_outsider_does_nothing_and_learns_nothing(case: Case) -> None:
    before = case.rows()
    for verb, act in verbs(case).items():
        with pytest.raises(NotFound):
            act(OUTSIDER)
        assert case.rows() == before, verb


def test_who_reads_the_case_and_does_not_do_the_step_decides_nothing(case: Case) -> None:
    claim(case)
    before = case.rows()
    for verb, act in verbs(case).items():
        if verb in ("urge", "copy", "comment"):
            continue
        for reader in (LEAD, "pj_audit.shenji", "monitor.zhongxin"):
            with pytest.raises((NotAllowed, NotFound, TaskTaken)):
                act(reader)
            assert case.rows() == before, (verb, reader)


def test_a_suspended_case_takes_no_verb_that_moves_it(case: Case) -> None:
    claim(case)
    case.city.engine.suspend_case(case.work.case_id, reason="核查", by="monitor.zhongxin")
    before = case.rows()
    for verb, act in verbs(case).items():
        if verb in ("copy", "comment", "claim"):
            continue
        with pytest.raises(ChengxuError):
            act(case.holder)
        assert case.rows() == before, verb
    case.city.engine.resume_case(case.work.case_id, reason="核查完毕", by="monitor.zhongxin")
    case.finish()


# --- any sequence ------------------------------------------------------------------------------------------------------
PEOPLE = st.sampled_from([CLERK, CLERK, COLLEAGUE, LEAD, SIGNER])
MOVES = st.sampled_from(
    (3 * "complete " + "claim release transfer delegate sign drop back take urge copy comment draft wait suspend").split()
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_no_sequence_of_verbs_loses_a_case_a_task_or_what_was_entered(city: City, data: st.DataObject) -> None:
    case = Case(city, "mixed")
    filed: dict[str, str] = {}
    for turn in range(data.draw(st.integers(min_value=1, max_value=15))):
        opened = city.tasks(case.id)
        if not opened:
            break
        row = case.row(data.draw(st.sampled_from(opened)).id)
        who, move, before = data.draw(PEOPLE), data.draw(MOVES), case.rows()
        try:
            play(case, row, move, who, f"turn {turn}", data, filed)
        except ChengxuError:
            assert case.rows() == before, (move, who)
        city.worker.drain()
        case.ensure_whole()
        case.ensure_nothing_is_lost(filed)
    case.finish()
    case.ensure_nothing_is_lost(filed)


def play(case: Case, row: TaskRow, move: str, who: str, note: str, data: st.DataObject, filed: dict[str, str]) -> None:
    engine, other = case.city.engine, data.draw(PEOPLE)
    if move == "complete":
        signs = "/" in row.token
        answers = {"decision": data.draw(st.sampled_from(["同意", "不同意"])), "opinion": note} if signs else {"note": note}
        engine.complete_task(row.id, answers, by=who)
        if not signs and case.row(row.id).status == "done":
            filed[row.id] = note
    elif move == "claim":
        engine.claim_task(row.id, by=who)
    elif move == "release":
        engine.release_task(row.id, by=who)
    elif move == "transfer":
        engine.transfer_task(row.id, to=other, reason=note, by=who)
    elif move == "delegate":
        engine.delegate_task(row.id, to=other, reason=note, by=who)
    elif move == "sign":
        way = data.draw(st.sampled_from(["before", "parallel", "after"]))
        engine.add_signers(row.id, [other], way=way, reason=note, by=who)
    elif move == "drop":
        with case.city.store.read() as connection:
            known = signers.list_signers(connection, row.id)
        if known:
            engine.drop_signer(row.id, data.draw(st.sampled_from(known)).id, reason=note, by=who)
    elif move == "back":
        to = data.draw(st.sampled_from(["last", "applicant", "write", f"{case.id}:write"]))
        engine.send_back_task(row.id, to=to, straight=data.draw(st.booleans()), reason=note, by=who)
    elif move == "take":
        done = data.draw(st.sampled_from(case.lines("task.completed")))
        engine.take_back_task(done.payload["task"], reason=note, by=done.actor)
    elif move == "urge":
        engine.urge_task(row.id, reason=note, by=who)
    elif move == "copy":
        engine.copy_case(row.case_id, [other], words=note, by=who)
    elif move == "comment":
        engine.comment(row.case_id, note, by=who)
    elif move == "draft":
        engine.save_draft(f"task:{row.id}", {"note": note}, by=who)
        assert draft_of(case, row.id, who) == {"note": note}
    elif move == "wait":
        case.city.clock.advance(timedelta(hours=2))
    elif move == "suspend":
        engine.suspend_case(row.case_id, reason=note, by="monitor.zhongxin")
        engine.resume_case(row.case_id, reason=note, by="monitor.zhongxin")
