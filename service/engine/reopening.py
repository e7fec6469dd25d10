"""Opening a step again for who did it: to whom it is offered, and their former answers as a draft. Used by 退回 and 撤回."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.access import RoleBook, actor_queues
from service.engine import duty, kernel
from service.engine.duty import Offer
from service.engine.events import Event
from service.engine.people import SYSTEM, as_actor
from service.engine.work import Reopening, Work
from service.errors import Invalid
from service.store import entries, people
from service.store.cases import TaskRow
from service.store.history import Link, list_links
from service.store.retakes import last_draft

#: More lines than any history of one case has.
ALL_LINES = 1_000_000


def history_of(work: Work) -> tuple[Link, ...]:
    """All lines of the case so far, oldest first."""
    return list_links(work.connection, work.row.id, limit=ALL_LINES)


def last_done(links: Sequence[Link], element: str) -> Link | None:
    """The line in which a step was last done; of the start event, in which somebody filed the case."""
    for link in reversed(links):
        filed = link.kind == Event.CASE_STARTED and link.actor != SYSTEM and "answers" in (link.payload or {})
        if link.element == element and (link.kind == Event.TASK_COMPLETED or filed):
            return link
    return None


def remember(work: Work, element: str, done: Link, *, return_to: str | None) -> None:
    """Have the step opened for who did it, when the case is reconciled at the end of this command."""
    if work.definition.process.elements[element].multi is None:
        answers: Mapping[str, Any] = done.payload.get("answers") or {}
        work.reopening[element] = Reopening(account=done.actor, answers=answers, return_to=return_to)


def complete(work: Work, task: TaskRow, answers: Mapping[str, Any]) -> None:
    """Move the run on by a task; straight to where it was sent back from if it was sent so, for who sent it back."""
    if task.return_to is not None:
        try:
            work.run.complete(task.token, answers, then=task.return_to)
        except Invalid:  # the diagram has changed since: the case walks its way
            work.run.complete(task.token, answers)
        else:
            _remember_return(work, task.element)
    else:
        work.run.complete(task.token, answers)


def _remember_return(work: Work, element: str) -> None:
    """Have the step from which `element` was sent back opened for who sent it, with what they had entered there."""
    sent = next(
        (link for link in reversed(history_of(work)) if link.kind == Event.TASK_SENT_BACK and link.payload["to"] == element), None
    )
    if sent is None or sent.element is None or sent.element not in work.definition.process.elements:
        return
    if work.definition.process.elements[sent.element].multi is None:
        kept = last_draft(work.connection, account=sent.actor, task=sent.payload["task"])
        work.reopening[sent.element] = Reopening(account=sent.actor, answers=kept, return_to=None)


def offer(work: Work, element: kernel.Element, token: str, again: Reopening | None, book: RoleBook) -> Offer:
    """Offer a step as `duty.offer` does; one that is opened again to who did it alone, unless they have left its role."""
    if element.kind == "startEvent" and (element.lane is None or book.find(element.lane) is None):
        return Offer(queues=(f"@{work.row.started_by}",))  # anybody could have filed the case
    offered = duty.offer(work, element, token, book)
    if again is None:
        return offered
    row = people.find_account(work.connection, again.account, on=work.at.date())
    if row is None or not row.active or actor_queues(as_actor(row), book).isdisjoint(offered.queues):
        return offered
    if duty.find_bar(work, element, again.account) is not None:
        return offered
    return Offer(queues=(f"@{again.account}",))


def put_draft(work: Work, again: Reopening | None, task: str) -> None:
    """Keep the former answers as the draft of the new task."""
    if again is not None and again.answers:
        entries.put_draft(work.connection, account=again.account, subject=f"task:{task}", body=dict(again.answers), at=work.at)


def begin_new_rounds(work: Work, element: str, before: Sequence[str]) -> None:
    """Let who took part in a multi-instance step that will be done again take part again. `before`: tokens of open tasks."""
    process = work.definition.process
    untouched = {row.element for row in work.run.snapshot().tasks if row.token in before}
    for identity in kernel.following(process, element) | {element}:
        if process.elements.get(identity) is not None and process.elements[identity].multi and identity not in untouched:
            work.actors.begin_round(identity)
