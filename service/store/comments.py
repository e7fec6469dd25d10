"""What people say about a case beside its steps (讨论)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, insert, or_, select

from service.store.tables import accounts, comments


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRow:
    id: str
    case_id: str
    author: str
    body: str
    mentions: tuple[str, ...]
    at: datetime


def insert_comment(connection: Connection, row: CommentRow) -> None:
    values = {"id": row.id, "case_id": row.case_id, "author": row.author, "body": row.body, "at": row.at}
    connection.execute(insert(comments), {**values, "mentions": orjson.dumps(row.mentions).decode()})


def list_comments(connection: Connection, case_id: str, *, after: str | None = None, limit: int = 200) -> tuple[CommentRow, ...]:
    """List what was said about a case, oldest first; `after` is the id of a comment."""
    columns = [comments.c[name] for name in CommentRow.__slots__]
    wanted = select(*columns).where(comments.c.case_id == case_id, comments.c.id > (after or ""))
    rows = connection.execute(wanted.order_by(comments.c.id).limit(limit))
    return tuple(CommentRow(**{**row._mapping, "mentions": tuple(orjson.loads(row.mentions))}) for row in rows)


def search_accounts(connection: Connection, words: str, *, limit: int) -> tuple[str, ...]:
    """List the active accounts whose name contains a text, by the name that people read."""
    found = select(accounts.c.name).where(accounts.c.active)
    if words:
        found = found.where(
            or_(accounts.c.display_name.contains(words, autoescape=True), accounts.c.name.contains(words, autoescape=True))
        )
    return tuple(connection.execute(found.order_by(accounts.c.display_name, accounts.c.name).limit(limit)).scalars())
