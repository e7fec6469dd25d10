"""参数: the figures of the regulations with their versions; a system administrator changes those that no article gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import parameters as engine_parameters
from service.engine.parameters import LONGEST_REASON, is_sysadmin
from service.errors import Finding, InvalidAnswers
from service.law import PLATFORM, Parameter
from service.store import parameters as rows
from service.web import auth, current
from service.web.pages import laws, wording
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/parameters", "parameters", parameters)
    blueprint.add_url_rule("/parameters/<name>", "parameter", parameter)
    blueprint.add_url_rule("/parameters/<name>", "parameter_set", set_parameter, methods=["POST"])


def parameters() -> ResponseReturnValue:
    with reading() as reader:
        groups: dict[str, list[dict[str, Any]]] = {}
        for name in reader.rules.catalogue.parameters:
            one = _current(reader, name)
            groups.setdefault(one.regulation, []).append(_line(reader, one))
        listed = [{"title": _regulation(reader, name), "parameters": found} for name, found in groups.items()]
        return render("parameters.html", reader, groups=listed)


def parameter(name: str) -> ResponseReturnValue:
    with reading() as reader:
        held = _current(reader, name)
        asked = _Asked(value=_plain(held), day=reader.now.date().isoformat(), reason="", open_cases=held.applies_to_open_cases)
        return _page(reader, held, asked)


def set_parameter(name: str) -> ResponseReturnValue:
    form = request.form
    asked = _Asked(
        value=form.get("value", "").strip(), day=form.get("from", "").strip(), reason=form.get("reason", "").strip(),
        open_cases=bool(form.get("open_cases")),
    )  # fmt: skip
    try:  # this page answers a refusal of its fields with itself
        day = _day(asked.day)
        current.engine().set_parameter(
            name, asked.value, from_date=day, applies_to_open_cases=asked.open_cases, reason=asked.reason,
            by=auth.require_account().name,
        )  # fmt: skip
    except InvalidAnswers as error:
        with reading() as reader:
            return _page(reader, _current(reader, name), asked, findings=error.findings), 422
    flash(_("已更改，自 %(day)s 起生效。", day=wording.day(day)))
    return redirect(url_for("pages.parameter", name=name), 303)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What stands in the form."""

    value: str
    day: str
    reason: str
    open_cases: bool


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        wanted = Finding(field="from", rule="date", message="请填写生效日期", message_en="Enter the day from which it counts")
        raise InvalidAnswers([wanted]) from error


def _page(reader: Reader, held: Parameter, asked: _Asked, *, findings: tuple[Finding, ...] = ()) -> str:
    catalogue = reader.rules.catalogue
    allowed = held.practice and is_sysadmin(reader.actor)
    errors = [{"field": one.field, "message": one.message_en if reader.english else one.message} for one in findings]
    return render(
        "parameter.html",
        reader,
        parameter={
            "id": held.id, "name": _name(reader, held), "practice": held.practice,
            "regulation": _regulation(reader, held.regulation),
            "laws": laws.laws_of(held.articles, catalogue, lang=reader.lang), "bounds": _bounds(held),
        },
        versions=_versions(reader, held),
        form=_form(reader, held, asked, errors) if allowed else None,
        refused=_("只有系统管理员可以更改。") if held.practice else _("这是条文规定的数值，只随法规修改。"),
    )  # fmt: skip


def _form(reader: Reader, held: Parameter, asked: _Asked, errors: list[dict[str, str]]) -> dict[str, Any]:
    if isinstance(held.value, bool):
        kind, choices = "bool", [{"id": "true", "name": _("是")}, {"id": "false", "name": _("否")}]
    elif held.choices:
        kind, choices = "choice", [{"id": one, "name": one} for one in held.choices]
    else:
        kind, choices = "text" if isinstance(held.value, str) else "number", []
    return {
        "action": url_for("pages.parameter_set", name=held.id), "value": asked.value, "day": asked.day, "reason": asked.reason,
        "open_cases": asked.open_cases, "kind": kind, "choices": choices, "today": reader.now.date().isoformat(),
        "longest": LONGEST_REASON, "errors": errors,
    }  # fmt: skip


def _versions(reader: Reader, held: Parameter) -> list[dict[str, Any]]:
    """Every version, the newest first; those set by hand with who set them and why."""
    changes = rows.list_changes(reader.connection, held.id)
    by_hand = {(one.start, one.at): one for one in changes}
    names = reader.people([one.actor for one in changes])
    listed = []
    for version in reversed(reader.rules.catalogue.list_parameter_versions(held.id)):
        change = by_hand.get((version.start, version.since)) if version.since is not None else None
        listed.append(
            {
                "value": _words(version), "start": version.start, "current": version is held,
                "open_cases": version.applies_to_open_cases,
                "set_by": names.get(change.actor, change.actor) if change is not None else None,
                "at": change.at if change is not None else None, "reason": change.reason if change is not None else None,
            }
        )  # fmt: skip
    return listed


def _line(reader: Reader, one: Parameter) -> dict[str, Any]:
    catalogue, today = reader.rules.catalogue, reader.now.date()
    later = next((other for other in catalogue.list_parameter_versions(one.id) if other.start > today), None)
    return {
        "id": one.id,
        "name": _name(reader, one),
        "url": url_for("pages.parameter", name=one.id),
        "value": _words(one),
        "practice": one.practice,
        "law": None if one.practice else laws.short_cite(one.articles, catalogue, within=one.regulation, english=reader.english),
        "start": one.start,
        "next": None if later is None else {"value": _words(later), "start": later.start},
    }


def _current(reader: Reader, name: str) -> Parameter:
    return engine_parameters.current(reader.machine, name, reader.now.date())


def _name(reader: Reader, one: Parameter) -> str:
    return one.en if reader.english else one.zh


def _words(one: Parameter) -> str:
    if isinstance(one.value, bool):
        return _("是") if one.value else _("否")
    return one.value if isinstance(one.value, str) else f"{one.value:,}"


def _plain(one: Parameter) -> str:
    return str(one.value).lower() if isinstance(one.value, bool) else str(one.value)


def _bounds(one: Parameter) -> str | None:
    if one.least is not None and one.most is not None:
        return _("%(least)s 至 %(most)s", least=one.least, most=one.most)
    if one.least is not None:
        return _("不小于 %(least)s", least=one.least)
    return _("不大于 %(most)s", most=one.most) if one.most is not None else None


def _regulation(reader: Reader, regulation: str) -> str:
    known: Mapping[str, Any] = reader.rules.catalogue.regulations
    if regulation == PLATFORM or regulation not in known:
        return _("通用")
    return str(known[regulation].en if reader.english else known[regulation].zh)
