"""Move the running cases of a process to another version: map the steps, read the report, start the batch."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine.batches import MOST
from service.engine.lifecycle import ensure_monitor
from service.engine.migration_plan import Plan, Step
from service.errors import InvalidAnswers, NotFound
from service.store import batches, versions
from service.store.batch_subjects import Selection
from service.web import auth, current
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

#: A select of the page is called so, and the id of the old step after it.
MAP = "map-"


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/processes/<process>/migrate", "console_migrate", migrate, methods=["GET"])
    blueprint.add_url_rule("/console/processes/<process>/migrate", "console_migrate_start", start, methods=["POST"])
    blueprint.add_url_rule("/console/batches/<batch_id>/undo", "console_migrate_undo", undo, methods=["POST"])


def migrate(process: str) -> ResponseReturnValue:
    with reading() as reader:
        ensure_monitor(reader.machine, reader.actor)
        listed = versions.list_versions(reader.connection, process)
        if not listed:
            raise NotFound("没有这个流程。", message_en="There is no such process.")
    older = next((one.version for one in listed[1:] if one.open), listed[-1].version)
    from_version, to_version = _number("from", older), _number("to", listed[0].version)
    wanted = {name.removeprefix(MAP): value for name, value in request.args.items() if name.startswith(MAP) and value}
    mapping = {before: after for before, after in wanted.items() if before != after}
    plan, errors = None, list[dict[str, str]]()
    try:  # this page answers a refusal of its fields with itself
        plan = current.engine().plan_migration(process, from_version, to_version, mapping, by=auth.require_account().name)
    except InvalidAnswers as error:
        refused = error.findings
    else:
        refused = ()
    with reading() as reader:
        errors = [{"field": _control(one.field), "message": one.message_en if reader.english else one.message} for one in refused]
        page = render(
            "console/migrate.html", reader, process=process, name=listed[0].name, errors=errors,
            versions=[{"version": one.version, "open": one.open} for one in listed],
            asked={"from": from_version, "to": to_version},
            plan=None if plan is None else _shown(reader, plan),
        )  # fmt: skip
    return page, 422 if errors else 200


def start(process: str) -> ResponseReturnValue:
    """Ask for the batch: of all open cases of the version, so that those that cannot move stand in it with why."""
    form = request.form
    mapping = {name.removeprefix(MAP): value for name, value in form.items() if name.startswith(MAP)}
    arguments = {"from_version": form.get("from", ""), "to_version": form.get("to", ""), "mapping": mapping}
    batch = current.engine().ask_batch(
        "migrate", select=Selection(process=process, version=_number_of(form.get("from", ""))), arguments=arguments,
        reason=form.get("reason", ""), by=auth.require_account().name,
    )  # fmt: skip
    return redirect(url_for("pages.console_batch", batch_id=batch.id), 303)


def undo(batch_id: str) -> ResponseReturnValue:
    """Ask for the batch that undoes another."""
    engine = current.engine()
    with engine.machine.store.read() as connection:
        done = batches.list_items(connection, batch_id, state="done", after=0, limit=MOST)
    undone = engine.ask_batch(
        "undo_migrate", subjects=[one.subject for one in done], arguments={"batch": batch_id},
        reason=request.form.get("reason", ""), by=auth.require_account().name,
    )  # fmt: skip
    return redirect(url_for("pages.console_batch", batch_id=undone.id), 303)


def _number_of(text: str) -> int:
    """Of no version when it is none: `clean` of the batch says so."""
    return int(text) if text.isdecimal() and len(text) < 8 else -1


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 8 else otherwise


def _control(field: str) -> str:
    return f"{MAP}{field.removeprefix('mapping.')}" if field.startswith("mapping.") else field


def _shown(reader: Reader, plan: Plan) -> dict[str, Any]:
    steps = [one for one in plan.steps if one.standing or one.to is None or one.id in plan.mapping]
    names = {one.id: one.name for one in plan.steps}
    return {
        "cases": plan.cases, "movable": plan.movable, "blocked": plan.cases - plan.movable,
        "steps": [_step(one, plan) for one in steps],
        "same": len(plan.steps) - len(steps),
        "reasons": [
            {
                "words": one.en if reader.english else one.zh, "step": names.get(one.element, one.element), "cases": one.cases,
                "named": [{"key": case.business_key, "url": url_for("pages.case", case_id=case.id)} for case in one.named],
                "more": one.cases - len(one.named),
            }
            for one in plan.reasons
        ],
        "mapping": dict(plan.mapping),
    }  # fmt: skip


def _step(one: Step, plan: Plan) -> dict[str, Any]:
    remarks = []
    if one.lost_fields:
        remarks.append(_("表单不再有：%(fields)s（草稿保留）", fields="、".join(one.lost_fields)))
    if one.new_timers:
        remarks.append(_("开始等待：%(events)s", events="、".join(one.new_timers)))
    if one.gone_timers:
        remarks.append(_("不再等待：%(events)s", events="、".join(one.gone_timers)))
    return {
        "id": one.id, "name": one.name, "control": f"{MAP}{one.id}", "standing": one.standing, "blocked": one.blocked,
        "to": plan.mapping.get(one.id, one.to or ""), "choices": [{"id": id_, "name": name} for id_, name in one.choices],
        "remarks": remarks,
    }  # fmt: skip
