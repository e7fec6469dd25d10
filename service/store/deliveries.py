"""Deliveries: jobs of no case that carry a notice out of the house, and the accounts and addresses that they go to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, true, update

from service import tagged
from service.store.cases import insert_jobs
from service.store.columns import insert_or, new_id
from service.store.people import list_members, stands_in_on
from service.store.tables import accounts, delegations, jobs, notice_queues

SPREAD = "spread"  # a notice looks for whom it has to reach outside the house
MAIL = "mail"
WEBHOOK = "webhook"
DIGEST = "digest"  # the morning: who gets a digest
#: With the back-off of jobs: mail is tried for about four hours, a webhook for about ten minutes.
RETRIES = {SPREAD: 20, DIGEST: 20, MAIL: 13, WEBHOOK: 8}


def job_row(
    kind: str, payload: Mapping[str, Any], *, at: datetime, due_at: datetime, legal: bool, job_id: str = ""
) -> dict[str, Any]:
    """A job of no case. `due_at` is legal or machine time, as `legal` says."""
    return {
        "id": job_id or new_id(), "case_id": None, "root": None, "kind": kind, "state": "todo", "legal": legal, "due_at": due_at,
        "retries": RETRIES[kind], "payload": tagged.dumps(dict(payload)), "created_at": at,
    }  # fmt: skip


def queue_spreading(connection: Connection, notice_id: str, *, at: datetime) -> None:
    """Let a notice of legal time `at` be carried to whoever wants it."""
    insert_jobs(connection, [job_row(SPREAD, {"notice": notice_id}, at=at, due_at=at, legal=True)])


def insert_once(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Queue a job unless one of its id was ever queued; tells whether it was not."""
    adding = insert_or(connection, jobs).values(dict(row)).on_conflict_do_nothing()
    return connection.execute(adding.returning(jobs.c.id)).first() is not None


def list_notice_queues(connection: Connection, notice_id: str) -> frozenset[str]:
    rows = connection.execute(select(notice_queues.c.queue).where(notice_queues.c.notice_id == notice_id))
    return frozenset(rows.scalars())


def list_candidates(connection: Connection, queues: Collection[str], *, on: date) -> frozenset[str]:
    """The accounts that some queues may mean on a day: holders, those named, and their deputies. Perhaps some too many."""
    named = {queue[1:] for queue in queues if queue.startswith("@")}
    groups = {queue.partition("@")[::2] for queue in queues if not queue.startswith("@")}
    members = list_members(connection, sorted({role for role, _ in groups})) if groups else ()
    found = named | {name for name, role, unit in members if (role, unit) in groups or (role, "") in groups}
    standing_in = connection.execute(select(delegations.c.account, delegations.c.deputy).where(*stands_in_on()), {"today": on})
    return frozenset(found | {deputy for principal, deputy in standing_in if principal in found})


def find_address(connection: Connection, account: str) -> str | None:
    """The mail address of an account that is in use."""
    found: str | None = connection.execute(
        select(accounts.c.email).where(accounts.c.name == account, accounts.c.active == true())
    ).scalar()
    return found or None


def list_addressed(connection: Connection, among: Collection[str] | None = None) -> tuple[str, ...]:
    """List the accounts in use that have a mail address; all of them, or those `among` some."""
    wanted = select(accounts.c.name).where(accounts.c.email.is_not(None), accounts.c.active == true())
    if among is not None:
        wanted = wanted.where(accounts.c.name.in_(sorted(among)))
    return tuple(connection.execute(wanted.order_by(accounts.c.name)).scalars())


def put_address(connection: Connection, account: str, address: str | None) -> None:
    connection.execute(update(accounts).where(accounts.c.name == account).values(email=address))
