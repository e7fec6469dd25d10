"""Cases that belong together beside a family: those about the same thing, by business key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from service.store.reads import CASE_COLUMNS, Scope, readable
from service.store.tables import cases

#: A project has some dozens of cases at the most; more are not listed.
MOST = 200


def list_readable_about(
    connection: Connection, scope: Scope, *, business_key: str, regulation: str
) -> tuple[dict[str, Any], ...]:
    """List the readable cases about the same thing, oldest first."""
    rows = connection.execute(
        select(*CASE_COLUMNS)
        .where(cases.c.business_key == business_key, cases.c.regulation == regulation, readable(scope))
        .order_by(cases.c.id)
        .limit(MOST)
    )
    return tuple(dict(row._mapping) for row in rows)
