"""Send a task back to an earlier step (退回): which steps that may be, and what the sending does to the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service import tagged
from service.access import Actor
from service.engine import completing, duty, kernel, lifecycle, reads, reopening
from service.engine.ending import settle
from service.engine.events import Event
from service.engine.handing import MOST_REASON
from service.engine.machine import Machine
from service.engine.people import SYSTEM
from service.engine.reads import TaskView
from service.engine.reopening import history_of, last_done
from service.engine.waiting import SEND_BACK
from service.engine.work import Work
from service.errors import Finding, InvalidAnswers, NotAllowed, Stale
from service.store import Connection, cases
from service.store.cases import JobRow
from service.store.history import Link

#: Words for a step: the one before, and the first one of who filed the case.
LAST, APPLICANT = "last", "applicant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A step to which a task may be sent back. `key` is what `send_back` takes:
    its element, of a calling case `<case>:<element>`.

    `straight`: whether it may come straight back.
    """

    key: str
    case: str
    element: str
    name: str
    account: str  # who did it last
    at: datetime
    last: bool = False
    applicant: bool = False
    straight: bool = True


def list_targets(machine: Machine, connection: Connection, view: TaskView, actor: Actor) -> tuple[Target, ...]:
    """List the steps to which the reader of a task may send it back, the latest first; none when it is not theirs to do."""
    return _targets(machine, connection, view.work, view.task.token, view.element, actor) if view.actions else ()


def send_back(machine: Machine, task_id: str, *, to: str, straight: bool, reason: str, by: str) -> None:
    """Cancel what the task is part of and open an earlier step again for who did it.

    `to` is a key of `list_targets`, or `last` or `applicant`. With `straight` the case comes straight back when that step is
    done; else it walks its way anew. Errors: NotFound, NotAllowed, TaskTaken, InvalidAnswers by field.
    """
    with machine.store.write() as connection:
        taken = completing.take(machine, connection, task_id, by)
        work, token = taken.work, taken.task.token
        element = work.definition.process.elements[taken.task.element]
        duty.ensure_free(work, element, by, taken.principal)
        ensure_reason(reason)
        if not _may_leave(element):
            raise NotAllowed("本步骤不允许退回。", message_en="This step does not allow sending back.", rule="send-back")
        target = _choose(_targets(machine, connection, work, token, element, taken.actor), to, straight)
        sent = {"task": task_id, "straight": straight, "reason": reason.strip(), "for": target.account}
        if target.case != work.row.id:
            _leave_to_caller(machine, work, element, target, sent)
        else:
            _place(work, token, target.element, sent, element=element.id)
            settle(work, machine.book)
    machine.wake()


def place_in_caller(machine: Machine, work: Work, job: JobRow) -> None:
    """Open a step of the calling case again; its child case was ended by whoever sent it back."""
    sent = tagged.loads(job.payload or b"{}")
    work.actor = sent.pop("by")
    try:
        _place(work, job.token or "", sent.pop("to"), sent, element=job.element)
    except Stale:
        work.finish()  # the case has stopped waiting for the child meanwhile, and goes on
        return
    settle(work, machine.book, settled={job.id})


def ensure_reason(reason: str) -> None:
    """InvalidAnswers unless a reason of 1 to 400 characters is given."""
    if not reason.strip():
        raise InvalidAnswers([_fault("reason", "请填写原因。", "Give a reason.")])
    if len(reason.strip()) > MOST_REASON:
        raise InvalidAnswers(
            [_fault("reason", f"原因不超过 {MOST_REASON} 字。", f"A reason has at most {MOST_REASON} characters.")]
        )


def _place(work: Work, token: str, to: str, sent: Mapping[str, Any], *, element: str | None) -> None:
    way = work.run.straight_way(token, to) if sent["straight"] else None
    before = [row.token for row in work.run.snapshot().tasks]
    work.run.send_back(token, to)
    reopening.begin_new_rounds(work, to, before)
    done = last_done(history_of(work), to)
    if done is not None:
        reopening.remember(work, to, done, return_to=way)
    work.note(Event.TASK_SENT_BACK, element=element, to=to, **sent)


def _leave_to_caller(machine: Machine, work: Work, element: kernel.Element, target: Target, sent: Mapping[str, Any]) -> None:
    step = _call_of(machine, work)
    payload = {**sent, "to": target.element, "by": work.actor}
    work.job(SEND_BACK, case_id=target.case, token=work.row.parent_token, element=step, payload=payload)
    work.note(Event.TASK_SENT_BACK, element=element.id, to=target.element, case=target.case, name=target.name, **sent)
    lifecycle.terminate(machine, work, reason=sent["reason"])


def _call_of(machine: Machine, work: Work) -> str | None:
    rows = cases.waiting(work.connection, work.row.parent or "")
    return next((row.element for row in rows if row.kind == "child" and row.token == work.row.parent_token), None)


def _targets(
    machine: Machine, connection: Connection, work: Work, token: str, element: kernel.Element, actor: Actor
) -> tuple[Target, ...]:
    if not _may_leave(element) or "/" in token:  # a signer's task hangs on that of somebody else
        return ()
    found = _steps(work, token, own=True)
    parent = cases.find_case(connection, work.row.parent) if work.row.parent is not None else None
    if parent is not None and parent.status == "running" and reads.may_read_case(connection, machine.book, actor, parent):
        waits = any(row.kind == "child" and row.token == work.row.parent_token for row in cases.waiting(connection, parent.id))
        if waits:
            caller = machine.load(connection, parent, actor=actor.account)
            found += _steps(caller, work.row.parent_token or "", own=False)
    return tuple(found)


def _steps(work: Work, token: str, *, own: bool) -> list[Target]:
    """The steps of one case that were done and to which a token can go back, the latest first."""
    elements = work.definition.process.elements
    links = history_of(work)
    latest: dict[str, Link] = {}
    for link in links:
        if link.element is not None and link.element in elements:
            known = last_done([link], link.element)
            if known is not None and _may_return(work, elements[link.element]):
                latest.pop(link.element, None)
                latest[link.element] = known
    places = work.run.places_before(token, set(latest))
    kept = [(id_, link) for id_, link in latest.items() if id_ in places]
    first = next((id_ for id_ in latest if elements[id_].kind == "startEvent"), None)
    lane = next((one.lane for one in elements.values() if one.kind == "startEvent" and one.parent is None), None)
    filed = (id_ for id_, _ in kept if elements[id_].kind == "startEvent")
    filer = next((link.actor for link in links if link.kind == Event.CASE_STARTED), SYSTEM)
    redone = (id_ for id_, link in kept if first is None and (link.actor == filer or (lane and elements[id_].lane == lane)))
    applicant = next(filed, None) or next(redone, None)
    newest = kept[-1][0] if kept and own else None
    return [
        Target(
            key=id_ if own else f"{work.row.id}:{id_}", case=work.row.id, element=id_, name=elements[id_].name or id_,
            account=link.actor, at=link.at, last=id_ == newest, applicant=id_ == applicant, straight=elements[id_].multi is None,
        )
        for id_, link in reversed(kept)
    ]  # fmt: skip


def _choose(targets: Sequence[Target], to: str, straight: bool) -> Target:
    for target in targets:
        if to == target.key or (to == LAST and target.last) or (to == APPLICANT and target.applicant):
            if straight and not target.straight:
                raise InvalidAnswers(
                    [_fault("straight", "会签步骤退回后须逐级办理。", "A step of several people has to be walked from.")]
                )
            return target
    raise InvalidAnswers([_fault("to", "不能退回到该步骤。", "The task cannot be sent back to this step.")])


def _may_leave(element: kernel.Element) -> bool:
    return "false" not in element.values("send_back")


def _may_return(work: Work, element: kernel.Element) -> bool:
    if "false" in element.values("returnable"):
        return False
    return element.kind != "startEvent" or work.definition.form_of(element) is not None


def _fault(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="send-back", message=zh, message_en=en)
