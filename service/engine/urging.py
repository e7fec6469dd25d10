"""Urge a task (催办): whoever reads the case may, once a day for each task; who has it, or could take it, is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.access import actor_queues
from service.engine import reads
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.noting import note
from service.engine.people import get_actor
from service.errors import Conflict, Finding, InvalidAnswers, NotAllowed, NotFound
from service.store import Connection, cases, notices, people, signers, urges
from service.store import reads as rows

MOST_REASON = 400
#: How many of those who could take a task are named.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Urged:
    """That a task was urged: when, in which queues the notice stands, and whom it reaches as (account, display name)."""

    task: str
    at: datetime
    queues: tuple[str, ...]
    people: tuple[tuple[str, str], ...]


def urge_task(machine: Machine, task_id: str, *, reason: str = "", by: str) -> Urged:
    """Tell who has an open task, or could take it, that somebody waits. Conflict when that was done today."""
    now = machine.clock.now()
    with machine.store.write() as connection:
        found = cases.lock_by_task(connection, task_id)
        actor = get_actor(connection, by, on=now.date())
        if found is None or not reads.may_read_case(connection, machine.book, actor, found[1]):
            raise NotFound("没有这项待办。", message_en="There is no such task.")
        row, task = found[1], cases.find_task(connection, task_id)
        assert task is not None
        if len(reason.strip()) > MOST_REASON:
            wrong = {"zh": f"附言不超过 {MOST_REASON} 字。", "en": f"A word has at most {MOST_REASON} characters."}
            raise InvalidAnswers([Finding(field="reason", rule="urging", message=wrong["zh"], message_en=wrong["en"])])
        if row.status != "running" or task.status not in rows.OPEN:
            raise Conflict("该待办现在不需要办理，不能催办。", message_en="This task is not waiting for anybody now.")
        if signers.find_held(connection, task_id) is not None:
            raise Conflict(
                "该待办已提交，正在等待加签人；请催办加签人的待办。", message_en="This task waits for added signers: urge theirs."
            )
        queues = _told(connection, task_id, task.queue, task.claimed_by)
        mine = actor_queues(actor, machine.book)
        if task.claimed_by == by or (task.claimed_by is None and not mine.isdisjoint(queues)):
            raise NotAllowed("该待办由您办理，不需要催办。", message_en="This task is yours to do.", rule="urging")
        if not urges.urge(connection, task_id=task_id, day=now.date(), account=by, at=now):
            before = urges.find_urge(connection, task_id, now.date())
            assert before is not None
            name = people.display_names(connection, [before[0]]).get(before[0], before[0])
            raise Conflict(
                f"{name} 今天 {before[1]:%H:%M} 已催办过，每项待办每天只能催办一次。",
                message_en=f"{name} urged this task at {before[1]:%H:%M} today; once a day is enough.", by=before[0], name=name,
                at=before[1].isoformat(),
            )  # fmt: skip
        word = f"：{reason.strip()}" if reason.strip() else "。"
        notices.insert_notice(
            connection, case_id=row.id, kind="urged", deadline=None, at=now, queues=queues, task_id=task_id,
            zh=f"{actor.display_name}催办“{task.name}”{word}",
            en=f"{actor.display_name} asks you to see to {task.name}{': ' + reason.strip() if reason.strip() else '.'}",
        )  # fmt: skip
        more = {"reason": reason.strip()} if reason.strip() else {}
        note(connection, row, Event.TASK_URGED, by=by, at=now, element=task.element, task=task_id, queues=list(queues), **more)
        return Urged(task=task_id, at=now, queues=queues, people=_people(connection, queues))


def _told(connection: Connection, task_id: str, queue: str, holder: str | None) -> tuple[str, ...]:
    if holder is not None:
        return (f"@{holder}",)
    return tuple(dict.fromkeys([queue, *sorted(rows.more_queues(connection, task_id))]))


def _people(connection: Connection, queues: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Whom some queues reach, as (account, display name)."""
    split = [queue.partition("@") for queue in queues]
    found = {unit for role, _, unit in split if not role}
    members = people.list_members(connection, sorted({role for role, _, _ in split if role}))
    found |= {
        account for account, held, unit in members for role, at, where in split if role == held and (not at or unit == where)
    }
    names = people.display_names(connection, sorted(found))
    return tuple(sorted(names.items(), key=lambda one: one[1])[:MOST_NAMED])
