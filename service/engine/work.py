"""One case while a command changes it: its row, its run, its history, and what has to be written at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import orjson

from service import tagged
from service.access import parse_group
from service.engine import kernel, registering, searching
from service.engine.definitions import Definition
from service.engine.due import read_trigger
from service.engine.events import Event
from service.engine.host import CaseHost, World
from service.engine.people import Actors
from service.engine.waiting import CORRELATE
from service.errors import Finding, Level
from service.sdk import CaseFacts, Notification
from service.store import Connection, cases, messages, new_id, notices, registers
from service.store.cases import CaseRow
from service.store.history import Chain, Entry, continue_chain

#: How long a message waits for a case that wants it, unless its sender says otherwise.
MESSAGE_LIFE_DAYS = 3650


Result = TypeVar("Result", contravariant=True)


class Within(Protocol[Result]):
    """What the caller of a command does in its transaction with its result: keep the reply to a request, for example."""

    def __call__(self, connection: Connection, result: Result, /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """A step that is opened again for who did it: what they had answered, and where it goes when it is done (None: on)."""

    account: str
    answers: Mapping[str, Any] | None
    return_to: str | None


@dataclass(slots=True, kw_only=True)
class Work:
    """A locked case. Make it with `begin` (a stored case) or in `starting` (a new one); end it with `finish`."""

    connection: Connection
    row: CaseRow
    definition: Definition
    run: kernel.Run
    host: CaseHost
    chain: Chain
    actors: Actors
    at: datetime  # legal time of the command
    machine: datetime
    calendar: str  # the version of the calendar in force
    next_notice: Callable[..., datetime | None]
    actor: str
    jobs: list[dict[str, Any]] = field(default_factory=list)
    reopening: dict[str, Reopening] = field(default_factory=dict)  # by element: read when tasks are opened
    project: Any = None  # who did what in other cases of the project, once `duty` has asked

    def note(self, kind: Event, *, element: str | None = None, **payload: Any) -> None:
        """Add a line to the history of the case."""
        self.chain.add(Entry(kind=kind.value, actor=self.actor, at=self.at, element=element, payload=payload or None))

    def job(
        self,
        kind: str,
        *,
        case_id: str | None = None,
        token: str | None = None,
        child: str | None = None,
        element: str | None = None,
        type: str | None = None,
        due_at: datetime | None = None,
        retries: int = 3,
        deadline: tuple[str, str] | None = None,
        payload: Mapping[str, Any] | None = None,
        anywhere: bool = False,
    ) -> str:
        """Queue a job: of this case unless `case_id` names another, of no case when `anywhere`. `due_at` is legal time."""
        job_id = new_id()
        self.jobs.append(
            {
                "id": job_id, "case_id": None if anywhere else case_id or self.row.id, "root": self.row.root, "kind": kind,
                "token": token, "child": child, "element": element, "type": type, "state": "todo",
                "legal": due_at is not None, "due_at": due_at or self.machine, "retries": retries,
                "deadline": deadline[0] if deadline else None, "trigger": deadline[1] if deadline else None,
                "calendar": self.calendar if deadline else None,
                "notice_at": self._next_notice(*deadline) if deadline else None,
                "payload": None if payload is None else tagged.dumps(dict(payload)), "created_at": self.at,
            }
        )  # fmt: skip
        return job_id

    def _next_notice(self, period: str, trigger: str) -> datetime | None:
        return self.next_notice(period, read_trigger(trigger), after=self.at, timer=True)

    def apply_collected(self) -> list[Finding]:
        """Write what handlers and throw events left: registers, messages, findings. Returns the findings."""
        for write in sorted(self.host.writes, key=lambda one: (one.register, one.key)):  # the order in which rows are locked
            version = registering.write_entry(
                self.connection, self.host.world.registers(), write, actor=self.actor, case_id=self.row.id, at=self.at
            )
            self.note(Event.REGISTER_WRITTEN, register=write.register, key=write.key, version=version)
        self.host.writes.clear()
        for publication in self.host.publications:
            self._send(publication.name, publication.correlation, publication.payload, None)
        self.host.publications.clear()
        for thrown in self.run.thrown:
            self._send(thrown.message, thrown.correlation, thrown.payload, thrown.element)
        self.run.thrown.clear()
        for wanted in self.host.notices:
            self._tell(wanted)
        self.host.notices.clear()
        for decided in self.host.decided:
            self.note(Event.DECISION_MADE, **decided)
        self.host.decided.clear()
        findings = list(self.host.findings)
        self.host.findings.clear()
        if findings:
            self.note(Event.RULE_FOUND, findings=[finding.as_json() for finding in findings])
            flagged = [finding.rule for finding in findings if finding.level is Level.FLAG]
            if flagged:
                known = orjson.loads(self.row.flags)
                self.row.flags = orjson.dumps(list(dict.fromkeys([*known, *flagged]))).decode()
        return findings

    def _tell(self, wanted: Notification) -> None:
        """Put a handler's notice before its readers. Invalid for a group that is none."""
        queues = tuple(group if group.startswith("@") else str(parse_group(group)) for group in wanted.groups)
        given = notices.insert_notice(
            self.connection, case_id=self.row.id, kind="notified" if wanted.deadline is None else "escalated",
            deadline=wanted.deadline, zh=wanted.zh, en=wanted.en, at=self.at, queues=queues,
        )  # fmt: skip
        if given:
            more = {} if wanted.deadline is None else {"deadline": wanted.deadline}
            self.note(Event.NOTICE_GIVEN, queues=list(given), zh=wanted.zh, en=wanted.en, **more)

    def _send(self, name: str, correlation: str | None, payload: Mapping[str, Any], element: str | None) -> None:
        message_id = messages.insert_message(
            self.connection, unique_id=new_id(), name=name, correlation=correlation, payload=payload,
            sender=f"case:{self.row.id}", sent_at=self.at, expires_at=self.at + timedelta(days=MESSAGE_LIFE_DAYS),
        )  # fmt: skip
        self.note(Event.MESSAGE_SENT, element=element, name=name, correlation=correlation, message=message_id)
        self.job(CORRELATE, payload={"message": message_id}, anywhere=True)

    def finish(self) -> None:
        """Write the case row, its history and its jobs; the caller's transaction commits them together."""
        self.row.state, self.row.variables = self.run.dump()
        self.row.revision += 1
        self.row.actors = self.actors.as_text()
        searching.refresh_facts(self)
        searching.refresh_parties(self)
        self.row.history_seq, self.row.history_head = self.chain.seq, self.chain.head
        cases.update_case(self.connection, self.row)
        self.write_trail()

    def write_trail(self) -> None:
        self.chain.write(self.connection)
        cases.insert_jobs(self.connection, self.jobs)
        self.jobs = []


def begin(
    connection: Connection,
    row: CaseRow,
    definition: Definition,
    *,
    world: World,
    actor: str,
    at: datetime,
    machine: datetime,
    calendar: str,
    next_notice: Callable[..., datetime | None],
) -> Work:
    """Load a locked case into a `Work`."""
    host = make_host(connection, row, definition, world=world, at=at)
    return Work(
        connection=connection,
        row=row,
        definition=definition,
        run=kernel.Run.load(definition.process, row.state, row.variables, host),
        host=host,
        chain=continue_chain(connection, row.id, row.history_seq, row.history_head),
        actors=Actors.from_text(row.actors),
        at=at,
        machine=machine,
        calendar=calendar,
        next_notice=next_notice,
        actor=actor,
    )


def make_host(connection: Connection, row: CaseRow, definition: Definition, *, world: World, at: datetime) -> CaseHost:
    return CaseHost(
        moment=at,
        facts=CaseFacts(
            id=row.id, business_key=row.business_key, process=row.process, unit=row.unit, started_by=row.started_by,
            started_on=row.started_at.date(), started_at=row.started_at,
        ),
        registers=registers.Registers(connection, world.registers().indexings),
        world=world, decisions=definition.decisions,
    )  # fmt: skip


def walked(run: kernel.Run) -> Sequence[str]:
    return list(run.walked)
