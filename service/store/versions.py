"""The versions of a process, and the open cases that run on each. Asked before cases are moved to another version."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from service.store.reads import CASE_IS_OPEN
from service.store.tables import cases, definitions

_DIGEST = select(definitions.c.digest).where(definitions.c.key == bindparam("key"), definitions.c.version == bindparam("version"))


class VersionRow(NamedTuple):
    """A published version, and how many of its cases are open."""

    version: int
    digest: str
    name: str
    open: int


class OpenCase(NamedTuple):
    id: str
    business_key: str
    state: bytes


def list_versions(connection: Connection, process: str) -> tuple[VersionRow, ...]:
    """List the versions of a process, the newest first."""
    counted = connection.execute(
        select(cases.c.version, func.count()).where(cases.c.process == process, CASE_IS_OPEN).group_by(cases.c.version)
    )
    counts = {row[0]: int(row[1]) for row in counted}
    rows = connection.execute(
        select(definitions.c.version, definitions.c.digest, definitions.c.name)
        .where(definitions.c.key == process)
        .order_by(definitions.c.version.desc())
    )
    return tuple(VersionRow(version, digest, name, counts.get(version, 0)) for version, digest, name in rows)


def find_digest(connection: Connection, process: str, version: int) -> str | None:
    """Find the digest of one version."""
    digest: str | None = connection.execute(_DIGEST, {"key": process, "version": version}).scalar()
    return digest


def list_open_cases(
    connection: Connection, process: str, version: int, *, after: str = "", limit: int = 1000
) -> tuple[OpenCase, ...]:
    """List open cases of a version in the order of their ids."""
    rows = connection.execute(
        select(cases.c.id, cases.c.business_key, cases.c.state)
        .where(cases.c.process == process, cases.c.id > after, cases.c.version == version, CASE_IS_OPEN)
        .order_by(cases.c.id)
        .limit(limit)
    )
    return tuple(OpenCase(*row) for row in rows)
