"""The lists of the workspace: what each is made of, its columns, its rows. Open this to add a list or a column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from service.engine.events import Event
from service.engine.list_views import chosen_columns
from service.store import reads, watched, worklists
from service.store.history import find_last
from service.store.narrowing import TaskFilter
from service.store.reads import Page
from service.web.pages import timeline, wording
from service.web.pages.facts import amount_of
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

SORTS = ("due", "received", "-received")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """One list. `columns` can be chosen, `shown` are those that are shown until somebody chooses; the title always is."""

    id: str
    columns: tuple[str, ...]
    shown: tuple[str, ...]
    page: Callable[[Reader, TaskFilter, str, str | None, int], Page]
    of_tasks: bool


def _todo(reader: Reader, where: TaskFilter, sort: str, after: str | None, limit: int) -> Page:
    return reads.list_todo(
        reader.connection, account=reader.actor.account, queues=reader.queues, where=where, sort=sort, after=after, limit=limit,
        principals=reader.actor.principals,
    )  # fmt: skip


def _done(reader: Reader, where: TaskFilter, sort: str, after: str | None, limit: int) -> Page:
    return reads.list_done(reader.connection, account=reader.actor.account, where=where, after=after, limit=limit)


def _started(reader: Reader, where: TaskFilter, sort: str, after: str | None, limit: int) -> Page:
    return worklists.list_started(reader.connection, reader.actor.account, where=where, after=after, limit=limit)


def _copied(reader: Reader, where: TaskFilter, sort: str, after: str | None, limit: int) -> Page:
    kind = watched.COPIED
    return watched.list_watched(reader.connection, reader.scope, kind=kind, where=where, after=after, limit=limit)


def _followed(reader: Reader, where: TaskFilter, sort: str, after: str | None, limit: int) -> Page:
    kind = watched.FOLLOWED
    return watched.list_watched(reader.connection, reader.scope, kind=kind, where=where, after=after, limit=limit)


_OF_CASES = ("due", "process", "key", "unit", "amount", "received", "where", "state")
WORKLISTS: dict[str, Worklist] = {
    one.id: one
    for one in (
        Worklist(
            id="todo", page=_todo, of_tasks=True, columns=("due", "process", "key", "unit", "amount", "received", "who"),
            shown=("due", "process", "unit", "amount", "received", "who"),
        ),
        Worklist(
            id="done", page=_done, of_tasks=True, columns=("process", "key", "unit", "amount", "received", "closed"),
            shown=("process", "unit", "amount", "received", "closed"),
        ),
        Worklist(
            id="started", page=_started, of_tasks=False, columns=_OF_CASES,
            shown=("due", "process", "amount", "received", "where", "state"),
        ),
        Worklist(
            id="copied", page=_copied, of_tasks=False, columns=(*_OF_CASES, "who"),
            shown=("process", "unit", "amount", "received", "where", "state", "who"),
        ),
        Worklist(
            id="followed", page=_followed, of_tasks=False, columns=_OF_CASES,
            shown=("due", "process", "unit", "amount", "received", "where", "state"),
        ),
    )
}  # fmt: skip


def label_of(list_id: str) -> str:
    """The name of a list on its tab."""
    return {"todo": _("待办"), "done": _("已办"), "started": _("我发起"), "copied": _("抄送"), "followed": _("关注")}[list_id]


def counts(reader: Reader) -> dict[str, int]:
    """How many rows each list has without filters; 1000 stands for more."""
    account = reader.actor.account
    return {
        "todo": reader.todo,
        "done": worklists.count_done(reader.connection, account),
        "started": worklists.count_started(reader.connection, account),
        "copied": watched.count_watched(reader.connection, reader.scope, watched.COPIED),
        "followed": watched.count_watched(reader.connection, reader.scope, watched.FOLLOWED),
    }


def columns_of(reader: Reader, worklist: Worklist) -> list[dict[str, Any]]:
    """The columns of a list in their order: {id, label, shown, number}."""
    chosen = chosen_columns(reader.connection, reader.actor.account, worklist.id)
    shown = frozenset(worklist.shown) if chosen is None else chosen
    names = _labels(worklist.id)
    return [{"id": one, "label": names[one], "shown": one in shown, "number": one == "amount"} for one in worklist.columns]


def _labels(list_id: str) -> dict[str, str]:
    came = {"started": _("发起时间"), "copied": _("抄送时间"), "followed": _("关注时间")}
    return {
        "due": _("期限"), "process": _("流程与环节"), "key": _("编号"), "unit": _("单位"), "amount": _("金额（元）"),
        "received": came.get(list_id, _("收到")), "closed": _("办理时间"), "where": _("当前环节"), "state": _("状态"),
        "who": _("抄送人") if list_id == "copied" else _("办理人"),
    }  # fmt: skip


def rows_of(reader: Reader, worklist: Worklist, page: Page) -> list[dict[str, Any]]:
    """What a page of a list shows."""
    if worklist.of_tasks:
        reasons = suspended_reasons(reader, [row["case_id"] for row in page.rows if row["case_status"] == "suspended"])
        return [_task(reader, row) | {"paused": reasons.get(row["case_id"])} for row in page.rows]
    waiting = open_tasks(reader, [row["id"] for row in page.rows])
    return [_case(reader, row, waiting.get(row["id"], [])) for row in page.rows]


def _task(reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    open_ = row["status"] in reads.OPEN
    mine = row["claimed_by"] == reader.actor.account
    return {
        **_both(reader, row),
        "id": row["id"],
        "url": url_for("pages.task", task_id=row["id"]),
        "step": wording.step(row["name"]),
        "received": row["opened_at"],
        "closed": row["closed_at"],
        "due": reader.due(row) if open_ else None,
        "who": (_("我") if mine else row["claimed_name"]) if open_ else None,
        "claimed": row["claimed_by"] is not None,
        "mine": mine,
    }


def suspended_reasons(reader: Reader, case_ids: list[str]) -> dict[str, str]:
    """Why each of some suspended cases was suspended."""
    found = find_last(reader.connection, set(case_ids), Event.CASE_SUSPENDED)
    return {case_id: str((found[case_id].payload or {}).get("reason") or "") if case_id in found else "" for case_id in case_ids}


def _case(reader: Reader, row: Mapping[str, Any], tasks: list[dict[str, Any]]) -> dict[str, Any]:
    words, tone = wording.state(row["status"], timeline.outcome_name(reader.definition(row), row["outcome"]))
    first = min((task for task in tasks if task["due_at"] is not None), key=lambda task: task["due_at"], default=None)
    return {
        **_both(reader, row),
        "id": row["id"],
        "url": url_for("pages.case", case_id=row["id"]),
        "step": None,
        "received": row.get("watched_at") or row["started_at"],
        "due": reader.due(first) if first is not None else None,
        "who": row.get("watched_by"),
        "where": "、".join(dict.fromkeys(wording.step(task["name"]) for task in tasks)) or None,
        "state": words,
        "tone": tone,
    }


def _both(reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": row["title"],
        "key": row["business_key"],
        "process": reader.processes.get(row["process"], row["process"]),
        "unit": row["unit_name"] or "",
        "amount": amount_of(row["facts"]),
    }


def open_tasks(reader: Reader, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The open tasks of some cases; a case that only waits for another is said to be where that one is."""
    found: dict[str, list[dict[str, Any]]] = {}
    for task in reads.list_case_tasks(reader.connection, ids):
        if task["status"] in reads.OPEN:
            found.setdefault(task["case_id"], []).append(task)
    for one in reads.list_case_subscriptions(reader.connection, ids):
        if one["kind"] == "child" and one["case_id"] not in found:
            found[one["case_id"]] = [{"name": reader.processes.get(one["name"], one["name"]), "due": None, "due_at": None}]
    return found
