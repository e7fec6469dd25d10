"""Drafts of applications that are not filed yet: what somebody began to enter into start forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from service import tagged
from service.store.tables import drafts

_PREFIX = "start:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfiled:
    """A draft of the start form of a process."""

    process: str
    body: Any
    saved_at: datetime


def list_unfiled(connection: Connection, account: str) -> tuple[Unfiled, ...]:
    """List the drafts of start forms of an account, the newest first."""
    mine = select(drafts.c.subject, drafts.c.body, drafts.c.updated_at).where(
        drafts.c.account == account, drafts.c.subject.startswith(_PREFIX, autoescape=True)
    )
    found = connection.execute(mine.order_by(drafts.c.updated_at.desc(), drafts.c.subject))
    return tuple(
        Unfiled(process=row.subject.removeprefix(_PREFIX), body=tagged.loads(row.body), saved_at=row.updated_at) for row in found
    )
