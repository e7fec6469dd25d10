"""Compare what the kernel waits for with the rows that wait, and open or close tasks, jobs and subscriptions.

It is idempotent: running it again changes nothing, and running it on a damaged case repairs it. A row that the command itself
settled (the task completed, the job done) is passed in `settled` and left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from service.access import RoleBook
from service.engine import duty, kernel, reopening
from service.engine.due import NO_DUE, Due, due_of
from service.engine.events import Event
from service.engine.waiting import CHILD_ENDED, ESCALATE, MATCH, SERVICE, START_CHILD, TERMINATE, TIMER
from service.engine.work import Work
from service.store import cases, new_id, signers
from service.store.cases import Waiting


def reconcile(work: Work, rows: Sequence[Waiting], book: RoleBook, *, settled: Collection[str] = ()) -> None:
    """Bring the rows of the case in line with its run."""
    snapshot = work.run.snapshot()
    work.row.waits = sum(map(len, (snapshot.tasks, snapshot.jobs, snapshot.timers, snapshot.subscriptions, snapshot.children)))
    rows = [row for row in rows if row.id not in settled]
    _tasks(work, [row for row in rows if row.table == "task"], snapshot.tasks, book)
    _jobs(work, rows, snapshot)
    _subscriptions(work, [row for row in rows if row.table == "subscription"], snapshot)


def _tasks(work: Work, rows: Sequence[Waiting], wanted: Sequence[tuple[str, str, int | None]], book: RoleBook) -> None:
    open_tokens = {row.token for row in rows}
    wanted_tokens = {token for token, _, _ in wanted}
    gone = [row for row in rows if not _is_wanted(row.token or "", wanted_tokens, open_tokens)]
    cases.cancel_tasks(work.connection, [row.id for row in gone], at=work.at)
    signers.close_with_tasks(work.connection, [row.id for row in gone], at=work.at)
    for row in gone:
        work.note(Event.TASK_CANCELLED, element=row.element, task=row.id)
    opened: list[dict[str, Any]] = []
    queues: list[dict[str, Any]] = []
    bars: list[dict[str, Any]] = []
    for token, element_id, _ in wanted:
        if token in open_tokens:
            continue
        element = work.definition.process.elements[element_id]
        again = work.reopening.get(element_id)
        offered = reopening.offer(work, element, token, again, book)
        due = _due(work, token, element.due_date)
        task_id = new_id()
        opened.append(
            {
                "id": task_id, "case_id": work.row.id, "token": token, "element": element_id,
                "name": task_name(work, token, element), "process": work.row.process, "unit": work.row.unit, "status": "open",
                "queue": offered.queues[0], "form": element.form, "priority": _priority(work, token, element.priority),
                **due.columns(work.calendar, _next_notice(work, due)), "opened_at": work.at,
                "return_to": again.return_to if again is not None else None,
            }
        )  # fmt: skip
        reopening.put_draft(work, again, task_id)
        queues += [{"task_id": task_id, "queue": queue} for queue in offered.queues[1:]]
        bars += [{"task_id": task_id, "account": account, "rule": rule} for account, rule in duty.barred_accounts(work, element)]
        work.note(Event.TASK_OPENED, element=element_id, task=task_id, queue=list(offered.queues), due=due.at)
    cases.insert_tasks(work.connection, opened)
    cases.insert_task_queues(work.connection, queues)
    cases.insert_task_bars(work.connection, bars)


def _is_wanted(token: str, wanted: Collection[str], opened: Collection[str | None]) -> bool:
    """Whether the run waits for a task; a signer's (`<token>/s<n>`) lives as long as the task to which the signer was added."""
    main, of_signer, _ = token.partition("/")
    return main in wanted and (not of_signer or main in opened)


def _next_notice(work: Work, due: Due) -> datetime | None:
    return None if due.by_law is None else work.next_notice(*due.by_law, after=work.at)


def task_name(work: Work, token: str, element: kernel.Element) -> str:
    """What a task is called; one of several instances tells which one it is."""
    name = element.name or element.id
    item = work.run.variables(token).get(element.multi.element) if element.multi and element.multi.element else None
    return f"{name}：{item}"[:120] if isinstance(item, str) and item else name[:120]


def _jobs(work: Work, rows: Sequence[Waiting], snapshot: Any) -> None:
    known = {(row.kind, row.token, row.child): row for row in rows if row.table == "job"}
    wanted: set[tuple[str, str, str | None]] = set()
    for token, element_id in snapshot.jobs:
        wanted.add((SERVICE, token, None))
        if (SERVICE, token, None) not in known:
            element = work.definition.process.elements[element_id]
            retries = work.run.evaluate(token, element.retries) if element.retries else 3
            work.job(SERVICE, token=token, element=element_id, type=element.task_type, retries=int(retries or 3))
    for token, child, element_id, due, deadline in snapshot.timers:
        wanted.add((TIMER, token, child))
        if (TIMER, token, child) not in known:
            work.job(TIMER, token=token, child=child, element=element_id, due_at=due, deadline=deadline)
    waiting_children = {token for token, _, _ in snapshot.children}
    stale = [
        row.id
        for (kind, token, _), row in known.items()
        if (kind in (SERVICE, TIMER) and (kind, token, row.child) not in wanted)
        or (kind in (START_CHILD, CHILD_ENDED, ESCALATE) and token not in waiting_children)
    ]
    jobs_of_ended = [row.id for row in known.values() if snapshot.ended and row.id not in stale and row.kind != TERMINATE]
    cases.settle_jobs(work.connection, [*stale, *jobs_of_ended], state="cancelled")


def _subscriptions(work: Work, rows: Sequence[Waiting], snapshot: Any) -> None:
    known = {(row.kind, row.token, row.child if row.kind == "message" else None): row for row in rows}
    opened: list[dict[str, Any]] = []
    wanted: set[tuple[str, str, str | None]] = set()

    def open_one(kind: str, token: str, child: str | None, element: str, name: str, correlation: str | None) -> str:
        subscription_id = new_id()
        opened.append(
            {
                "id": subscription_id, "case_id": work.row.id, "process": work.row.process, "kind": kind, "token": token,
                "child": child, "element": element, "name": name, "correlation": correlation, "created_at": work.at,
            }
        )  # fmt: skip
        return subscription_id

    for token, child, element_id, message, correlation in snapshot.subscriptions:
        wanted.add(("message", token, child))
        if ("message", token, child) not in known:
            subscription_id = open_one("message", token, child, element_id, message, correlation)
            # Looking in the buffer happens after this commit, so that a message stored meanwhile is not missed.
            work.job(MATCH, token=token, child=subscription_id, element=element_id)
    for token, element_id, process_id in snapshot.children:
        wanted.add(("child", token, None))
        if ("child", token, None) not in known:
            open_one("child", token, None, element_id, process_id, None)
            work.job(START_CHILD, token=token, element=element_id)
    gone = [row for key, row in known.items() if key not in wanted]
    cases.delete_subscriptions(work.connection, [row.id for row in gone])
    cases.insert_subscriptions(work.connection, opened)
    for row in gone:
        if row.kind == "child" and row.child is not None and row.state != "ended":
            work.job(TERMINATE, case_id=row.child, element=row.element)


def _priority(work: Work, token: str, source: str | None) -> int:
    value = work.run.evaluate(token, source) if source else None
    return 50 if value is None else max(0, min(100, int(value)))


def _due(work: Work, token: str, source: str | None) -> Due:
    value = work.run.evaluate(token, source) if source else None
    return NO_DUE if value is None or value == "" else due_of(value)
