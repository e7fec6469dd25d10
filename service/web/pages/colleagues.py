"""Who has the other tasks of a step: of those who countersign, who has acted and who has not."""

from __future__ import annotations

from typing import Any

from flask import url_for

from service.engine.reads import TaskView
from service.store.step_tasks import StepTask, list_step_tasks
from service.web.pages import wording
from service.web.pages.reading import Reader
from service.web.pages.waiting import queue_name
from service.web.translations import gettext as _


def colleagues_of(reader: Reader, view: TaskView) -> dict[str, Any] | None:
    """What `components/colleagues.html` shows: {done, count, rows: [{who, words, about, done, mine, url}]}.

    None for a single task. A step that is done again shows its new round only; who does a sealed one is not told.
    """
    found = list_step_tasks(reader.connection, view.case.id, view.task.element)
    if view.element.multi is None or not view.element.multi.sequential:
        found = tuple(one for one in found if one.opened_at == view.task.opened_at)  # opened by one command
    if len(found) < 2:
        return None
    if any(view.element.id in seal.steps and not seal.is_open(view.work.run, reader.now) for seal in view.definition.seals):
        return {"done": sum(one.status == "done" for one in found), "count": len(found), "rows": []}
    names = reader.people({name for one in found for name in (one.claimed_by, one.closed_by) if name})
    return {
        "done": sum(one.status == "done" for one in found),
        "count": len(found),
        "rows": [_row(reader, view, one, names) for one in found],
    }


def _row(reader: Reader, view: TaskView, one: StepTask, names: dict[str, str]) -> dict[str, Any]:
    who = names.get(one.closed_by or one.claimed_by or "") or queue_name(reader, one.queue)
    if one.status == "done":
        words = _("%(when)s 已办", when=wording.moment(one.closed_at)) if one.closed_at is not None else _("已办")
    else:
        words = _("已领取，未办") if one.claimed_by else _("未办")
    return {
        "who": who,
        "words": words,
        "about": one.name.partition("：")[2],
        "done": one.status == "done",
        "mine": one.id == view.task.id,
        "url": None if one.id == view.task.id else url_for("pages.task", task_id=one.id),
    }
