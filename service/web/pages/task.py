"""One task: what is asked, the form, and what one needs to know for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from service.engine.events import Event
from service.engine.reads import TaskView, view_task
from service.store import entries, reads
from service.store.history import Link, list_links
from service.web import auth, current
from service.web.pages import due, laws, receipt, timeline, wording
from service.web.pages.documents import documents_of
from service.web.pages.facts import case_facts
from service.web.pages.form_card import task_card
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

#: Designers name the catalogue in their notes: "F-PJ-12：逐项核对…（R-PJ-05）". Readers need the sentence only.
_CODES = re.compile(r"^[A-Z][\w–-]*：|（[RDT]-[\w、 -]+）")


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/tasks/<task_id>", "task", task)
    blueprint.add_url_rule("/tasks/<task_id>/claim", "claim_task", claim_task, methods=["POST"])
    blueprint.add_url_rule("/tasks/<task_id>/release", "release_task", release_task, methods=["POST"])
    blueprint.add_url_rule("/tasks/<task_id>/done", "task_done", task_done)


def task(task_id: str) -> ResponseReturnValue:
    with reading() as reader:
        view = view_task(reader.machine, reader.connection, task_id, reader.actor)
        family = {case["id"]: case for case in reads.list_family(reader.connection, view.case.root)}
        links = [link for case_id in family for link in list_links(reader.connection, case_id)]
        definitions = {case_id: reader.definition(case) for case_id, case in family.items()}
        answers = _answers(links, task_id)
        root = family[view.case.root]
        return render(
            "task.html",
            reader,
            task=_head(reader, view),
            form=task_card(reader, view, answers=answers),
            facts=[
                {"label": _("编号"), "value": view.case.business_key, "url": url_for("pages.case", case_id=view.case.root)},
                {"label": _("单位"), "value": reader.units.get(view.case.unit, view.case.unit)},
                *case_facts(reader, root["facts"], definitions[root["id"]], title=view.case.title),
            ],
            remarked=timeline.remarks(reader, links, definitions),
            opinions=timeline.opinions(reader, links, definitions),
            documents=documents_of(entries.list_case_attachments(reader.connection, list(family))),
            laws=laws.laws_of(view.element.values("article"), reader.rules.catalogue, lang=reader.lang),
        )


def claim_task(task_id: str) -> ResponseReturnValue:
    current.engine().claim_task(task_id, by=auth.require_account().name)
    return redirect(url_for("pages.task", task_id=task_id), 303)


def release_task(task_id: str) -> ResponseReturnValue:
    current.engine().release_task(task_id, by=auth.require_account().name)
    return redirect(url_for("pages.task", task_id=task_id), 303)


def task_done(task_id: str) -> ResponseReturnValue:
    """Say that a task was completed, with what its rules remarked, and open the next one."""
    with reading() as reader:
        view = view_task(reader.machine, reader.connection, task_id, reader.actor)
        if view.task.closed_by != reader.actor.account:
            return redirect(url_for("pages.task", task_id=task_id), 303)
        following = reads.list_todo(
            reader.connection, account=reader.actor.account, queues=reader.queues, where=reads.TaskFilter(), sort="due",
            after=None, limit=1,
        )  # fmt: skip
        flash(_("已提交“%(title)s”的“%(step)s”。", title=view.case.title, step=view.task.name))
        receipt.remember(view.case.id, task=task_id)
    if not following.rows:
        return redirect(url_for("pages.inbox"), 303)
    flash(_("这是您的下一项待办。"))
    return redirect(url_for("pages.task", task_id=following.rows[0]["id"]), 303)


def _answers(links: Sequence[Link], task_id: str) -> Mapping[str, Any] | None:
    """What a task was completed with; None while it is open."""
    for link in links:
        if link.kind == Event.TASK_COMPLETED and (link.payload or {}).get("task") == task_id:
            found: Mapping[str, Any] = link.payload["answers"]
            return found
    return None


def _head(reader: Reader, view: TaskView) -> dict[str, Any]:
    row, open_ = view.task, view.task.status in reads.OPEN
    names = reader.people({name for name in (row.claimed_by, row.closed_by) if name})
    return {
        "id": row.id,
        "title": view.case.title,
        "business_key": view.case.business_key,
        "process_name": view.definition.name,
        "step": timeline.with_subject(row.name, view.element, view.variables),
        "ask": _ask(view) if open_ else None,
        "unit_name": reader.units.get(view.case.unit, view.case.unit),
        "due": due.due_words(view.due, row.due_at, now=reader.now, rules=reader.rules, lang=reader.lang) if open_ else None,
        "case_url": url_for("pages.case", case_id=view.case.id),
        "claimed_by": names.get(row.claimed_by or "") if open_ else None,
        "mine": open_ and row.claimed_by == reader.actor.account,
        "can_claim": "claim" in view.actions,
        "can_release": "release" in view.actions,
        "claim_url": url_for("pages.claim_task", task_id=row.id),
        "release_url": url_for("pages.release_task", task_id=row.id),
        "refused": _refused(view, names, reader),
        "submit_label": _("签署并提交") if view.signs else None,
    }


def _ask(view: TaskView) -> str | None:
    """What the designer says about the step."""
    return _CODES.sub("", view.element.documentation).strip() if view.element.documentation else None


def _refused(view: TaskView, names: Mapping[str, str], reader: Reader) -> str | None:
    """Why there is nothing to do here for the reader."""
    row = view.task
    if row.status == "done" and row.closed_at is not None:
        who = names.get(row.closed_by or "", _("系统"))
        return _("%(who)s 已于 %(when)s 办理。", who=who, when=wording.moment(row.closed_at))
    if row.status == "cancelled":
        return _("该事项已不需要办理：案件已经往前走了。")
    if view.actions:
        return None
    if view.case.status != "running":
        return _("该案件%(state)s，现在不能办理。", state=wording.state(view.case.status)[0])
    if view.barred:
        return view.barred
    if row.claimed_by and row.claimed_by != reader.actor.account:
        return _("%(who)s 已领取，正在办理。", who=names.get(row.claimed_by, row.claimed_by))
    return _("该事项由其他岗位办理，您可以查看。")
