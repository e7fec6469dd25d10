"""Find what stands still: one generator a cause, each over rows that an index gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from service.clock import SHANGHAI
from service.engine import waiting_words
from service.engine.machine import Machine
from service.engine.stuck import words
from service.engine.stuck.causes import Cause
from service.engine.stuck.crowd import Crowd
from service.engine.waiting_for import list_senders
from service.engine.waiting_words import Said, task_name
from service.law import roll_back
from service.store import Connection, cases, stuck
from service.store.stuck import StuckRow

#: For how many working days a task may lie unclaimed: a practice parameter, and what it is where no regulation has it.
UNTAKEN_DAYS, UNTAKEN_DEFAULT = "untaken_days", 2
#: How long after its time a timer or job may run, and a lease be expired, before anybody needs to know.
GRACE = timedelta(minutes=5)
LEASE_GRACE = timedelta(seconds=30)
#: Of how many ended cases a process needs to tell what is slow.
LEAST_ENDED = 20
#: Timers beside a step or a whole case: nothing is stuck because their message does not come.
_BESIDE = ("boundaryEvent", "startEvent")
MOST_WHO = 5


def with_deadlines(connection: Connection, rows: Sequence[StuckRow]) -> list[StuckRow]:
    """The same; whoever has no deadline of its own is given the next one that runs in its case, or above it: it is at risk."""
    due = stuck.list_next_deadlines(
        connection, {row.case_id for row in rows if row.legal_due is None and row.case_id is not None}
    )
    return [replace(row, legal_due=due[row.case_id]) if row.legal_due is None and row.case_id in due else row for row in rows]


def find_quick(machine: Machine, connection: Connection) -> Iterator[StuckRow]:
    """Everything but cases with missing rows."""
    crowd = Crowd(connection, machine.book, machine.clock.now().date())
    yield from _people(machine, connection, crowd)
    yield from _jobs(machine, connection)
    yield from _messages(machine, connection)
    yield from _slow(machine, connection)


def _task(cause: Cause, row: Mapping[str, Any], said: Said, *, since: datetime, who: Iterable[str] = ()) -> StuckRow:
    return StuckRow(
        cause=cause, subject=row["id"], since=since, case_id=row["case_id"], task_id=row["id"], process=row["process"],
        element=row["element"], unit=row["unit"], legal_due=row["due_at"],
        facts={"zh": said.zh, "en": said.en, "who": list(who)[:MOST_WHO]},
    )  # fmt: skip


def _people(machine: Machine, connection: Connection, crowd: Crowd) -> Iterator[StuckRow]:
    now = machine.clock.now()
    for row in stuck.list_overdue(connection, now=now):
        holder, group = row["claimed_by"], crowd.label(row["queue"])
        who = [holder] if holder else sorted(crowd.members(row["queue"]))
        said = words.overdue(
            task_name(row["name"]), waiting_words.last_day(None, row["due_at"]), crowd.names.get(holder, holder), group
        )
        yield _task(Cause.OVERDUE, row, said, since=row["due_at"], who=who)
    sizes = {queue: len(crowd.members(queue)) for queue in stuck.list_queues(connection)}
    present = {queue: len(crowd.members(queue) - crowd.away.keys()) for queue in sizes}
    helpless: set[str] = set()
    for row, queues in stuck.list_offered(connection, [queue for queue, number in present.items() if number == 0]):
        members = sorted({account for queue in queues for account in crowd.members(queue)})
        if set(members) - crowd.away.keys():
            continue
        helpless.add(row["id"])
        if members:
            until = min(crowd.away[account] for account in members)
            said = words.absent(task_name(row["name"]), crowd.display(members), until)
            yield _task(Cause.ABSENT, row, said, since=row["opened_at"], who=members)
        else:
            said = waiting_words.nobody(task_name(row["name"]), waiting_words.all_of([crowd.label(queue) for queue in queues]))
            yield _task(Cause.NOBODY, row, said, since=row["opened_at"])
    yield from _held_by_nobody(connection, crowd)
    for row, bars in stuck.list_bars(connection, sizes):
        members = sorted(crowd.members(row["queue"]))
        if row["id"] in helpless or not set(members) <= bars.keys():
            continue
        helpless.add(row["id"])
        rules = {crowd.names.get(account, account): bars[account] for account in members}
        yield _task(
            Cause.BARRED, row, words.barred(task_name(row["name"]), crowd.label(row["queue"]), rules), since=row["opened_at"]
        )
    days = machine.practice(UNTAKEN_DAYS, UNTAKEN_DEFAULT)
    for row in stuck.list_untaken(connection, before=working_days_ago(machine, days)):
        if row["id"] in helpless:
            continue
        said = words.untaken(task_name(row["name"]), row["opened_at"], days, crowd.label(row["queue"]))
        yield _task(Cause.UNTAKEN, row, said, since=row["opened_at"], who=sorted(crowd.members(row["queue"])))


def working_days_ago(machine: Machine, days: int) -> datetime:
    """The moment as many working days ago; a day of rest counts as the end of the last working day."""
    now, calendar = machine.clock.now().astimezone(SHANGHAI), machine.rules.calendar
    day = now.date()
    if not calendar.is_working(day):
        day = roll_back(day, calendar)
        now = datetime.combine(day, time.max, SHANGHAI)
    for _ in range(days):
        day = roll_back(day - timedelta(days=1), calendar)
    return datetime.combine(day, now.timetz())


def _held_by_nobody(connection: Connection, crowd: Crowd) -> Iterator[StuckRow]:
    """Tasks whose holder is on leave with no deputy, or can no longer sign in."""
    for row in stuck.list_held_by(connection, sorted(crowd.away)):
        name = crowd.names.get(row["claimed_by"], row["claimed_by"])
        said = words.absent(task_name(row["name"]), [name], crowd.away[row["claimed_by"]])
        yield _task(Cause.ABSENT, row, said, since=row["opened_at"], who=[row["claimed_by"]])
    for row in stuck.list_held_by_inactive(connection):
        yield _task(Cause.ABSENT, row, words.gone(task_name(row["name"]), row["holder_name"]), since=row["opened_at"])


def _jobs(machine: Machine, connection: Connection) -> Iterator[StuckRow]:
    legal, now = machine.clock.now(), machine.clock.machine()
    steps = _Steps(machine, connection)
    for row in stuck.list_parked(connection):
        step = steps.name(row["process"], row["element"]) or row["type"] or row["kind"]
        said = words.failed(waiting_words.parked(step, row["attempts"]), row["error"])
        yield _job(Cause.PARKED, row, said, since=row["due_at"])
    for row in stuck.list_expired(connection, before=now - LEASE_GRACE):
        step = steps.name(row["process"], row["element"]) or row["type"] or row["kind"]
        yield _job(Cause.LEASE, row, words.lease(step, row["lease_until"]), since=row["lease_until"])
    for row in stuck.list_late(connection, legal=legal - GRACE, machine=now - GRACE):
        step = steps.name(row["process"], row["element"]) or row["type"] or row["kind"]
        yield _job(Cause.LATE, row, words.late(step, row["due_at"]), since=row["due_at"])


def _job(cause: Cause, row: Mapping[str, Any], said: Said, *, since: datetime) -> StuckRow:
    return StuckRow(
        cause=cause, subject=row["id"], since=since, case_id=row["case_id"], job_id=row["id"], process=row["process"] or "",
        element=row["element"] or "", unit=row["unit"] or "",
        facts={"zh": said.zh, "en": said.en, "who": [], "attempts": row["attempts"], "error": row["error"], "type": row["type"]},
    )  # fmt: skip


def _messages(machine: Machine, connection: Connection) -> Iterator[StuckRow]:
    """Messages that published diagrams send, while no open case of theirs is about the same thing. Others come from outside."""
    steps, senders = _Steps(machine, connection), _Senders(machine, connection)
    for row in stuck.list_awaited(connection):
        element = steps.element(row["process"], row["element"])
        if element is None or element.kind in _BESIDE or element.event_sub_process:
            continue
        processes, throws = senders.of(row["name"])
        if not processes or stuck.has_sender(connection, processes, root=row["root"], key=row["correlation"]):
            continue
        said = words.message(element.name or element.id, row["name"], row["correlation"], throws)
        yield StuckRow(
            cause=Cause.MESSAGE, subject=row["id"], since=row["created_at"], case_id=row["case_id"], process=row["process"],
            element=row["element"], unit=row["unit"], facts={"zh": said.zh, "en": said.en, "who": []},
        )  # fmt: skip


def _slow(machine: Machine, connection: Connection) -> Iterator[StuckRow]:
    now = machine.clock.now()
    for process, seconds in stuck.list_case_durations(connection, least=LEAST_ENDED):
        for row in stuck.list_older(connection, process, before=now - timedelta(seconds=seconds)):
            said = words.slow(words.in_days((now - row["started_at"]).total_seconds()), words.in_days(seconds))
            yield StuckRow(
                cause=Cause.SLOW, subject=row["id"], since=row["started_at"] + timedelta(seconds=seconds), case_id=row["id"],
                process=row["process"], unit=row["unit"], facts={"zh": said.zh, "en": said.en, "who": []},
            )  # fmt: skip


def find_incomplete(machine: Machine, connection: Connection, *, after: str, limit: int) -> tuple[list[StuckRow], str | None]:
    """Cases with missing rows among `limit` running ones; also where to go on, None at the end."""
    rows, cursor = stuck.list_incomplete(connection, after=after, limit=limit)
    found: list[StuckRow] = []
    for row in rows:
        cause, said = _why(machine, connection, row)
        found.append(
            StuckRow(
                cause=cause,
                subject=row["id"],
                since=row["started_at"],
                case_id=row["id"],
                process=row["process"],
                unit=row["unit"],
                facts={"zh": said.zh, "en": said.en, "who": []},
            )
        )
    return found, cursor


def _why(machine: Machine, connection: Connection, row: Mapping[str, Any]) -> tuple[Cause, Said]:
    missing = (row["waits"] or 0) - row["there"]
    if missing > 0:
        return Cause.INCOMPLETE, words.incomplete(missing)
    case = cases.find_case(connection, row["id"])
    assert case is not None
    work = machine.load(connection, case, actor="system")
    for join in work.run.joins():
        element = work.definition.process.elements.get(join.element)
        return Cause.JOIN, waiting_words.join(element.name if element else None, join.arrived, ())
    return Cause.INCOMPLETE, waiting_words.stalled()


def find_above(machine: Machine, connection: Connection, rows: Sequence[StuckRow]) -> Iterator[StuckRow]:
    """The cases above those that stand still, up to the topmost; each once, for what has stood longest."""
    why: dict[str, StuckRow] = {}
    for row in rows:
        if row.case_id is not None:
            why.setdefault(row.case_id, row)
    above = stuck.list_ancestors(connection, why)
    steps = _Steps(machine, connection)
    told: set[str] = set()
    for case_id, row in why.items():
        reason, current = Said(row.facts["zh"], row.facts["en"]), case_id
        while current in above and current not in told:
            told.add(current)
            one = above[current]
            said = words.child(steps.name(one["process"], one["element"]) or "", one["title"], one["business_key"], reason)
            yield StuckRow(
                cause=Cause.CHILD, subject=current, since=row.since, case_id=one["parent"], process=one["process"],
                element=one["element"], unit=one["unit"], legal_due=row.legal_due,
                facts={"zh": said.zh, "en": said.en, "who": [], "child": current},
            )  # fmt: skip
            current = one["parent"]


class _Steps:
    """What elements are called in the newest version of their process."""

    def __init__(self, machine: Machine, connection: Connection) -> None:
        self._machine, self._connection = machine, connection
        self._known: dict[str, Any] = {}

    def element(self, process: str | None, element: str | None) -> Any:
        if not process or not element:
            return None
        if process not in self._known:
            self._known[process] = self._machine.library.latest(self._connection, process).process.elements
        return self._known[process].get(element)

    def name(self, process: str | None, element: str | None) -> str | None:
        found = self.element(process, element)
        return element if found is None else found.name or found.id


class _Senders:
    """Which processes send a message, and where."""

    def __init__(self, machine: Machine, connection: Connection) -> None:
        self._machine, self._connection = machine, connection
        self._known: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {}

    def of(self, message: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        if message not in self._known:
            throws = list_senders(self._machine, self._connection, message)
            names = {name for name, _ in throws}
            by_name = stuck.list_process_names(self._connection)
            self._known[message] = (tuple(key for key, name in by_name.items() if name in names), throws)
        return self._known[message]
