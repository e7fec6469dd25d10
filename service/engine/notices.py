"""Give the notices of deadlines, at the time at which each was due: a line of history, and a notice to whom it concerns.

A task or timer row carries when its next notice is due (`notice_at`), so that closing it ends its notices by itself. A timer
whose deadline stands on an open task gives none: the task does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from service.access import actor_queues
from service.engine.audience import queues_of
from service.engine.due import read_trigger
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import SYSTEM, get_actor
from service.engine.reminding import Notice
from service.engine.telling import words
from service.engine.work import Work
from service.errors import NotFound
from service.law.deadlines import choose_version
from service.store import Connection, cases, due_notices
from service.store import notices as rows
from service.store.cases import CaseRow, JobRow
from service.store.due_notices import JOB, TASK, DueNotice
from service.store.history import Chain, Entry, continue_chain
from service.store.outdated import advance_history

_KINDS = {Event.DEADLINE_REMINDED: "reminded", Event.DEADLINE_DUE: "due", Event.DEADLINE_OVERDUE: "overdue"}


def give_due(machine: Machine, *, limit: int = 50) -> int:
    """Give the notices that are due now; returns how many tasks and timers got one."""
    now = machine.clock.now()
    with machine.store.read() as connection:
        due = due_notices.list_due(connection, now=now, limit=limit)
    given = 0
    for one in due:
        with machine.store.write() as connection:
            given += _give(machine, connection, one, now)
    return given


def _give(machine: Machine, connection: Connection, one: DueNotice, now: datetime) -> int:
    row = cases.lock_case(connection, one.case_id)
    held = due_notices.find(connection, one.table, one.id)
    if row is None or held is None or held.notice_at > now:
        return 0
    chain = continue_chain(connection, row.id, row.history_seq, row.history_head)
    variables = _variables(machine, connection, row, held)
    giving = _Giving(machine=machine, connection=connection, row=row, chain=chain, held=held, variables=variables)
    later = giving.give(now)
    due_notices.set_next(connection, held.table, held.id, later)
    if chain.rows:
        chain.write(connection)
        advance_history(connection, row.id, seq=chain.seq, head=chain.head)
    return 1


def give_before_firing(machine: Machine, work: Work, job: JobRow) -> None:
    """Give the notices that a timer still owes when it fires; there are some when nothing ran for a while."""
    if job.notice_at is None or job.notice_at > work.at or job.deadline is None or job.trigger is None:
        return
    held = DueNotice(
        table=JOB, id=job.id, case_id=work.row.id, element=job.child or job.element or "", name=None, queue=None, claimed_by=None,
        token=job.token, deadline=job.deadline, trigger=job.trigger, notice_at=job.notice_at,
    )  # fmt: skip
    giving = _Giving(
        machine=machine, connection=work.connection, row=work.row, chain=work.chain, held=held,
        variables=cache(lambda: work.run.variables(job.token)),
    )  # fmt: skip
    giving.give(work.at)


def read_notice(machine: Machine, notice_id: str, *, by: str) -> None:
    """Mark a notice as read. NotFound when it is not for the account."""
    with machine.store.write() as connection:
        queues = actor_queues(get_actor(connection, by), machine.book)
        if not rows.is_told(connection, notice_id, queues=queues):
            raise NotFound("没有这条提醒。", message_en="There is no such notice.")
        rows.mark_read(connection, notice_id, account=by, at=machine.clock.now())


def read_all_notices(machine: Machine, *, by: str) -> None:
    """Mark everything that the account was told so far as read."""
    with machine.store.write() as connection:
        rows.mark_all_read(connection, account=by, queues=actor_queues(get_actor(connection, by), machine.book))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Giving:
    """What one task or timer gives notice of, in a locked case."""

    machine: Machine
    connection: Connection
    row: CaseRow
    chain: Chain
    held: DueNotice
    variables: Callable[[], Mapping[str, Any]]

    def give(self, now: datetime) -> datetime | None:
        """Give what is due until now; returns when the next one is."""
        held, rules = self.held, self.machine.rules
        timer, trigger = held.table == JOB, read_trigger(held.trigger)
        notices = rules.notices(held.deadline, trigger, timer=timer)
        if not (timer and due_notices.is_on_task(self.connection, held)):
            for notice in notices:
                if held.notice_at <= notice.at <= now:
                    self._give(notice)
        return next((one.at for one in notices if one.at > now), None)

    def _give(self, notice: Notice) -> None:
        held, rules = self.held, self.machine.rules
        period, _ = choose_version(held.deadline, read_trigger(held.trigger), rules.catalogue)
        timer, over = held.table == JOB, notice.event is Event.DEADLINE_OVERDUE
        queues = self._roles(period.actor) if timer else self._holders()
        if not over:
            queues = tuple(dict.fromkeys([*queues, *self._roles(*period.reminds)]))
        above = self._roles(*period.escalates_to) if over or (timer and notice.event is Event.DEADLINE_DUE) else ()
        if timer and not queues and not above:
            return
        self._insert(notice, _KINDS[notice.event], queues)
        self._insert(notice, "escalated", above)
        told: dict[str, Any] = {"queues": list(queues), **({"escalated_to": list(period.escalates_to)} if above or over else {})}
        what: dict[str, Any] = {"job": held.id} if timer else {"task": held.id, "queue": held.queue}
        payload = {**what, "deadline": held.deadline, "labels": list(notice.labels), "zh": notice.zh, "en": notice.en, **told}
        self.chain.add(Entry(kind=notice.event.value, actor=SYSTEM, at=notice.at, element=held.element, payload=payload))

    def _insert(self, notice: Notice, kind: str, queues: tuple[str, ...]) -> None:
        held = self.held
        period, _ = choose_version(held.deadline, read_trigger(held.trigger), self.machine.rules.catalogue)
        context = self.machine.rules.reckon(held.deadline, read_trigger(held.trigger)).context
        zh, en = words(kind, notice, period=period, context=context, task=held.name)
        rows.insert_notice(
            self.connection, case_id=self.row.id, kind=kind, deadline=held.deadline, zh=zh, en=en, at=notice.at, queues=queues,
            task_id=held.id if held.table == TASK else None, job_id=held.id if held.table == JOB else None,
        )  # fmt: skip

    def _roles(self, *roles: str) -> tuple[str, ...]:
        return queues_of(self.machine.rules, roles, unit=self.row.unit, variables=self.variables)

    def _holders(self) -> tuple[str, ...]:
        """Who holds a task, or else everybody to whom it is offered."""
        if self.held.claimed_by is not None:
            return (f"@{self.held.claimed_by}",)
        return due_notices.list_queues(self.connection, self.held)


def _variables(machine: Machine, connection: Connection, row: CaseRow, held: DueNotice) -> Callable[[], Mapping[str, Any]]:
    """The variables that a timer sees; loading them is worth it for the roles of firms only."""
    return cache(lambda: machine.load(connection, row, actor=SYSTEM).run.variables(held.token))
