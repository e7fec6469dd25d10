"""Reads of protected values, a row a reader, case, field and hour: finds again what the lines of history prove."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from service.store.columns import insert_or, milliseconds, new_id
from service.store.tables import cases, protected_reads

_HOUR = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFilter:
    """Which reads are asked for; `regulations` None: of all."""

    account: str | None = None
    case: str | None = None  # its id or its business key
    field: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    regulations: frozenset[str] | None = None


def hour_of(at: datetime) -> int:
    """The hour that a time lies in, counted from 1970."""
    return milliseconds(at) // _HOUR


def known_reads(connection: Connection, *, account: str, case_id: str, hour: int) -> frozenset[str]:
    """The fields of a case of which a line says already that somebody read them in an hour."""
    table = protected_reads.c
    found = connection.execute(select(table.field).where(table.account == account, table.case_id == case_id, table.hour == hour))
    return frozenset(found.scalars())


def insert_reads(
    connection: Connection, *, account: str, case_id: str, fields: Iterable[str], place: str, at: datetime, seq: int
) -> tuple[str, ...]:
    """Note the fields that were not noted in this hour; returns them."""
    rows = [
        {
            "id": new_id(), "account": account, "case_id": case_id, "field": field, "hour": hour_of(at), "place": place,
            "at": at, "seq": seq,
        }
        for field in sorted(fields)
    ]  # fmt: skip
    inserting = insert_or(connection, protected_reads).on_conflict_do_nothing().returning(protected_reads.c.field)
    return tuple(field for row in rows for field in connection.execute(inserting.values(row)).scalars())


def list_reads(
    connection: Connection, where: ReadFilter, *, after: tuple[datetime, str] | None, limit: int
) -> tuple[dict[str, Any], ...]:
    """List reads, the newest first, from the one after (time, id) on, each with the key, title and process of its case."""
    table = protected_reads.c
    query = select(
        table.id, table.at, table.account, table.case_id, table.field, table.place, table.seq,
        cases.c.business_key, cases.c.title, cases.c.process, cases.c.digest, cases.c.regulation,
    ).join(cases, cases.c.id == table.case_id)  # fmt: skip
    if where.account is not None:
        query = query.where(table.account == where.account)
    if where.case is not None:
        keyed = select(cases.c.id).where(cases.c.business_key == where.case)
        query = query.where(or_(table.case_id == where.case, table.case_id.in_(keyed)))
    if where.field is not None:
        query = query.where(table.field == where.field)
    if where.since is not None:
        query = query.where(table.at >= where.since)
    if where.until is not None:
        query = query.where(table.at < where.until)
    if where.regulations is not None:
        query = query.where(cases.c.regulation.in_(sorted(where.regulations)))
    if after is not None:
        query = query.where(or_(table.at < after[0], and_(table.at == after[0], table.id < after[1])))
    rows = connection.execute(query.order_by(table.at.desc(), table.id.desc()).limit(limit))
    return tuple(dict(row._mapping) for row in rows)


def list_fields(connection: Connection) -> tuple[str, ...]:
    """The fields that were ever read, for choosing one."""
    return tuple(connection.execute(select(protected_reads.c.field).distinct().order_by(protected_reads.c.field)).scalars())
