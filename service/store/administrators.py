"""What some people did, whichever chain it stands in: the lines of administrators, newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Any

from sqlalchemy import Connection, and_, literal_column, or_, select

from service import tagged
from service.store import archives
from service.store.tables import accounts, cases, history, memberships

#: So that the index over the lines of people is used.
_OF_PEOPLE = history.c.actor != literal_column("'system'")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFilter:
    """Which lines are asked for; `beside` are kinds that are left out."""

    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    beside: tuple[str, ...] = ()


def list_holders(connection: Connection, roles: Collection[str]) -> dict[str, str]:
    """Map the accounts that hold one of some roles to their names, in use or not."""
    rows = connection.execute(
        select(accounts.c.name, accounts.c.display_name)
        .join(memberships, memberships.c.account == accounts.c.name)
        .where(memberships.c.role.in_(sorted(roles)))
        .distinct()
        .order_by(accounts.c.name)
    )
    return {row.name: row.display_name for row in rows}


def list_actions(
    connection: Connection, people: Collection[str], where: ActionFilter, *, after: tuple[datetime, str, int] | None, limit: int
) -> tuple[dict[str, Any], ...]:
    """List what some accounts did, from the one after (time, chain, seq) on; of cases with their key, title and process."""
    found: list[dict[str, Any]] = []
    for actor in people:  # each by its own piece of the index, which is in the order of time
        query = select(
            history.c.chain, history.c.seq, history.c.kind, history.c.element, history.c.actor, history.c.at, history.c.payload
        ).where(history.c.actor == actor, _OF_PEOPLE)
        if where.kind is not None:
            query = query.where(history.c.kind == where.kind)
        if where.beside:
            query = query.where(history.c.kind.not_in(where.beside))
        if where.since is not None:
            query = query.where(history.c.at >= where.since)
        if where.until is not None:
            query = query.where(history.c.at < where.until)
        if after is not None:
            at, chain, seq = after
            same = or_(history.c.chain < chain, and_(history.c.chain == chain, history.c.seq < seq))
            query = query.where(or_(history.c.at < at, and_(history.c.at == at, same)))
        query = query.order_by(history.c.at.desc(), history.c.chain.desc(), history.c.seq.desc()).limit(limit)
        found += (dict(row._mapping) for row in connection.execute(query))
    newest = nlargest(limit, found, key=lambda row: (row["at"], row["chain"], row["seq"]))
    known = _cases(connection, {row["chain"] for row in newest})
    kept = archives.list_payloads(connection, {row["chain"] for row in newest if row["payload"] is None})
    return tuple({**row, "payload": _payload(row, kept), "case": known.get(row["chain"])} for row in newest)


def _payload(row: dict[str, Any], kept: Mapping[str, Mapping[int, bytes]]) -> Any:
    payload = row["payload"] or kept.get(row["chain"], {}).get(row["seq"])
    return tagged.loads(payload) if payload else {}


def _cases(connection: Connection, chains: Collection[str]) -> dict[str, dict[str, Any]]:
    columns = (cases.c.id, cases.c.business_key, cases.c.title, cases.c.process)
    rows = connection.execute(select(*columns).where(cases.c.id.in_(sorted(chains)))) if chains else ()
    return {row.id: dict(row._mapping) for row in rows}
