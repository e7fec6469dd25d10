"""Lists of the archive: which families are old enough to be put away, and which have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from service.store.columns import among
from service.store.narrowing import contains_term
from service.store.tables import accounts, archives, cases, jobs, units

_OPEN = ("running", "suspended")
_WAITS = ("todo", "doing", "parked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """Who is old enough: ended before the one moment, and not taken out of the archive since the other."""

    ended_before: datetime
    restored_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFilter:
    """What the list of the archive is narrowed by; None means any. `terms`: as `searching.split_terms` makes them."""

    terms: tuple[str, ...] = ()
    process: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is archived: families, cases, bytes before and after compression."""

    families: int
    cases: int
    plain: int
    stored: int


_COLUMNS = [
    cases.c.id, cases.c.business_key, cases.c.title, cases.c.process, cases.c.version, cases.c.digest, cases.c.regulation,
    cases.c.unit, cases.c.status, cases.c.outcome, cases.c.started_at, cases.c.ended_at, cases.c.restored_at,
]  # fmt: skip
_member = cases.alias("member")
_other = cases.alias("other")


def list_due(
    connection: Connection, age: Age, *, held: bool = False, after: tuple[datetime, str] | None = None, limit: int
) -> tuple[dict[str, Any], ...]:
    """List the families (their case without a parent) that are old enough, the oldest first; with `held` those that something
    keeps from being archived, without it those that nothing does. `after`: (ended_at, id) of the last one known.
    """
    wanted = select(*_COLUMNS, units.c.name.label("unit_name")).join(units, units.c.id == cases.c.unit, isouter=True)
    wanted = wanted.where(*_is_due(age, held=held))
    if after is not None:
        wanted = wanted.where(or_(cases.c.ended_at > after[0], and_(cases.c.ended_at == after[0], cases.c.id > after[1])))
    rows = connection.execute(wanted.order_by(cases.c.ended_at, cases.c.id).limit(limit))
    return tuple({str(name): value for name, value in row._mapping.items()} for row in rows)


def count_due(connection: Connection, age: Age, *, held: bool = False, most: int) -> int:
    """Count them, up to `most`."""
    some = select(cases.c.id).where(*_is_due(age, held=held)).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def list_archived_families(
    connection: Connection, where: ArchiveFilter, *, after: tuple[datetime, str] | None, limit: int
) -> tuple[dict[str, Any], ...]:
    """List what is archived, the latest first. `after`: (at, root) of the last one known."""
    wanted = (
        select(
            *_COLUMNS, units.c.name.label("unit_name"), archives.c.at, archives.c.by.label("archived_by"), archives.c.reason,
            archives.c.cases.label("number"), archives.c.size, func.length(archives.c.body).label("stored"),
            accounts.c.display_name.label("by_name"),
        )
        .join_from(archives, cases, cases.c.id == archives.c.root)
        .join(units, units.c.id == cases.c.unit, isouter=True)
        .join(accounts, accounts.c.name == archives.c.by, isouter=True)
        .where(*map(contains_term, where.terms))
    )  # fmt: skip
    for column, value in ((cases.c.process, where.process), (cases.c.unit, where.unit)):
        if value is not None:
            wanted = wanted.where(column == value)
    if after is not None:
        wanted = wanted.where(or_(archives.c.at < after[0], and_(archives.c.at == after[0], archives.c.root < after[1])))
    rows = connection.execute(wanted.order_by(archives.c.at.desc(), archives.c.root.desc()).limit(limit))
    return tuple({str(name): value for name, value in row._mapping.items()} for row in rows)


def measure_archive(connection: Connection) -> Size:
    """How much is archived in all."""
    row = connection.execute(
        select(
            func.count(), func.coalesce(func.sum(archives.c.cases), 0), func.coalesce(func.sum(archives.c.size), 0),
            func.coalesce(func.sum(func.length(archives.c.body)), 0),
        )
    ).one()  # fmt: skip
    return Size(families=row[0], cases=int(row[1]), plain=int(row[2]), stored=int(row[3]))


def find_open_sibling(connection: Connection, *, business_key: str, regulation: str, beside: str) -> tuple[str, str] | None:
    """(title, process) of another case about the same thing that is not over."""
    found = select(cases.c.title, cases.c.process).where(
        cases.c.business_key == business_key, cases.c.regulation == regulation, cases.c.root != beside, cases.c.status.in_(_OPEN)
    )
    row = connection.execute(found.order_by(cases.c.id).limit(1)).first()
    return None if row is None else (row.title, row.process)


def count_waiting_jobs(connection: Connection, case_ids: Sequence[str]) -> int:
    """How many jobs of some cases are to do, being done or parked."""
    found = select(func.count()).where(jobs.c.case_id.in_(list(case_ids)), among(jobs.c.state, *_WAITS))
    return int(connection.execute(found).scalar_one())


def cursor_of(row: Mapping[str, Any]) -> str:
    """Where a list goes on after one of its rows."""
    return f"{(row.get('at') or row['ended_at']).isoformat()}~{row['id']}"


def read_cursor(text: str) -> tuple[datetime, str] | None:
    """What `cursor_of` wrote, as lists take it; None for anything else."""
    moment, _, one = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return None if at.tzinfo is None else (at, one[:24])


def _is_due(age: Age, *, held: bool) -> tuple[ColumnElement[bool], ...]:
    free = and_(~_has_young_member(age), ~_has_job(), ~_has_open_sibling())
    return (
        ~free if held else free,
        cases.c.parent.is_(None), cases.c.archived_at.is_(None), cases.c.ended_at < age.ended_before,
        cases.c.status.in_(("completed", "terminated")),
        or_(cases.c.restored_at.is_(None), cases.c.restored_at < age.restored_before),
    )  # fmt: skip


def _has_young_member(age: Age) -> ColumnElement[bool]:
    young = or_(_member.c.ended_at.is_(None), _member.c.ended_at >= age.ended_before)
    return exists().where(_member.c.root == cases.c.id, young).correlate(cases)


def _has_job() -> ColumnElement[bool]:
    return (
        exists()
        .where(_member.c.root == cases.c.id, jobs.c.case_id == _member.c.id, among(jobs.c.state, *_WAITS))
        .correlate(cases)
    )


def _has_open_sibling() -> ColumnElement[bool]:
    same = (_other.c.business_key == cases.c.business_key, _other.c.regulation == cases.c.regulation)
    return exists().where(*same, _other.c.root != cases.c.id, _other.c.status.in_(_OPEN)).correlate(cases)


def list_roots(connection: Connection) -> tuple[str, ...]:
    """The case without a parent of everything that is archived."""
    return tuple(connection.execute(select(archives.c.root).order_by(archives.c.root)).scalars())
