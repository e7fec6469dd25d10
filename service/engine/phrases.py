"""Phrases for opinions (常用语): a person keeps some and drops them. They are nobody else's, and no part of any case."""

from __future__ import annotations

from typing import Final

from service.engine.machine import Machine
from service.errors import Finding, InvalidAnswers, NotFound
from service.store import new_id
from service.store.phrases import PhraseRow, count_phrases, delete_phrase, find_phrase, insert_phrase

LONGEST: Final = 400  # characters
MOST: Final = 50


def keep_phrase(machine: Machine, body: str, *, by: str) -> PhraseRow:
    """Keep a phrase; one that is kept already stays one. InvalidAnswers (field `body`) for none, a long one, or too many."""
    text = body.strip()
    with machine.store.write() as connection:
        known = find_phrase(connection, by, text)
        if known is not None:
            return known
        if not 1 <= len(text) <= LONGEST:
            raise _refused("length", f"常用语应为 1–{LONGEST} 字。", f"A phrase has 1 to {LONGEST} characters.")
        if count_phrases(connection, by) >= MOST:
            raise _refused(
                "most", f"最多保留 {MOST} 条常用语，请先删除不用的。", f"{MOST} phrases are the most; delete one first."
            )
        row = PhraseRow(id=new_id(), account=by, body=text, created_at=machine.clock.now())
        insert_phrase(connection, row)
    return row


def drop_phrase(machine: Machine, phrase_id: str, *, by: str) -> None:
    """Delete one of one's own phrases. NotFound for any other."""
    with machine.store.write() as connection:
        if not delete_phrase(connection, phrase_id, account=by):
            raise NotFound("没有这条常用语。", message_en="There is no such phrase.")


def _refused(rule: str, message: str, message_en: str) -> InvalidAnswers:
    return InvalidAnswers([Finding(field="body", rule=rule, message=message, message_en=message_en)])
