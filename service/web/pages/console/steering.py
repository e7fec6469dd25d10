"""A monitor puts one case right by hand: on another step, a timer on another date, a slip in a form. Looks first, then does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from service.clock import SHANGHAI
from service.engine import moving_tokens
from service.engine.correcting import Filed, list_filed
from service.engine.lifecycle import MONITOR, ensure_monitor
from service.engine.waiting import TIMER
from service.errors import ChengxuError, Conflict, Finding, Invalid, InvalidAnswers, NotAllowed, NotFound
from service.store import cases, definitions, jobs
from service.store import reads as rows
from service.store.cases import CaseRow
from service.tagged import plain
from service.web import auth, current
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

#: The form's own components that offer their options as a list.
_OFFERS = ("radio", "select")
#: What a plain control cannot hold.
_NESTED = ("dynamiclist", "checklist", "taglist", "group")
_LONGEST = 2000


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/cases/<case_id>/move", "console_move", move, methods=["GET", "POST"])
    blueprint.add_url_rule("/console/cases/<case_id>/correct", "console_correct", correct, methods=["GET", "POST"])
    blueprint.add_url_rule("/console/timers/<job_id>", "console_timer", timer, methods=["GET", "POST"])


def steering_of(reader: Reader, row: CaseRow) -> dict[str, Any] | None:
    """What `components/steering.html` offers to a monitor in a running case."""
    if MONITOR not in reader.actor.roles or row.status != "running":
        return None
    latest = definitions.find_latest(reader.connection, row.process)
    newer = latest is not None and latest.digest != row.digest
    asked: dict[str, Any] = {"from": row.version}
    return {
        "migrate_url": url_for("pages.console_migrate", process=row.process, **asked) if newer else None,
        "move_url": url_for("pages.console_move", case_id=row.id),
        "correct_url": url_for("pages.console_correct", case_id=row.id),
        "timers": [
            {
                "name": _step(reader, row, job["child"] or job["element"]), "due": job["due_at"],
                "by_law": job["deadline"] is not None, "url": url_for("pages.console_timer", job_id=job["id"]),
            }
            for job in rows.list_case_jobs(reader.connection, [row.id]) if job["kind"] == TIMER
        ],
    }  # fmt: skip


def move(case_id: str) -> ResponseReturnValue:
    asked = {name: request.form.get(name, request.args.get(name, ""))[:400] for name in ("from", "to", "reason")}
    engine, account = current.engine(), auth.require_account().name
    told, errors = None, list[dict[str, str]]()
    if request.method == "POST" and request.form.get("do") == "move":
        done = _try(lambda: engine.move_token(case_id, from_=asked["from"], to=asked["to"], reason=asked["reason"], by=account))
        if not isinstance(done, ChengxuError):
            flash(_("已移动。"))
            return redirect(url_for("pages.case", case_id=case_id), 303)
        errors = _errors(done)
    if asked["from"] and asked["to"]:
        found = _try(lambda: engine.foresee_move(case_id, from_=asked["from"], to=asked["to"], by=account))
        told, errors = (None, errors or _errors(found)) if isinstance(found, ChengxuError) else (found, errors)
    standing, places = moving_tokens.list_places(engine.machine, case_id, by=account)
    with reading() as reader:
        row = _case(reader, case_id)
        holders = reader.people([one.holder for one in told.ends if one.holder]) if told is not None else {}
        page = render(
            "console/move.html", reader, case=_head(row), asked=asked, errors=errors,
            standing=[{"id": one.id, "name": one.name or one.id} for one in standing],
            places=[{"id": one.id, "name": one.name or one.id} for one in places],
            told=None if told is None else {
                "ends": [_line(one, holders) for one in told.ends], "opens": [_line(one, {}) for one in told.opens],
                "ends_case": told.ends_case,
            },
        )  # fmt: skip
    return page, 422 if errors else 200


def correct(case_id: str) -> ResponseReturnValue:
    engine, account = current.engine(), auth.require_account().name
    filed = {one.element: one for one in list_filed(engine.machine, case_id, by=account)}
    element, reason = request.values.get("element", "")[:120], request.form.get("reason", "")[:400]
    chosen = filed.get(element)
    with reading() as reader:
        components = _components_of(reader, _case(reader, case_id), element) if chosen is not None else {}
    entered = _entered(chosen, components) if chosen is not None and request.method == "POST" else {}
    told, errors = None, list[dict[str, str]]()
    if request.method == "POST":
        known: dict[str, Any] = {"element": element, "answers": entered, "by": account}
        does = request.form.get("do") == "correct"
        done = _try(
            lambda: (
                engine.correct_variables(case_id, reason=reason, **known) if does else engine.foresee_correction(case_id, **known)
            )
        )
        if isinstance(done, ChengxuError):
            errors = _errors(done)
        elif does:
            flash(_("已更正。"))
            return redirect(url_for("pages.case", case_id=case_id), 303)
        else:
            told = [{"label": one.label, "before": _shown(one.before), "after": _shown(one.after)} for one in done]
    with reading() as reader:
        row = _case(reader, case_id)
        page = render(
            "console/correct.html", reader, case=_head(row), errors=errors, reason=reason, told=told,
            filed=[{"element": one.element, "name": one.name, "why_not": _why(reader, one.why_not)} for one in filed.values()],
            chosen=None if chosen is None else _form(reader, chosen, components, entered),
        )  # fmt: skip
    return page, 422 if errors else 200


def timer(job_id: str) -> ResponseReturnValue:
    engine, account = current.engine(), auth.require_account().name
    due, reason = request.form.get("due_at", "")[:40], request.form.get("reason", "")[:400]
    errors = list[dict[str, str]]()
    with reading() as reader:
        ensure_monitor(reader.machine, reader.actor)
        job = jobs.find_job(reader.connection, job_id)
        if job is None or job.case_id is None or job.kind != TIMER:
            raise NotFound("没有这个定时器。", message_en="There is no such timer.")
        case_id = job.case_id
    if request.method == "POST":
        if request.form.get("do") == "fire":
            done = _try(lambda: engine.fire_timer(job_id, reason=reason, by=account))
        else:
            done = _try(lambda: engine.reschedule_timer(job_id, due_at=_moment(due), reason=reason, by=account))
        if not isinstance(done, ChengxuError):
            flash(_("已触发。") if request.form.get("do") == "fire" else _("已改期。"))
            return redirect(url_for("pages.case", case_id=case_id), 303)
        errors = _errors(done)
    with reading() as reader:
        row = _case(reader, case_id)
        page = render(
            "console/timer.html", reader, case=_head(row), errors=errors, reason=reason,
            timer={
                "name": _step(reader, row, job.child or job.element), "due": job.due_at, "by_law": job.deadline is not None,
                "may_fire": job.deadline is None or job.due_at <= reader.now,
                "entered": due or f"{job.due_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}",
            },
        )  # fmt: skip
    return page, 422 if errors else 200


def _try(command: Callable[[], Any]) -> Any:
    """What a command gives, or why it was refused: these pages answer a refusal with themselves."""
    try:
        return command()
    except (Invalid, NotAllowed, Conflict) as error:
        return error


def _errors(error: ChengxuError) -> list[dict[str, str]]:
    english = _is_english()
    if isinstance(error, InvalidAnswers):
        return [
            {"field": _control(one), "message": one.message_en if english and one.message_en else one.message}
            for one in error.findings
        ]
    return [{"field": "", "message": error.message_en if english else error.message}]


def _is_english() -> bool:
    return str(get_locale() or "").startswith("en")


def _control(finding: Finding) -> str:
    return finding.field if finding.field in ("from", "to", "reason", "due_at") else f"field-{finding.field.partition('.')[0]}"


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        wanted = Finding(field="due_at", rule="moment", message="请填写日期和时间。", message_en="Enter a date and a time.")
        raise InvalidAnswers([wanted]) from error
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _case(reader: Reader, case_id: str) -> CaseRow:
    row = cases.find_case(reader.connection, case_id)
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    return row


def _head(row: CaseRow) -> dict[str, str]:
    return {"title": row.title, "business_key": row.business_key, "url": url_for("pages.case", case_id=row.id)}


def _step(reader: Reader, row: CaseRow, element: str | None) -> str:
    definition = reader.machine.library.get(reader.connection, row.process, row.digest)
    found = definition.process.elements.get(element or "")
    return (found.name or found.id) if found is not None else element or ""


def _line(one: moving_tokens.Waits, holders: Mapping[str, str]) -> dict[str, Any]:
    kinds = {"task": _("待办"), "timer": _("定时"), "job": _("自动步骤"), "message": _("等待消息"), "child": _("下级案件")}
    return {"kind": kinds[one.kind], "name": one.name, "holder": holders.get(one.holder or "")}


def _why(reader: Reader, words: tuple[str, str] | None) -> str | None:
    return None if words is None else words[1] if reader.english else words[0]


def _components_of(reader: Reader, row: CaseRow, element: str) -> dict[str, Any]:
    """The components of a step's form by key; those in the rows of a list are not asked for here."""
    definition = reader.machine.library.get(reader.connection, row.process, row.digest)
    form = definition.form_of(definition.process.elements[element])
    return dict(_keyed(form.schema.get("components") or ())) if form is not None else {}


def _keyed(components: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in components:
        if one.get("key"):
            yield str(one["key"]), one
        elif one.get("type") == "group" and not one.get("path"):
            yield from _keyed(one.get("components") or ())


def _entered(chosen: Filed, components: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed and differs from what the form says now. An emptied field is empty."""
    found: dict[str, Any] = {}
    for one in chosen.fields:
        text = request.form.get(f"field-{one.key}")
        if text is not None and one.why_not is None and text.strip() != _shown(one.value):
            found[one.key] = _typed(text.strip()[:_LONGEST], one.value, components.get(one.key) or {})
    return found


def _typed(text: str, before: Any, component: Mapping[str, Any]) -> Any:
    for offered in _offers(component) or ():
        if _shown(offered.get("value")) == text:
            return offered.get("value")
    if isinstance(before, bool):
        return text == "true"
    return text or None


def _offers(component: Mapping[str, Any]) -> Sequence[Mapping[str, Any]] | None:
    """The options that a component names itself; None for other components, and for those that look their options up."""
    values = component.get("values") if component.get("type") in _OFFERS else None
    return values if isinstance(values, list) else None


def _shown(value: Any) -> str:
    shown = plain(value)
    if isinstance(shown, bool):
        return "true" if shown else "false"
    return "" if shown is None else str(shown)


def _form(reader: Reader, chosen: Filed, components: Mapping[str, Any], entered: Mapping[str, Any]) -> dict[str, Any]:
    fields = []
    for one in chosen.fields:
        component = components.get(one.key) or {}
        offered = _offers(component)
        choices = [{"id": _shown(value.get("value")), "name": str(value.get("label"))} for value in offered or ()]
        if isinstance(one.value, bool) and not choices:
            choices = [{"id": "true", "name": _("是")}, {"id": "false", "name": _("否")}]
        nested = isinstance(one.value, (list, dict)) or (offered is None and component.get("type") in (*_OFFERS, *_NESTED))
        fields.append(
            {
                "id": f"field-{one.key}", "label": one.label, "value": _shown(entered.get(one.key, one.value)),
                "why_not": _why(reader, one.why_not) or (_("请用接口更正列表或动态选项。") if nested else None),
                "long": component.get("type") == "textarea", "choices": choices or None,
            }
        )  # fmt: skip
    return {
        "element": chosen.element, "name": chosen.name, "why_not": _why(reader, chosen.why_not), "fields": fields,
        "by": reader.people([chosen.by]).get(chosen.by, chosen.by),
    }  # fmt: skip
