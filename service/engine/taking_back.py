"""Take back a task that one has completed (撤回), as long as nothing has come of it yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.access import Actor, actor_queues
from service.engine import kernel, reopening
from service.engine.deciding import AFTER, BEFORE
from service.engine.ending import settle
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.engine.reopening import ALL_LINES, history_of
from service.engine.sending_back import ensure_reason
from service.engine.standing_in import is_delegate
from service.engine.work import Work
from service.errors import Invalid, NotAllowed, NotFound
from service.store import Connection, cases, people, retakes, signers
from service.store.cases import TaskRow
from service.store.history import Link, list_links
from service.store.reads import more_queues
from service.store.signers import HeldRow

#: What somebody or something did; of all other lines nothing came.
_ACTED = frozenset(
    {
        Event.TASK_COMPLETED, Event.TASK_HELD, Event.TASK_SENT_BACK, Event.TASK_TAKEN_BACK, Event.SIGNER_ADDED, Event.TIMER_FIRED,
        Event.JOB_DONE, Event.JOB_FAILED, Event.JOB_PARKED, Event.CHILD_ENDED, Event.MESSAGE_SENT, Event.MESSAGE_RECEIVED,
        Event.ERROR_CAUGHT, Event.REGISTER_WRITTEN,
    }
)  # fmt: skip
#: What cannot be undone wherever it came from.
_OUTWARD = frozenset({Event.MESSAGE_SENT, Event.REGISTER_WRITTEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a task cannot be taken back: what has happened since."""

    zh: str
    en: str


def take_back(machine: Machine, task_id: str, *, reason: str, by: str) -> None:
    """Open a task again for who completed it, with their answers as a draft; one that waits for signers is theirs again.

    Errors: NotFound, NotAllowed (with who has done what since), Conflict for a case that is over, InvalidAnswers.
    """
    with machine.store.write() as connection:
        actor = get_actor(connection, by, on=machine.clock.now().date())
        found = cases.lock_by_task(connection, task_id)
        task = cases.find_task(connection, task_id)
        held = signers.find_held(connection, task_id)
        if found is None or task is None or actor.account != (task.closed_by if task.status == "done" else held and held.account):
            raise NotFound("没有这项由您办理的事项。", message_en="There is no such task that you completed.")
        if not _may_still_do(machine, connection, task, actor):
            raise NotAllowed("该待办不在您的职责范围内。", message_en="This task is offered to other roles.", rule="task-role")
        ensure_reason(reason)
        work = machine.begin(connection, found[1], actor=by)
        if held is not None:
            _withdraw(work, task, held, reason)
            return
        obstacle = find_obstacle(work, task)
        if obstacle is not None:
            raise _refusal(obstacle)
        done = _done(history_of(work), task)
        before = [row.token for row in work.run.snapshot().tasks]
        try:
            work.run.take_back(task.element)
        except Invalid as error:
            raise _refusal(_ALONE) from error
        assert done is not None
        reopening.begin_new_rounds(work, task.element, before)
        reopening.remember(work, task.element, done, return_to=task.return_to)
        work.note(Event.TASK_TAKEN_BACK, element=task.element, task=task_id, reason=reason.strip())
        settle(work, machine.book)
    machine.wake()


_ALONE = Obstacle(
    zh="该步骤不能单独撤回（多人办理的步骤，或者流程已分出其他路径）。",
    en="this step cannot be taken back by itself: several people do it, or the case has gone other ways from it.",
)


def may_take_back(machine: Machine, connection: Connection, task_id: str, account: str) -> bool:
    """Tell whether the account could take a task back now."""
    found = cases.find_with_case(connection, task_id)
    held = signers.find_held(connection, task_id)
    if found is None or found[1].status != "running":
        return False
    if account != (found[0].closed_by if found[0].status == "done" else held and held.account):
        return False
    if not _may_still_do(machine, connection, found[0], get_actor(connection, account, on=machine.clock.now().date())):
        return False
    work = machine.load(connection, found[1], actor=account)
    if held is not None:
        return _find_decided(work, held) is None
    if find_obstacle(work, found[0]) is not None:
        return False
    try:
        work.run.take_back(found[0].element)  # a run of one's own: nothing is stored
    except Invalid:
        return False
    return True


def _may_still_do(machine: Machine, connection: Connection, task: TaskRow, actor: Actor) -> bool:
    """Whether who completed a task could do it today: they have not changed their post, nor stopped standing in."""
    queues = {task.queue} | more_queues(connection, task.id)
    return not actor_queues(actor, machine.book).isdisjoint(queues) or is_delegate(
        machine.book, connection, task.case_id, task.id, by=actor.account, delegator=task.on_behalf_of, queues=frozenset(queues)
    )


def _withdraw(work: Work, task: TaskRow, held: HeldRow, reason: str) -> None:
    """Have a completion that waits for signers back, before any of them has decided on it; who decides in turn waits again."""
    decided = _find_decided(work, held)
    if decided is not None:
        raise _refusal(decided)
    signers.let_go(work.connection, task.id)
    for one in signers.list_signers(work.connection, task.id):
        if one.way == AFTER and one.state == "open" and one.task_id is not None:
            cases.cancel_tasks(work.connection, [one.task_id], at=work.at)
            signers.ask_again(work.connection, one.id)
            work.note(Event.TASK_CANCELLED, element=task.element, task=one.task_id)
    work.note(Event.TASK_TAKEN_BACK, element=task.element, task=task.id, reason=reason.strip())
    work.finish()


def _find_decided(work: Work, held: HeldRow) -> Obstacle | None:
    """Who has decided on a completion since it waits for them."""
    known = signers.list_signers(work.connection, held.task_id)
    decided = (one for one in known if one.way != BEFORE and one.state in ("agreed", "refused"))
    since = [one for one in decided if one.decided_at is not None and one.decided_at >= held.at]
    if not since:
        return None
    name = _name(work, since[0].account)
    return Obstacle(zh=f"加签人{name}已办理。", en=f"{name}, who was added, has decided.")


def find_obstacle(work: Work, task: TaskRow) -> Obstacle | None:
    """Say what has happened since a task was completed that cannot be undone, or None."""
    element = work.definition.process.elements.get(task.element)
    links = history_of(work)
    done = _done(links, task)
    if done is None or element is None or element.multi is not None or task.main_id is not None:
        return _ALONE
    reach = kernel.following(work.definition.process, task.element) | {task.element}
    after = [link for link in links if link.seq > done.seq]
    for link in after:
        if link.kind in _OUTWARD or (link.kind in _ACTED and link.element in reach):
            return _told(work, link)
    for link in after:
        if link.kind == Event.CHILD_STARTED and link.element in reach:
            acted = _acted_below(work.connection, link.payload["case"])
            if acted is not None:
                return _told(work, acted)
    return _in_hand(work, [work.row.id], reach, besides=task.closed_by) or _in_hand(
        work, _below(work.connection, (link.payload["case"] for link in after if link.kind == Event.CHILD_STARTED)), None,
        besides=task.closed_by,
    )  # fmt: skip


def _done(links: Iterable[Link], task: TaskRow) -> Link | None:
    return next((link for link in links if link.kind == Event.TASK_COMPLETED and link.payload.get("task") == task.id), None)


def _below(connection: Connection, children: Iterable[str]) -> list[str]:
    found: list[str] = []
    pending = list(children)
    while pending:
        found.append(pending.pop())
        pending += retakes.list_children(connection, found[-1])
    return found


def _acted_below(connection: Connection, case_id: str) -> Link | None:
    links = (link for one in _below(connection, [case_id]) for link in list_links(connection, one, limit=ALL_LINES))
    return next((link for link in links if link.kind in _ACTED), None)


def _in_hand(work: Work, case_ids: Iterable[str], reach: set[str] | None, *, besides: str | None) -> Obstacle | None:
    """A task that followed which somebody else has claimed or begun, or a handler that is at work."""
    rows = [row for one in case_ids for row in cases.waiting(work.connection, one) if reach is None or row.element in reach]
    begun = dict(retakes.list_begun(work.connection, [row.id for row in rows if row.table == "task"]))
    for row in rows:
        holder = row.holder if row.table == "task" else None
        step = _step(work, row.element)
        if holder is not None and holder != besides:
            name = _name(work, holder)
            return Obstacle(zh=f"{name} 已领取“{step}”。", en=f"{name} has claimed {step}.")
        if begun.get(row.id, besides) != besides:
            name = _name(work, begun[row.id])
            return Obstacle(zh=f"{name} 已开始办理“{step}”。", en=f"{name} has begun {step}.")
        if row.table == "job" and row.state == "doing" and row.kind == "service":
            return Obstacle(zh=f"系统正在办理“{step}”。", en=f"{step} is being done right now.")
    return None


def _told(work: Work, link: Link) -> Obstacle:
    name, step = _name(work, link.actor), _step(work, link.element)
    said = {
        Event.MESSAGE_SENT: ("已向其他事项发出通知。", "a message has been sent."),
        Event.REGISTER_WRITTEN: (f"台账“{(link.payload or {}).get('register', '')}”已登记。", "a register has been written."),
        Event.TIMER_FIRED: (f"“{step}”的期限已到。", f"the time of {step} has come."),
        Event.TASK_COMPLETED: (f"{name} 已办理“{step}”。", f"{name} has done {step}."),
        Event.TASK_SENT_BACK: (f"{name} 已退回“{step}”。", f"{name} has sent {step} back."),
    }
    zh, en = said.get(Event(link.kind), (f"“{step}”已有办理结果。", f"something has come of {step}."))
    return Obstacle(zh=zh, en=en)


def _name(work: Work, account: str) -> str:
    return people.display_names(work.connection, [account]).get(account, account)


def _step(work: Work, element: str | None) -> str:
    known = work.definition.process.elements.get(element or "")
    return known.name or known.id if known is not None else element or ""


def _refusal(obstacle: Obstacle) -> NotAllowed:
    return NotAllowed(f"不能撤回：{obstacle.zh}", message_en=f"It cannot be taken back: {obstacle.en}", rule="take-back")
