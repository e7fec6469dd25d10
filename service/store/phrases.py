"""Phrases that a person keeps for opinions (常用语). Nobody else sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from service.store.tables import phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseRow:
    id: str
    account: str
    body: str
    created_at: datetime


_PHRASE = [phrases.c[name] for name in PhraseRow.__slots__]


def list_phrases(connection: Connection, account: str) -> tuple[PhraseRow, ...]:
    """List an account's own phrases, newest first."""
    found = connection.execute(select(*_PHRASE).where(phrases.c.account == account).order_by(phrases.c.id.desc()))
    return tuple(PhraseRow(**row._mapping) for row in found)


def find_phrase(connection: Connection, account: str, body: str) -> PhraseRow | None:
    row = connection.execute(select(*_PHRASE).where(phrases.c.account == account, phrases.c.body == body).limit(1)).first()
    return None if row is None else PhraseRow(**row._mapping)


def count_phrases(connection: Connection, account: str) -> int:
    return int(connection.execute(select(func.count()).where(phrases.c.account == account)).scalar_one())


def insert_phrase(connection: Connection, row: PhraseRow) -> None:
    connection.execute(insert(phrases), {name: getattr(row, name) for name in PhraseRow.__slots__})


def delete_phrase(connection: Connection, phrase_id: str, *, account: str) -> bool:
    """Delete one of an account's phrases; False when it has none of this id."""
    gone = connection.execute(delete(phrases).where(phrases.c.id == phrase_id, phrases.c.account == account))
    return bool(gone.rowcount)
