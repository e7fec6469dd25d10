"""Give a copy of a case (抄送), which lets its reader read it, and follow a case (关注) to hear of its milestones and its end."""

from __future__ import annotations

from collections.abc import Sequence

from service.access import Actor, Reads, RoleBook
from service.engine import reads
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.noting import note
from service.engine.people import as_actor, get_actor
from service.errors import Finding, InvalidAnswers, NotAllowed
from service.store import Connection, cases, notices, people, watches
from service.store.cases import CaseRow

MOST_WORDS = 400
MOST_COPIES = 50


def copy_case(machine: Machine, case_id: str, accounts: Sequence[str], *, words: str, by: str) -> tuple[str, ...]:
    """Give a copy of a case to people, with a word. InvalidAnswers by field. Returns the accounts."""
    now, wanted = machine.clock.now(), tuple(dict.fromkeys(accounts))
    with machine.store.write() as connection:
        actor, row = _lock(machine, connection, case_id, by)
        if not machine.book.may_act(actor):
            raise NotAllowed("您只能查看案件，不能抄送。", message_en="You may read this case, not pass it on.", rule="copying")
        findings: list[Finding] = []
        if not wanted or len(wanted) > MOST_COPIES:
            findings.append(_fault("to", f"请选择 1 至 {MOST_COPIES} 人。", f"Choose 1 to {MOST_COPIES} people."))
        if not words.strip() or len(words.strip()) > MOST_WORDS:
            findings.append(
                _fault("words", f"请填写 1 至 {MOST_WORDS} 字的附言。", f"Write a word of 1 to {MOST_WORDS} characters.")
            )
        for account in wanted:
            if not _may_get(machine, connection, account, row, by):
                name = people.display_names(connection, [account]).get(account, account)
                zh = f"不能抄送给 {name}：没有这个账号、已停用，或者不是本办法的人员。"
                findings.append(_fault("to", zh, f"{name} cannot be given a copy: no active account of this regulation."))
        if findings:
            raise InvalidAnswers(findings)
        watches.copy(connection, case_id, wanted, by=by, at=now)
        notices.insert_notice(
            connection, case_id=case_id, kind="copied", deadline=None, at=now, queues=[f"@{account}" for account in wanted],
            zh=f"{actor.display_name}抄送给您：{words.strip()}", en=f"{actor.display_name} sends you a copy: {words.strip()}",
        )  # fmt: skip
        note(connection, row, Event.CASE_COPIED, by=by, at=now, to=list(wanted), words=words.strip())
    machine.wake()
    return wanted


def follow_case(machine: Machine, case_id: str, *, by: str) -> None:
    """Hear of the milestones and the end of a case that one may read. Nothing changes when one follows it already."""
    with machine.store.write() as connection:
        _lock(machine, connection, case_id, by)
        watches.follow(connection, case_id, by, at=machine.clock.now())


def unfollow_case(machine: Machine, case_id: str, *, by: str) -> None:
    with machine.store.write() as connection:
        watches.unfollow(connection, case_id, by)


def may_get_copy(book: RoleBook, actor: Actor, regulation: str) -> bool:
    """Whether somebody holds a role, under a regulation or for the platform, that reads more than what is published."""
    return any(
        role.reads is not Reads.PUBLIC and (not regulation or role.regulation in (regulation, "platform"))
        for role, _ in book.held_by(actor)
    )


def _lock(machine: Machine, connection: Connection, case_id: str, by: str) -> tuple[Actor, CaseRow]:
    """A case that somebody may read, locked. NotFound for any other."""
    actor = get_actor(connection, by, on=machine.clock.now().date())
    reads.get_case(machine, connection, case_id, actor)
    row = cases.lock_case(connection, case_id)
    assert row is not None
    return actor, row


def _may_get(machine: Machine, connection: Connection, account: str, row: CaseRow, by: str) -> bool:
    found = people.find_account(connection, account)
    known = found is not None and found.active and account != by
    return known and found is not None and may_get_copy(machine.book, as_actor(found), row.regulation)


def _fault(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="copying", message=zh, message_en=en)
