"""加签: who was added to a task, the form that adds somebody, and what a signer is shown of the step that they sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine.reads import TaskView
from service.engine.sealing import veil
from service.engine.signing import MOST_REASON, WAYS
from service.forms import FileFacts
from service.store import cases, entries, reads, signers
from service.store.signers import UNDECIDED, HeldRow
from service.web import auth, current
from service.web.pages.choosing_people import chosen
from service.web.pages.form_card import API
from service.web.pages.reading import Reader
from service.web.translations import gettext as _


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/tasks/<task_id>/signers", "signers_added", add_signers, methods=["POST"])
    blueprint.add_url_rule("/tasks/<task_id>/signers/<signer_id>/drop", "signer_dropped", drop_signer, methods=["POST"])


def add_signers(task_id: str) -> ResponseReturnValue:
    """Add those who were chosen in the form."""
    accounts = chosen(request.form.getlist("to"))
    way, reason = request.form.get("way", ""), request.form.get("reason", "")
    current.engine().add_signers(task_id, accounts, way=way, reason=reason, by=auth.require_account().name)
    flash(_("已加签。"))
    return redirect(url_for("pages.task", task_id=task_id), 303)


def drop_signer(task_id: str, signer_id: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    done = current.engine().drop_signer(task_id, signer_id, reason=reason, by=auth.require_account().name)
    flash(_("已减签。") if done is None else _("已减签，事项已继续办理。"))
    return redirect(url_for("pages.task", task_id=task_id), 303)


def signing_of(reader: Reader, view: TaskView) -> dict[str, Any] | None:
    """What `components/signing.html` shows: the signers of a task and how to add one; of a signer's task, what is signed."""
    main_id = view.task.main_id or view.task.id
    listed = signers.list_signers(reader.connection, main_id)
    may_add = view.task.main_id is None and "complete" in view.actions
    if not listed and not may_add:
        return None
    names = reader.people({name for one in listed for name in (one.account, one.asked_by)})
    held, main = signers.find_held(reader.connection, main_id), cases.find_task(reader.connection, main_id)
    holders = {main.claimed_by if main is not None else None, held.account if held is not None else None}
    is_open = main is not None and main.status in reads.OPEN and view.case.status == "running"
    ways, states = _ways(), _states()
    rows = [
        {
            "name": names.get(one.account, one.account), "way": ways[one.way], "state": states[one.state][0],
            "tone": states[one.state][1],
            "asked": _("%(name)s：%(reason)s", name=names.get(one.asked_by, one.asked_by), reason=one.reason),
            "drop_url": url_for("pages.signer_dropped", task_id=main_id, signer_id=one.id)
            if is_open and one.state in UNDECIDED and reader.actor.account in {one.asked_by, *holders} else None,
            "id": one.id,
        }
        for one in listed
    ]  # fmt: skip
    return {
        "rows": rows,
        "most": MOST_REASON,
        "add_url": url_for("pages.signers_added", task_id=main_id) if may_add else None,
        "people_url": f"{API}/cases/{view.case.id}/people?for=sign",
        "ways": [{"id": way, "label": ways[way], "help": help_} for way, help_ in zip(WAYS, _helps(), strict=True)],
        "main_url": url_for("pages.task", task_id=main_id) if view.task.main_id is not None else None,
        "answers": _answers(reader, view, held) if view.task.main_id is not None and held is not None else [],
    }


def held_words(reader: Reader, view: TaskView) -> str | None:
    """Why there is nothing to do at a task that was completed and waits for signers."""
    held = signers.find_held(reader.connection, view.task.id)
    if held is None:
        return None
    waits = [one.account for one in signers.list_signers(reader.connection, view.task.id) if one.state in UNDECIDED]
    known = reader.people({*waits, held.account})
    who = "、".join(known.get(one, one) for one in waits)
    return _("%(name)s 已提交，正在等待加签人：%(who)s。", name=known.get(held.account, held.account), who=who)


def _answers(reader: Reader, view: TaskView, held: HeldRow) -> list[dict[str, Any]]:
    """What a step was completed with, as its form says it, for those who sign it afterwards; without what is closed to them."""
    form = view.definition.form_of(view.element)
    hidden = veil(reader.machine, reader.connection, view.case, reader.actor, run=view.work.run)
    if form is None or hidden.hides_step(view.element.id):
        return []
    answers: Mapping[str, Any] = hidden.variables(held.body["clean"])
    found = entries.list_attachments(reader.connection, form.file_ids(answers)).values()
    files = {row.id: FileFacts(name=row.name, size=row.size, media_type=row.media_type) for row in found}
    return [{"label": label, "value": value} for label, value in form.summary(answers, variables=view.variables, files=files)]


def _ways() -> dict[str, str]:
    return {"before": _("前加签"), "parallel": _("并行加签"), "after": _("后加签")}


def _helps() -> tuple[str, str, str]:
    return (
        _("对方先办，办完之前您不能提交。"),
        _("同时办理；您可以先提交，全部办完后案件才继续。"),
        _("您提交后由对方依次审看，全部同意后案件才继续。"),
    )


def _states() -> dict[str, tuple[str, str]]:
    return {
        "asked": (_("未轮到"), "plain"), "open": (_("待签"), "active"), "agreed": (_("同意"), "good"),
        "refused": (_("不同意"), "bad"), "dropped": (_("已取消"), "plain"),
    }  # fmt: skip
