"""The daily digest: on the morning of each working day, what each person has to do and was told since the last one.

One job a morning, whose id is its day, so that any number of workers queue it once. It queues a mail for each person, and the job
of the next morning. Where no mail is sent there is none.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from service.access import Actor, actor_queues
from service.clock import SHANGHAI
from service.engine import letters, reads
from service.engine.choosing import NAME, Choice, Way, find_choice
from service.engine.machine import Machine
from service.engine.mailing import Letter
from service.law import add_working_days, roll_back
from service.store import Connection, cases, deliveries, notices, preferences
from service.store import reads as rows
from service.store.cases import JobRow
from service.store.notices import NoticeFilter
from service.store.reads import TaskFilter

MORNING = time(8, 0)
#: A task is due soon until the end of this working day after today.
SOON = 3
_ALL = rows.MAX_LIMIT


def ensure_next(machine: Machine, connection: Connection) -> None:
    """Queue the next morning unless it is queued, or has been; nothing when no mail is sent."""
    if machine.outlets.mail is None:
        return
    now = machine.clock.now()
    today, calendar = now.date(), machine.rules.calendar
    early = calendar.is_working(today) and now < _morning(today)
    day = today if early else add_working_days(today, 1, calendar)
    job_id = f"digest-{day.isoformat()}"
    row = deliveries.job_row(deliveries.DIGEST, {}, at=now, due_at=_morning(day), legal=True, job_id=job_id)
    deliveries.insert_once(connection, row)


def gather(machine: Machine, connection: Connection, job: JobRow) -> None:
    """Queue a mail for everybody who wants a digest, unless today is none for it, and the job of the next morning."""
    ensure_next(machine, connection)
    now, calendar = machine.clock.now(), machine.rules.calendar
    meant = _day_of(job)
    # A holiday that was made known since, or a late job so early in the day that today's own is still to come.
    if machine.outlets.mail is None or not calendar.is_working(now.date()) or now < _morning(now.date()):
        return
    since = _morning(roll_back(meant - timedelta(days=1), calendar))
    addressed = deliveries.list_addressed(connection)
    chosen = preferences.preferences_of(connection, addressed, NAME)
    wanting = [name for name in addressed if Choice.read(chosen.get(name)).digests]
    at, due = now, machine.clock.machine()
    payloads = ({"account": name, "since": since} for name in wanting)
    mails = [deliveries.job_row(deliveries.MAIL, one, at=at, due_at=due, legal=False) for one in payloads]
    cases.insert_jobs(connection, mails)


def compose(machine: Machine, connection: Connection, actor: Actor, *, since: datetime) -> Letter | None:
    """The digest of somebody; None when there is nothing to say."""
    now, account = machine.clock.now(), actor.account
    queues, choice = actor_queues(actor, machine.book), find_choice(connection, account)
    due = _list_todo(connection, actor, queues, "due")
    newest = _list_todo(connection, actor, queues, "-received")
    last = _morning(add_working_days(now.date(), SOON, machine.rules.calendar)).replace(hour=0) + timedelta(days=1)
    scope = reads.scope_of(actor, machine.book)
    page = notices.list_notices(connection, scope, where=NoticeFilter(unread=True), after=None, limit=_ALL)
    morning = letters.Morning(
        fresh=[row for row in newest if row["opened_at"] >= since],
        soon=[row for row in due if row["due_at"] is not None and now < row["due_at"] <= last],
        overdue=[row for row in due if row["due_at"] is not None and row["due_at"] <= now],
        told=[row for row in page.rows if row["at"] >= since and choice.way(row["kind"]) is Way.DIGEST],
        unread=notices.count_unread(connection, account=account, queues=scope.queues),
    )
    return None if morning.empty else letters.digest_letter(morning, now=now, outlets=machine.outlets, english=choice.english)


def _list_todo(connection: Connection, actor: Actor, queues: frozenset[str], sort: str) -> tuple[dict[str, Any], ...]:
    page = rows.list_todo(
        connection, account=actor.account, queues=queues, where=TaskFilter(), sort=sort, after=None, limit=_ALL,
        principals=actor.principals,
    )  # fmt: skip
    return page.rows


def _day_of(job: JobRow) -> date:
    return date.fromisoformat(job.id.removeprefix("digest-"))


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI)
