"""The schemas of registers as they are published; what they mean is the engine's business."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from service import tagged
from service.store.columns import insert_or
from service.store.tables import register_schemas


def put_register_schema(connection: Connection, name: str, digest: str, body: Mapping[str, Any], *, at: datetime) -> bool:
    """Keep the schema of a register; False when this content is already there."""
    known = connection.execute(select(register_schemas.c.digest).where(register_schemas.c.name == name)).scalar()
    if known == digest:
        return False
    values = {"digest": digest, "body": tagged.dumps(body), "updated_at": at}
    statement = insert_or(connection, register_schemas).values(name=name, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
    return True


def list_register_schemas(connection: Connection) -> dict[str, Any]:
    """Map the name of each register to its schema."""
    rows = connection.execute(select(register_schemas.c.name, register_schemas.c.body).order_by(register_schemas.c.name))
    return {name: tagged.loads(body) for name, body in rows}
