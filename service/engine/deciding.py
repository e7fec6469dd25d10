"""Added signers (加签) decide, and what waits for them goes on: the next signer, the held completion, or back to its holder.

before: the task cannot be completed until all of them have decided. parallel: it can, and waits for those who have not. after:
once it is completed they decide one after another. A completion that waits is held with who made it, when, and their signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from service import tagged
from service.engine import duty, filling
from service.engine.due import NO_DUE
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.signer_form import AGREES, signer_form
from service.engine.work import Work
from service.errors import ChengxuError, Finding, InvalidAnswers, NotAllowed
from service.store import cases, entries, new_id, notices, people, signers
from service.store.cases import TaskRow, Waiting
from service.store.signers import UNDECIDED, HeldRow, SignerRow

if TYPE_CHECKING:
    from service.engine.completing import Completed, Taken

BEFORE, PARALLEL, AFTER = "before", "parallel", "after"
#: Stands before the name of the step in the name of a signer's task; pages say it in their own language.
SIGNING = "加签："


class Spoiled(Exception):
    """What was held cannot be completed as it was any more; `error` says why. Never leaves `completing` and `signing`."""

    def __init__(self, error: ChengxuError) -> None:
        super().__init__(str(error))
        self.error = error


class Advance(Protocol):
    """How a held completion is carried out: `completing.complete_held`."""

    def __call__(self, machine: Machine, work: Work, main: TaskRow, held: HeldRow, going: Going, /) -> Completed: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What a command already did with the rows that wait in the case."""

    rows: Sequence[Waiting]
    settled: Collection[str] = field(default=())


def ensure_may_complete(taken: Taken) -> bool:
    """NotAllowed while signers who come first have not decided; True when the completion has to wait for others."""
    undecided = [(way, account) for way, account, state in taken.around.signers if state in UNDECIDED]
    first = [account for way, account in undecided if way == BEFORE]
    if first:
        names = _names(taken.work, first)
        raise NotAllowed(
            f"请等待前加签人办理：{names}。", message_en=f"These people decide first: {names}.", rule="signers-before"
        )
    return bool(undecided)


def hold(
    taken: Taken, answers: Mapping[str, Any], clean: Mapping[str, Any], *, by: str, signed: Mapping[str, Any] | None
) -> None:
    """Keep a completion until the signers are done, as a draft too, and ask the next one."""
    work, task = taken.work, taken.task
    body = {
        "answers": dict(answers), "clean": dict(clean), "signed": None if signed is None else dict(signed),
        "principal": taken.principal,
    }  # fmt: skip
    cases.hold_task(work.connection, task.id, by=by, on_behalf_of=taken.principal)
    entries.put_draft(work.connection, account=by, subject=f"task:{task.id}", body=dict(answers), at=work.at)
    hidden = [account for account in (by, taken.principal) if account is not None]
    signers.hold(work.connection, task_id=task.id, account=by, body=body, at=work.at, hide=hidden)
    waits = [account for _, account, state in taken.around.signers if state in UNDECIDED]
    digest = hashlib.sha256(orjson.dumps(tagged.plain(dict(answers)), option=orjson.OPT_SORT_KEYS)).hexdigest()
    more = {} if taken.principal is None else {"on_behalf_of": taken.principal}
    work.note(Event.TASK_HELD, element=task.element, task=task.id, waits_for=waits, digest=digest, **more)
    _ask_next(work, task)
    work.finish()


def decide(
    machine: Machine, taken: Taken, answers: Mapping[str, Any], *, by: str, spoiled: ChengxuError | None, advance: Advance
) -> Completed | None:
    """Complete a signer's task. Returns the completion of the main task when this was the last thing that it waited for."""
    work, task, connection = taken.work, taken.task, taken.work.connection
    element = work.definition.process.elements[task.element]
    duty.ensure_free(work, element, by, taken.principal)
    clean = filling.validate(
        connection, signer_form(), answers, variables={}, lookup=work.host.lookup, account=by, family=lambda: ()
    )
    agrees, opinion = clean["decision"] == AGREES, str(clean.get("opinion") or "").strip()
    if not agrees and not opinion:
        raise InvalidAnswers(
            [Finding(field="opinion", rule="required", message="不同意时请写明理由。", message_en="Say why you do not agree.")]
        )
    main = cases.find_task(connection, task.main_id or "")
    mine = next(one for one in signers.list_signers(connection, task.main_id or "") if one.task_id == task.id)
    assert main is not None  # a signer's task is closed with its main one
    signers.decide(connection, mine.id, state="agreed" if agrees else "refused", opinion=opinion or None, at=work.at)
    cases.close_task(connection, task.id, status="done", by=by, at=work.at, on_behalf_of=taken.principal)
    entries.delete_draft(connection, account=by, subject=f"task:{task.id}")
    for account in (by, taken.principal):
        if account is not None:
            work.actors.add(element.id, account)
    more = {} if taken.principal is None else {"on_behalf_of": taken.principal}
    work.note(
        Event.SIGNER_DECIDED, element=element.id, task=task.id, main=main.id, way=mine.way, decision=clean["decision"],
        opinion=opinion, **more,
    )  # fmt: skip
    own = [(row.id, row.element or "") for row in taken.around.waiting if row.table == "task" and row.id != task.id]
    duty.bar_from_rest(work, element, [one for one in own if one[0] != main.id], [name for name in (by, taken.principal) if name])
    going = Going(rows=taken.around.waiting, settled={task.id})
    return go_on(machine, work, main, going, refused=None if agrees else mine, spoiled=spoiled, advance=advance)


def go_on(
    machine: Machine, work: Work, main: TaskRow, going: Going, *, refused: SignerRow | None, spoiled: ChengxuError | None,
    advance: Advance,
) -> Completed | None:  # fmt: skip
    """Do what follows when one signer fewer is waited for. `spoiled`: why the completion failed when it was tried before this."""
    held = signers.find_held(work.connection, main.id)
    if held is None:
        if refused is not None:
            _tell_refused(work, main, main.claimed_by or refused.asked_by, refused)
        work.finish()
        return None
    if refused is not None:
        name = _names(work, [refused.account])
        _give_back(work, main, held, f"加签人{name}不同意", f"{name} did not agree")
    elif _ask_next(work, main):
        pass
    elif spoiled is not None:
        _give_back(work, main, held, str(spoiled), spoiled.message_en)
    else:
        try:
            return advance(machine, work, main, held, going)
        except ChengxuError as error:
            raise Spoiled(error) from error
    work.finish()
    return None


def _ask_next(work: Work, main: TaskRow) -> bool:
    """Whether somebody has still to decide; the next of those who decide in turn is given a task when the others are done."""
    waiting = [one for one in signers.list_signers(work.connection, main.id) if one.state in UNDECIDED]
    if waiting and all(one.state == "asked" for one in waiting):
        open_tasks(work, main, waiting[:1])
    return bool(waiting)


def open_tasks(work: Work, main: TaskRow, asked: Sequence[SignerRow]) -> None:
    """Give signers a task of their own, which lives as long as the main one."""
    for one in asked:
        task_id = new_id()
        row = {
            "id": task_id, "case_id": main.case_id, "token": f"{main.token}/s{one.position}", "element": main.element,
            "name": f"{SIGNING}{main.name}"[:120], "process": main.process, "unit": main.unit, "status": "open",
            "queue": f"@{one.account}", "form": None, "priority": 50, **NO_DUE.columns(work.calendar), "opened_at": work.at,
            "main_id": main.id,
        }  # fmt: skip
        cases.insert_tasks(work.connection, [row])
        signers.open_signer(work.connection, one.id, task_id=task_id)
        work.note(Event.TASK_OPENED, element=main.element, task=task_id, queue=[row["queue"]], due=None)


def _give_back(work: Work, main: TaskRow, held: HeldRow, zh: str, en: str) -> None:
    """Let the holder decide anew, with what they had entered. Who was to agree afterwards is asked again."""
    connection = work.connection
    signers.let_go(connection, main.id)
    listed = [one for one in signers.list_signers(connection, main.id) if one.way == AFTER]
    position = signers.next_position(connection, main.id)
    again: list[SignerRow] = []
    for one in listed:
        if one.decided_at is not None and held.at <= one.decided_at <= work.at and one.state in ("agreed", "refused"):
            fresh = replace(
                one, id=new_id(), task_id=None, position=position + len(again), state="asked", opinion=None, decided_at=None,
            )  # fmt: skip
            again.append(fresh)
    signers.insert_signers(connection, again)
    work.note(Event.TASK_GIVEN_BACK, element=main.element, task=main.id, to=held.account, reason=zh)
    notices.insert_notice(
        connection, case_id=main.case_id, kind="notified", deadline=None, at=work.at, queues=[f"@{held.account}"],
        task_id=main.id,
        zh=f"“{main.name}”已退回给您：{zh}。您填写的内容已存为草稿。"[:400],
        en=f"{main.name} is back with you: {en}. Your entries are in the draft."[:400],
    )  # fmt: skip


def _tell_refused(work: Work, main: TaskRow, holder: str, refused: SignerRow) -> None:
    name = _names(work, [refused.account])
    notices.insert_notice(
        work.connection, case_id=main.case_id, kind="notified", deadline=None, at=work.at, queues=[f"@{holder}"], task_id=main.id,
        zh=f"加签人{name}对“{main.name}”不同意，请您决定。", en=f"{name} does not agree on {main.name}; you decide.",
    )  # fmt: skip


def _names(work: Work, accounts: Sequence[str]) -> str:
    known = people.display_names(work.connection, accounts)
    return "、".join(known.get(one, one) for one in dict.fromkeys(accounts))
