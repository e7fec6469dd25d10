"""What is done with several tasks of a list at once, each by a command of its own; the page says what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import batch
from service.engine.batch import Outcome
from service.engine.handing import Taker, list_takers
from service.engine.reads import TaskView, view_task
from service.errors import NotAllowed, NotFound
from service.web import auth, current
from service.web.pages import wording
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/lists/claim", "bulk_claim", claim, methods=["POST"])
    blueprint.add_url_rule("/lists/transfer", "bulk_transfer", transfer, methods=["POST"])


def claim() -> ResponseReturnValue:
    """Claim the selected tasks."""
    engine, by = current.engine(), auth.require_account().name
    return _result(batch.each(_selected(), lambda one: engine.claim_task(one, by=by)), _("领取"), _("已领取"))


def transfer() -> ResponseReturnValue:
    """Ask to whom and why the selected tasks go; then hand each over."""
    to, reason = request.form.get("to", "").strip()[:80], request.form.get("reason", "")
    if not to or not reason.strip():
        with reading() as reader:
            views = _views(reader, _selected())
            return render(
                "bulk_transfer.html", reader, tasks=[_head(view) for view in views],
                people=[{"id": one.account, "name": one.display_name} for one in _takers(reader, views)], to=to, reason=reason,
                back_url=url_for("pages.inbox"),
            )  # fmt: skip
    engine, by = current.engine(), auth.require_account().name
    outcomes = batch.each(_selected(), lambda one: engine.transfer_task(one, to=to, reason=reason, by=by))
    return _result(outcomes, _("转办"), _("已转办"))


def _selected() -> list[str]:
    return [one[:24] for one in request.form.getlist("task")][: batch.MOST]


def _result(outcomes: Sequence[Outcome], title: str, done: str) -> str:
    with reading() as reader:
        heads = {view.task.id: _head(view) for view in _views(reader, [one.id for one in outcomes])}
        items = [
            {
                **heads.get(one.id, {"id": one.id, "title": _("一项待办"), "step": "", "url": None}),
                "said": done if one.refused is None else one.refused.message_en if reader.english else one.refused.message,
                "refused": one.refused is not None,
            }
            for one in sorted(outcomes, key=lambda one: one.refused is None)
        ]
        refused = sum(one["refused"] for one in items)
        return render(
            "bulk_result.html", reader, verb=title, items=items, done=len(items) - refused, refused=refused,
            back_url=url_for("pages.inbox"),
        )  # fmt: skip


def _views(reader: Reader, ids: Sequence[str]) -> list[TaskView]:
    """The tasks that the reader may see; of others nothing is told, as everywhere."""
    found = []
    for one in ids:
        try:
            found.append(view_task(reader.machine, reader.connection, one, reader.actor))
        except (NotFound, NotAllowed):
            continue
    return found


def _takers(reader: Reader, views: Sequence[TaskView]) -> list[Taker]:
    """Who could take some of them, by name. One task of each kind is asked; the command looks at every one again."""
    kinds = {(view.task.process, view.task.element, view.queues): view for view in views}
    found = {
        one.account: one
        for view in kinds.values()
        for one in list_takers(reader.machine, reader.connection, view, reader.actor)
        if one.transfer
    }
    return sorted(found.values(), key=lambda one: one.display_name)


def _head(view: TaskView) -> dict[str, Any]:
    url = url_for("pages.task", task_id=view.task.id)
    return {"id": view.task.id, "title": view.case.title, "step": wording.step(view.task.name), "url": url}
