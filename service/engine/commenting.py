"""Talk about a case beside its steps (讨论): whoever reads it may, and may name others who read it too (@).

History keeps that something was said, how long it was and its digest, so that the words themselves can be erased one day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from service.engine import reads, signing, watching
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.noting import note
from service.engine.people import as_actor, get_actor
from service.errors import Finding, InvalidAnswers
from service.store import Connection, cases, comments, new_id, notices, people
from service.store.cases import CaseRow
from service.store.comments import CommentRow

MOST = 2000
MOST_MENTIONS = 20
#: How many people are offered at once.
MOST_OFFERED = 20
#: How many are looked at for them.
_LOOKED_AT = 60


def comment(machine: Machine, case_id: str, body: str, *, mentions: Sequence[str] = (), by: str) -> CommentRow:
    """Say something about a case. NotFound for who may not read it; InvalidAnswers names who is mentioned and may not."""
    now, words, wanted = machine.clock.now(), body.strip(), tuple(dict.fromkeys(mentions))
    with machine.store.write() as connection:
        actor = get_actor(connection, by, on=now.date())
        reads.get_case(machine, connection, case_id, actor)
        row = cases.lock_case(connection, case_id)
        assert row is not None
        findings: list[Finding] = []
        if not words or len(words) > MOST:
            findings.append(_fault("body", f"请填写 1 至 {MOST} 字。", f"Write 1 to {MOST} characters."))
        if len(wanted) > MOST_MENTIONS:
            findings.append(
                _fault("mentions", f"一次最多提醒 {MOST_MENTIONS} 人。", f"Name at most {MOST_MENTIONS} people at once.")
            )
        for account in wanted[:MOST_MENTIONS]:
            if not _reads(machine, connection, account, row):
                name = people.display_names(connection, [account]).get(account, account)
                zh = f"{name} 不能查看本案，无法提醒；需要时请先抄送。"
                findings.append(_fault("mentions", zh, f"{name} cannot read this case; give them a copy first."))
        if findings:
            raise InvalidAnswers(findings)
        made = CommentRow(id=new_id(), case_id=case_id, author=by, body=words, mentions=wanted, at=now)
        comments.insert_comment(connection, made)
        told = [f"@{account}" for account in wanted if account != by]
        notices.insert_notice(
            connection, case_id=case_id, kind="mentioned", deadline=None, at=now, queues=told,
            zh=f"{actor.display_name}在讨论中提到了您。", en=f"{actor.display_name} mentions you in the discussion.",
        )  # fmt: skip
        note(
            connection, row, Event.CASE_COMMENTED, by=by, at=now, comment=made.id, length=len(words),
            digest=hashlib.sha256(words.encode()).hexdigest(), mentions=list(wanted),
        )  # fmt: skip
    machine.wake()
    return made


def list_people(
    machine: Machine, connection: Connection, row: CaseRow, words: str, *, purpose: str
) -> tuple[tuple[str, str], ...]:
    """List (account, display name) of whom a text may mean. `purpose`: mention (reads the case), sign, or copy."""
    found: list[tuple[str, str]] = []
    for account in comments.search_accounts(connection, words.strip(), limit=_LOOKED_AT):
        known = people.find_account(connection, account)
        if known is None or len(found) == MOST_OFFERED:
            continue
        actor = as_actor(known)
        if purpose == "mention":
            fits = reads.may_read_case(connection, machine.book, actor, row)
        elif purpose == "sign":
            fits = signing.may_be_added(machine.book, actor, row.regulation)
        else:
            fits = watching.may_get_copy(machine.book, actor, row.regulation)
        if fits:
            found.append((account, known.display_name))
    return tuple(found)


def _reads(machine: Machine, connection: Connection, account: str, row: CaseRow) -> bool:
    found = people.find_account(connection, account, on=machine.clock.now().date())
    return found is not None and found.active and reads.may_read_case(connection, machine.book, as_actor(found), row)


def _fault(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="commenting", message=zh, message_en=en)
