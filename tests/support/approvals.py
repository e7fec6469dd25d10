"""Cases whose step `work` has just opened at every kind of place, for tests of what people do with a task."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from city import City, make_city
from drawing import chain, end, extensions, flow, start, user_task
from sqlalchemy import select

from service.clock import SHANGHAI, FrozenClock
from service.engine.reconcile import reconcile
from service.errors import ChengxuError
from service.store import cases, entries, signers
from service.store import tables as t
from service.store.cases import TaskRow, Waiting

CLERK, COLLEAGUE, OUTSIDER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
LEAD, SIGNER = "pj_unit_lead.jiaoyu", "pj_unit_lead.shuili"
PLAN = b"%PDF-1.7 the plan"
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


def make_approvals(folder: Path) -> City:
    """A city of its own with all places published."""
    made = make_city(f"sqlite:///{folder}/city.db", folder, FrozenClock(NOON))
    made.deploy({"below": start() + work() + end() + chain("begin", "work", "finished")})
    lead = user_task("sign", groups="pj_unit_lead@jiaoyu")
    for place, body in {**PLACES, "mixed": MIXED}.items():
        flows = flow("begin", "write") + flow("sign", "finished")
        made.deploy({f"place_{place}": start() + user_task("write") + body + lead + end() + flows})
    return made


class Case:
    """A case whose step `work` has just opened at some place, with a filed answer and a file; it counts what happens to it."""

    def __init__(self, city: City, place: str) -> None:
        self.city, self.place = city, place
        city.clock.set(NOON)
        self.id = city.engine.start_case(f"place_{place}", {}, by=CLERK).id
        blob = city.engine.machine.blobs.put(io.BytesIO(PLAN), limit=1 << 20)
        with city.store.write() as connection:
            file = entries.insert_attachment(
                connection,
                account=CLERK,
                name="图.pdf",
                size=blob.size,
                sha256=blob.sha256,
                media_type="application/pdf",
                at=NOON,
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
                for table in (t.tasks, t.jobs, t.subscriptions, t.signers, t.comments, t.notices)
            }
            inside = select(t.tasks.c.id).where(t.tasks.c.case_id.in_(family))
            for table in (t.held_completions, t.task_bars, t.task_queues, t.urges):
                listed = select(table).where(table.c.task_id.in_(inside)).order_by(*table.primary_key.columns)
                found[table.name] = [tuple(row) for row in connection.execute(listed)]
            watched = select(t.case_watches).where(t.case_watches.c.case_id.in_(family))
            found["watches"] = sorted(tuple(row) for row in connection.execute(watched))
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
            (kept,) = entries.list_case_attachments(connection, [self.id])
        assert kept.id == self.file
        assert self.city.engine.machine.blobs.path(kept.sha256).read_bytes() == PLAN

    def ensure_nothing_is_lost(self, filed: Mapping[str, str]) -> None:
        """`filed`: task to the note that somebody filed in it. Each is in history; none is open still."""
        known = {link.payload["task"]: link.payload["answers"] for link in self.lines("task.completed")}
        assert {task: known[task]["note"] for task in filed} == filed

    def draft(self, task_id: str, who: str) -> Mapping[str, Any] | None:
        with self.city.store.read() as connection:
            found = entries.find_draft(connection, account=who, subject=f"task:{task_id}")
        return None if found is None else found[0]

    def held(self) -> dict[str, tuple[str, Mapping[str, Any]]]:
        """The completions that wait for signers: task to who made it and their answers."""
        with self.city.store.read() as connection:
            rows = [signers.find_held(connection, one.id) for one in self.open()]
        return {row.task_id: (row.account, row.body["answers"]) for row in rows if row is not None}

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
