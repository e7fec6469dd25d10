"""One task: what is asked, the form, and what one needs to know for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine.events import Event
from service.engine.handing import Taker, list_takers
from service.engine.reads import (
    ProjectFlag,
    TaskView,
    project_flags,
    readable_family,
    view_task,
    visible_documents,
    visible_history,
)
from service.store import reads
from service.store.history import Link
from service.store.step_tasks import find_next
from service.web import auth, current
from service.web.pages import colleagues, due, foretold, laws, receipt, returns, signing, timeline, wording
from service.web.pages.documents import documents_of
from service.web.pages.facts import case_facts
from service.web.pages.form_card import API, task_card
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.pages.worklists import suspended_reasons
from service.web.translations import gettext as _

#: Designers name the catalogue in their notes: "F-PJ-12：逐项核对…（R-PJ-05）". Readers need the sentence only.
_CODES = re.compile(r"^[A-Z]+-[A-Z]*-?\d[\w–-]*(?: [^：。]*)?[：。]\s*|（(?:[RDT]|SoD)-[\w、 -]+）")
#: Rules of the requirements; others are names within a process.
_RULE = re.compile(r"[A-Z]+-")


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/tasks/<task_id>", "task", task)
    blueprint.add_url_rule("/tasks/<task_id>/claim", "claim_task", claim_task, methods=["POST"])
    blueprint.add_url_rule("/tasks/<task_id>/release", "release_task", release_task, methods=["POST"])
    blueprint.add_url_rule("/tasks/<task_id>/transfer", "transfer_task", transfer_task, methods=["POST"])
    blueprint.add_url_rule("/tasks/<task_id>/delegate", "delegate_task", delegate_task, methods=["POST"])
    blueprint.add_url_rule("/tasks/<task_id>/done", "task_done", task_done)


def task(task_id: str) -> ResponseReturnValue:
    with reading() as reader:
        view = view_task(reader.machine, reader.connection, task_id, reader.actor)
        family = {one["id"]: one for one in readable_family(reader.machine, reader.connection, view.case.root, reader.actor)}
        links = [
            link for one in family.values() for link in visible_history(reader.machine, reader.connection, one, reader.actor)
        ]
        definitions = {case_id: reader.definition(case) for case_id, case in family.items()}
        answers = _answers(links, task_id)
        # Of a project one may read a part only, and of a case at least what is one's own to do.
        root = family.get(view.case.root) or family.get(view.case.id) or reads.find_case(reader.connection, view.case.id) or {}
        return render(
            "task.html",
            reader,
            task=_head(reader, view),
            form={**task_card(reader, view, answers=answers), "foretold": _foretold(reader, view)},
            colleagues=colleagues.colleagues_of(reader, view),
            facts=[
                {"label": _("编号"), "value": view.case.business_key, "url": url_for("pages.case", case_id=root["id"])},
                {"label": _("单位"), "value": reader.units.get(view.case.unit, view.case.unit)},
                *case_facts(reader, root["facts"], reader.definition(root), title=view.case.title),
            ],
            flags=[_flag(reader, flag) for flag in project_flags(reader.machine, reader.connection, view.case, reader.actor)],
            signing=signing.signing_of(reader, view),
            returning=returns.returning_of(reader, view),
            handing=_handing(view, list_takers(reader.machine, reader.connection, view, reader.actor)),
            remarked=timeline.remarks(reader, links, definitions),
            opinions=timeline.opinions(reader, links, definitions),
            documents=documents_of(visible_documents(reader.machine, reader.connection, family.values(), reader.actor)),
            laws=laws.laws_of(view.element.values("article"), reader.rules.catalogue, lang=reader.lang),
        )


def _foretold(reader: Reader, view: TaskView) -> dict[str, Any] | None:
    return foretold.after_task(reader, view) if "complete" in view.actions and view.task.main_id is None else None


def claim_task(task_id: str) -> ResponseReturnValue:
    current.engine().claim_task(task_id, by=auth.require_account().name)
    return redirect(url_for("pages.task", task_id=task_id), 303)


def release_task(task_id: str) -> ResponseReturnValue:
    current.engine().release_task(task_id, by=auth.require_account().name)
    return redirect(url_for("pages.task", task_id=task_id), 303)


def transfer_task(task_id: str) -> ResponseReturnValue:
    """Give the task to somebody else."""
    to, reason = _handed_to()
    current.engine().transfer_task(task_id, to=to, reason=reason, by=auth.require_account().name)
    flash(_("已转办。"))
    return redirect(url_for("pages.inbox"), 303)


def delegate_task(task_id: str) -> ResponseReturnValue:
    """Have somebody do the task in one's name."""
    to, reason = _handed_to()
    current.engine().delegate_task(task_id, to=to, reason=reason, by=auth.require_account().name)
    flash(_("已委派。"))
    return redirect(url_for("pages.inbox"), 303)


def _handed_to() -> tuple[str, str]:
    return request.form.get("to", "").strip()[:80], request.form.get("reason", "")


def _handing(view: TaskView, takers: Sequence[Taker]) -> dict[str, Any] | None:
    """What `components/handing.html` offers: to whom the task may be handed over, and in which ways."""
    ways = [
        (_("转办"), "transfer", [one for one in takers if one.transfer], url_for("pages.transfer_task", task_id=view.task.id)),
        (_("委派"), "delegate", [one for one in takers if one.delegate], url_for("pages.delegate_task", task_id=view.task.id)),
    ]
    listed = [
        {"label": label, "id": key, "url": url, "people": [{"id": one.account, "name": one.display_name} for one in people]}
        for label, key, people, url in ways
        if people
    ]
    return {"ways": listed} if listed else None


def _flag(reader: Reader, flag: ProjectFlag) -> dict[str, Any]:
    return {
        "message": flag.message_en if reader.english else flag.message,
        "rule": flag.rule if _RULE.match(flag.rule) else "",
        "at": flag.at,
        "process_name": reader.processes.get(flag.process, flag.process),
        "url": url_for("pages.case", case_id=flag.case) if flag.readable else None,
    }


def task_done(task_id: str) -> ResponseReturnValue:
    """Say that a task was completed, with what its rules remarked, and open the next one."""
    with reading() as reader:
        view = view_task(reader.machine, reader.connection, task_id, reader.actor)
        if view.task.closed_by != reader.actor.account:
            return redirect(url_for("pages.task", task_id=task_id), 303)
        mine: dict[str, Any] = {"account": reader.actor.account, "queues": reader.queues, "principals": reader.actor.principals}
        here = find_next(reader.connection, view.case.root, **mine)
        following = here or _first_of_inbox(reader, mine)
        flash(_("已提交“%(title)s”的“%(step)s”。", title=view.case.title, step=wording.step(view.task.name)))
        receipt.remember(view.case.id, task=task_id)
    if following is None:
        return redirect(url_for("pages.inbox"), 303)
    flash(_("这是本案中您的下一项待办。") if here else _("这是您的下一项待办。"))
    return redirect(url_for("pages.task", task_id=following), 303)


def _first_of_inbox(reader: Reader, mine: Mapping[str, Any]) -> str | None:
    page = reads.list_todo(reader.connection, where=reads.TaskFilter(), sort="due", after=None, limit=1, **mine)
    return str(page.rows[0]["id"]) if page.rows else None


def _answers(links: Sequence[Link], task_id: str) -> Mapping[str, Any] | None:
    """What a task was completed with; None while it is open."""
    for link in links:
        if link.kind == Event.TASK_COMPLETED and (link.payload or {}).get("task") == task_id:
            found: Mapping[str, Any] = link.payload["answers"]
            return found
        if link.kind == Event.SIGNER_DECIDED and (link.payload or {}).get("task") == task_id:
            return {name: link.payload.get(name) for name in ("decision", "opinion")}
    return None


def _head(reader: Reader, view: TaskView) -> dict[str, Any]:
    row, open_ = view.task, view.task.status in reads.OPEN
    names = reader.people({name for name in (row.claimed_by, row.closed_by, view.principal) if name})
    return {
        "id": row.id,
        "title": view.case.title,
        "business_key": view.case.business_key,
        "process_name": view.definition.name,
        "step": timeline.with_subject(wording.step(row.name), view.element, view.variables),
        "ask": _ask(view) if open_ else None,
        "unit_name": reader.units.get(view.case.unit, view.case.unit),
        "due": due.due_words(view.due, row.due_at, now=reader.now, rules=reader.rules, lang=reader.lang) if open_ else None,
        "case_url": url_for("pages.case", case_id=view.case.id),
        "presence_url": f"{API}/tasks/{row.id}/presence" if open_ else None,
        "claimed_by": names.get(row.claimed_by or "") if open_ else None,
        "mine": open_ and row.claimed_by == reader.actor.account,
        "principal": names.get(view.principal or ""),
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
    if view.case.status == "suspended":
        return _("该案件已暂停，现在不能办理：%(why)s", why=suspended_reasons(reader, [view.case.id])[view.case.id])
    if view.case.status != "running":
        return _("该案件%(state)s，现在不能办理。", state=wording.state(view.case.status)[0])
    if view.barred:
        return view.barred
    if waits := signing.held_words(reader, view):
        return waits
    if row.claimed_by and row.claimed_by != reader.actor.account:
        return _("%(who)s 已领取，正在办理。", who=names.get(row.claimed_by, row.claimed_by))
    return _("该事项由其他岗位办理，您可以查看。")
