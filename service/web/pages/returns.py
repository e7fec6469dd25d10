"""退回 and 撤回 on pages: the steps that a task can be sent back to, and what one may take back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine.events import Event
from service.engine.reads import TaskView
from service.engine.sending_back import Target, list_targets
from service.engine.taking_back import may_take_back
from service.store import cases, retakes, signers
from service.store.history import Link
from service.web import auth, current
from service.web.pages import wording
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

#: Of what somebody has done in a case only the latest can be what nothing has come of.
LATEST = 3


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/tasks/<task_id>/send-back", "send_back", send_back, methods=["POST"])
    blueprint.add_url_rule("/tasks/<task_id>/take-back", "take_back", take_back, methods=["POST"])


def send_back(task_id: str) -> ResponseReturnValue:
    to, straight = request.form.get("to", "")[:120], request.form.get("way") == "straight"
    reason = request.form.get("reason", "")
    current.engine().send_back_task(task_id, to=to, straight=straight, reason=reason, by=auth.require_account().name)
    flash(_("已退回。"))
    return redirect(url_for("pages.inbox"), 303)


def take_back(task_id: str) -> ResponseReturnValue:
    engine, account = current.engine(), auth.require_account().name
    engine.take_back_task(task_id, reason=request.form.get("reason", ""), by=account)
    flash(_("已撤回，您填写的内容仍在草稿中。"))
    with engine.machine.store.read() as connection:
        task = cases.find_task(connection, task_id)
        again = retakes.find_open(connection, task.case_id, task.element) if task is not None else None
    return redirect(url_for("pages.task", task_id=again or task_id), 303)


def returning_of(reader: Reader, view: TaskView) -> dict[str, Any] | None:
    """What `components/returning.html` offers: the steps to send a task back to, or to take back what one has done."""
    if view.task.closed_by == reader.actor.account or _holds(reader, view):
        may = may_take_back(reader.machine, reader.connection, view.task.id, reader.actor.account)
        return {"targets": [], "take_back_url": url_for("pages.take_back", task_id=view.task.id)} if may else None
    targets = list_targets(reader.machine, reader.connection, view, reader.actor)
    if not targets:
        return None
    names = reader.people({one.account for one in targets})
    return {
        "targets": [{"key": one.key, "words": _words(one, names.get(one.account, one.account))} for one in targets],
        "url": url_for("pages.send_back", task_id=view.task.id),
        "take_back_url": None,
    }


def _holds(reader: Reader, view: TaskView) -> bool:
    """Whether the reader has completed a task that waits for signers."""
    held = signers.find_held(reader.connection, view.task.id)
    return held is not None and held.account == reader.actor.account


def to_take_back(reader: Reader, case_id: str) -> dict[str, Any] | None:
    """What the reader of a case has done last in it and may take back: {step, url}."""
    account = reader.actor.account
    for task_id in retakes.list_done_tasks(reader.connection, [case_id], account)[:LATEST]:
        if may_take_back(reader.machine, reader.connection, task_id, account):
            task = cases.find_task(reader.connection, task_id)
            return {"step": wording.step(task.name) if task is not None else "", "url": url_for("pages.task", task_id=task_id)}
    return None


def sent_back_to(links: Iterable[Link]) -> list[str]:
    """The elements of one case that it was sent back to and that have not been done again; the oldest line comes first."""
    found: set[str] = set()
    for link in links:
        if link.kind == Event.TASK_SENT_BACK and "case" not in link.payload:
            found.add(link.payload["to"])
        elif link.kind == Event.TASK_COMPLETED:
            found.discard(link.element or "")
    return sorted(found)


def _words(target: Target, name: str) -> str:
    said = _("%(step)s（%(name)s）", step=target.name, name=name)
    if target.applicant:
        return _("申请人：%(step)s", step=said)
    return _("上一步：%(step)s", step=said) if target.last else said
