"""Published definitions, regulations and calendar days."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, String, bindparam, cast, delete, func, insert, literal, select, union_all, update

from service import tagged
from service.store.tables import (
    calendar_days,
    calendar_years,
    definitions,
    parameter_versions,
    register_schemas,
    regulations,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRow:
    """One version of a process with its forms ({form id: schema}) and decisions ({decision id: DMN model})."""

    key: str
    version: int
    digest: str
    name: str
    regulation: str
    status: str
    xml: bytes
    forms: Mapping[str, Any]
    decisions: Mapping[str, str]
    message_starts: tuple[str, ...]


_BY_DIGEST = select(definitions).where(definitions.c.digest == bindparam("digest")).order_by(definitions.c.version.desc())
_LATEST = (
    select(definitions)
    .where(definitions.c.key == bindparam("key"), definitions.c.status == "published")
    .order_by(definitions.c.version.desc())
    .limit(1)
)


def _row(row: Any) -> DefinitionRow:
    return DefinitionRow(
        key=row.key, version=row.version, digest=row.digest, name=row.name, regulation=row.regulation, status=row.status,
        xml=row.xml, forms=orjson.loads(row.forms), decisions=orjson.loads(row.decisions),
        message_starts=tuple(orjson.loads(row.message_starts)),
    )  # fmt: skip


def find_by_digest(connection: Connection, key: str, digest: str) -> DefinitionRow | None:
    rows = connection.execute(_BY_DIGEST, {"digest": digest}).all()
    return next((_row(row) for row in rows if row.key == key), None)


def find_latest(connection: Connection, key: str) -> DefinitionRow | None:
    row = connection.execute(_LATEST, {"key": key}).first()
    return None if row is None else _row(row)


def list_latest(connection: Connection) -> tuple[tuple[str, int, str, str, str, tuple[str, ...]], ...]:
    """List (key, version, digest, name, regulation, messages that start it) of the newest version of each process."""
    newest = (
        select(definitions.c.key, func.max(definitions.c.version).label("version"))
        .where(definitions.c.status == "published")
        .group_by(definitions.c.key)
        .subquery()
    )
    rows = connection.execute(
        select(
            definitions.c.key, definitions.c.version, definitions.c.digest, definitions.c.name, definitions.c.regulation,
            definitions.c.message_starts,
        )
        .join(newest, (newest.c.key == definitions.c.key) & (newest.c.version == definitions.c.version))
        .order_by(definitions.c.regulation, definitions.c.key)
    )  # fmt: skip
    return tuple((*row[:5], tuple(orjson.loads(row[5]))) for row in rows)


def insert_definition(
    connection: Connection,
    *,
    key: str,
    digest: str,
    name: str,
    regulation: str,
    xml: bytes,
    forms: Mapping[str, Any],
    decisions: Mapping[str, str],
    message_starts: Sequence[str],
    by: str,
    at: datetime,
) -> int:
    """Publish the next version of a process; returns its number."""
    latest = connection.execute(select(func.max(definitions.c.version)).where(definitions.c.key == key)).scalar()
    version = (latest or 0) + 1
    row = {
        "key": key, "version": version, "digest": digest, "name": name, "regulation": regulation, "status": "published",
        "xml": xml, "forms": orjson.dumps(forms), "decisions": orjson.dumps(decisions),
        "message_starts": orjson.dumps(list(message_starts)).decode(),
        "author": by, "publisher": by, "created_at": at,
    }  # fmt: skip
    connection.execute(insert(definitions), row)
    return version


def put_regulation(connection: Connection, regulation_id: str, digest: str, body: Mapping[str, Any], *, at: datetime) -> bool:
    """Keep a regulation's data; False when this content is already there."""
    known = connection.execute(select(regulations.c.digest).where(regulations.c.id == regulation_id)).scalar()
    if known == digest:
        return False
    values = {"digest": digest, "body": tagged.dumps(body), "updated_at": at}
    if known is None:
        connection.execute(insert(regulations), {"id": regulation_id, **values})
    else:
        connection.execute(update(regulations).where(regulations.c.id == regulation_id).values(**values))
    return True


def list_regulations(connection: Connection) -> dict[str, Any]:
    """Map the id of each stored regulation file to its content."""
    rows = connection.execute(select(regulations.c.id, regulations.c.body).order_by(regulations.c.id))
    return {regulation_id: tagged.loads(body) for regulation_id, body in rows}


def rules_stamp(connection: Connection) -> str:
    """A text that changes whenever a regulation, a calendar year or the schema of a register is stored, or a parameter set."""
    rows = connection.execute(
        union_all(
            select(regulations.c.id, regulations.c.digest),
            select(cast(calendar_years.c.year, String), calendar_years.c.digest),
            select(literal("parameters"), func.max(parameter_versions.c.id)),
            select(register_schemas.c.name, register_schemas.c.digest),
        )
    )
    listed = sorted(f"{name} {digest}" for name, digest in rows)
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def put_calendar_year(
    connection: Connection, year: int, source: str, digest: str, days: Sequence[tuple[date, bool, str]]
) -> bool:
    """Keep the days of a year that differ from an ordinary week; False when this notice is already there."""
    known = connection.execute(select(calendar_years.c.digest).where(calendar_years.c.year == year)).scalar()
    if known == digest:
        return False
    connection.execute(
        delete(calendar_days).where(calendar_days.c.day >= date(year, 1, 1), calendar_days.c.day <= date(year, 12, 31))
    )
    if days:
        rows = [{"day": day, "working": working, "name": name} for day, working, name in days]
        connection.execute(insert(calendar_days), rows)
    values = {"source": source, "digest": digest}
    if known is None:
        connection.execute(insert(calendar_years), {"year": year, **values})
    else:
        connection.execute(update(calendar_years).where(calendar_years.c.year == year).values(**values))
    return True


def read_calendar(connection: Connection) -> tuple[tuple[tuple[date, bool, str], ...], tuple[tuple[int, str], ...]]:
    """Return ((day, working, name) …, (year, digest) …)."""
    days = tuple((row.day, row.working, row.name) for row in connection.execute(select(calendar_days)))
    years = tuple((row.year, row.digest) for row in connection.execute(select(calendar_years)))
    return days, years
