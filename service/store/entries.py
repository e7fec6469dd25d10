"""What people enter before it is filed: drafts and attachments, and the replies kept for repeated requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, insert, select, update

from service import tagged
from service.store.columns import insert_or, new_id
from service.store.tables import attachments, drafts, replies


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRow:
    """An uploaded file: its bytes lie under `sha256`; `case_id` is None until the form that carries it is filed."""

    id: str
    case_id: str | None
    account: str
    name: str
    size: int
    sha256: str
    media_type: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRow:
    request: str
    status: int | None
    body: bytes | None


_ATTACHMENT = [attachments.c[name] for name in AttachmentRow.__slots__]
_FIND_DRAFT = select(drafts.c.body, drafts.c.updated_at).where(
    drafts.c.account == bindparam("account"), drafts.c.subject == bindparam("subject")
)
_DELETE_DRAFTS = delete(drafts).where(drafts.c.subject == bindparam("b_subject"))
_DELETE_MY_DRAFT = _DELETE_DRAFTS.where(drafts.c.account == bindparam("b_account"))


def put_draft(connection: Connection, *, account: str, subject: str, body: Any, at: datetime) -> None:
    """Keep a draft in place of the one before; of two windows that save at once the later one stays."""
    values = {"body": tagged.dumps(body), "updated_at": at}
    keeping = insert_or(connection, drafts).values(account=account, subject=subject, **values)
    connection.execute(keeping.on_conflict_do_update(index_elements=["subject", "account"], set_=values))


def find_draft(connection: Connection, *, account: str, subject: str) -> tuple[Any, datetime] | None:
    row = connection.execute(_FIND_DRAFT, {"account": account, "subject": subject}).first()
    return None if row is None else (tagged.loads(row.body), row.updated_at)


def delete_draft(connection: Connection, *, account: str, subject: str) -> None:
    """Delete one person's draft; drafts of others on the same task stay, so that they lose nothing."""
    connection.execute(_DELETE_MY_DRAFT, {"b_subject": subject, "b_account": account})


def insert_attachment(
    connection: Connection, *, account: str, name: str, size: int, sha256: str, media_type: str, at: datetime
) -> AttachmentRow:
    row = AttachmentRow(
        id=new_id(), case_id=None, account=account, name=name, size=size, sha256=sha256, media_type=media_type, created_at=at
    )
    connection.execute(insert(attachments), {field: getattr(row, field) for field in AttachmentRow.__slots__})
    return row


def list_attachments(connection: Connection, ids: Sequence[str]) -> dict[str, AttachmentRow]:
    """Map the ids that exist to their attachments."""
    if not ids:
        return {}
    rows = connection.execute(select(*_ATTACHMENT).where(attachments.c.id.in_(list(ids))))
    return {row.id: AttachmentRow(**row._mapping) for row in rows}


def list_case_attachments(connection: Connection, case_ids: Sequence[str]) -> tuple[AttachmentRow, ...]:
    rows = connection.execute(select(*_ATTACHMENT).where(attachments.c.case_id.in_(list(case_ids))).order_by(attachments.c.id))
    return tuple(AttachmentRow(**row._mapping) for row in rows)


def file_attachments(connection: Connection, ids: Sequence[str], *, case_id: str) -> None:
    """Bind attachments to the case whose form carries them; one that is bound already stays where it is."""
    if ids:
        connection.execute(
            update(attachments)
            .where(and_(attachments.c.id.in_(list(ids)), attachments.c.case_id.is_(None)))
            .values(case_id=case_id)
        )


def sweep_attachments(connection: Connection, *, before: datetime) -> tuple[str, ...]:
    """Delete attachments that were never filed; returns the digests that no attachment refers to any more."""
    gone = connection.execute(
        delete(attachments)
        .where(attachments.c.case_id.is_(None), attachments.c.created_at < before)
        .returning(attachments.c.sha256)
    ).scalars()
    kept = attachments.alias()
    return tuple(
        digest for digest in set(gone) if not connection.execute(select(exists().where(kept.c.sha256 == digest))).scalar()
    )


#: A reservation without a reply is older than this only when the process that made it died before its command.
ABANDONED = timedelta(minutes=2)


def reserve_reply(connection: Connection, *, account: str, key: str, request: str, at: datetime) -> ReplyRow | None:
    """Reserve an Idempotency-Key; returns what is known of an earlier request with that key, or None when it is new."""
    connection.execute(
        delete(replies).where(
            replies.c.account == account, replies.c.key == key, replies.c.status.is_(None), replies.c.created_at < at - ABANDONED
        )
    )
    row = {"account": account, "key": key, "request": request, "created_at": at}
    reserving = insert_or(connection, replies).values(row).on_conflict_do_nothing(index_elements=["account", "key"])
    if connection.execute(reserving.returning(replies.c.key)).first() is not None:
        return None
    known = connection.execute(
        select(replies.c.request, replies.c.status, replies.c.body).where(replies.c.account == account, replies.c.key == key)
    ).first()
    return ReplyRow(request=request, status=None, body=None) if known is None else ReplyRow(**known._mapping)


def keep_reply(connection: Connection, *, account: str, key: str, status: int, body: bytes) -> None:
    connection.execute(update(replies).where(replies.c.account == account, replies.c.key == key).values(status=status, body=body))


def drop_reply(connection: Connection, *, account: str, key: str) -> None:
    """Forget a reservation whose request failed, so that it may be tried again."""
    connection.execute(delete(replies).where(replies.c.account == account, replies.c.key == key))
