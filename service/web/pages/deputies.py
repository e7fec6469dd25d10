"""代理人: who stands in for me and for whom I stand in; naming somebody, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.errors import Finding, InvalidAnswers
from service.store import people
from service.store.people import DelegationRow
from service.web import auth, current
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/deputies", "deputies", deputies)
    blueprint.add_url_rule("/deputies", "deputy_named", name_deputy, methods=["POST"])
    blueprint.add_url_rule("/deputies/<delegation_id>/end", "deputy_ended", end_deputy, methods=["POST"])


def deputies() -> ResponseReturnValue:
    with reading() as reader:
        day = reader.now.date().isoformat()
        return _page(reader, {"deputy": "", "role": "", "start": day, "until": day, "reason": ""})


def name_deputy() -> ResponseReturnValue:
    given = {name: request.form.get(name, "").strip() for name in ("deputy", "role", "from", "until", "reason")}
    asked = {**given, "start": given["from"]}
    try:  # this page answers a refusal of its fields with itself
        current.engine().name_deputy(
            deputy=given["deputy"], role=given["role"], start=_day("from", given["from"]), until=_day("until", given["until"]),
            reason=given["reason"], by=auth.require_account().name,
        )  # fmt: skip
    except InvalidAnswers as error:
        with reading() as reader:
            return _page(reader, asked, findings=error.findings), 422
    flash(_("已指定代理人。"))
    return redirect(url_for("pages.deputies"), 303)


def end_deputy(delegation_id: str) -> ResponseReturnValue:
    current.engine().end_deputy(delegation_id, reason="", by=auth.require_account().name)
    flash(_("已取消代理。"))
    return redirect(url_for("pages.deputies"), 303)


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        finding = Finding(field=field, rule="date", message="请填写日期。", message_en="Give a date.")
        raise InvalidAnswers([finding]) from error


def _page(reader: Reader, asked: Mapping[str, str], *, findings: Sequence[Finding] = ()) -> str:
    me = reader.actor.account
    rows = people.list_delegations(reader.connection, me)
    return render(
        "deputies.html",
        reader,
        named=[_line(reader, row, row.deputy) for row in rows if row.account == me],
        standing_in=[_line(reader, row, row.account) for row in rows if row.deputy == me],
        form=_form(reader, asked, findings),
    )


def _form(reader: Reader, asked: Mapping[str, str], findings: Sequence[Finding]) -> dict[str, Any] | None:
    book = reader.machine.book
    roles = sorted({role.id for role, _unit in book.held_by(reader.actor) if role.acts}) if book.may_act(reader.actor) else []
    if not roles:
        return None
    holders = {name for name, _role, _unit in people.list_members(reader.connection, roles)} - {reader.actor.account}
    names = reader.people(holders)
    return {
        "action": url_for("pages.deputy_named"),
        "roles": [{"id": role, "name": reader.role(role)} for role in roles],
        "people": sorted(({"id": name, "name": names[name]} for name in holders), key=lambda one: one["name"]),
        "asked": asked,
        "today": reader.now.date().isoformat(),
        "errors": [{"field": one.field, "message": one.message_en if reader.english else one.message} for one in findings],
    }


def _line(reader: Reader, row: DelegationRow, other: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": reader.people([other]).get(other, other),
        "role": reader.role(row.role),
        "start": row.start,
        "until": row.until,
        "reason": row.reason,
        "today": row.start <= reader.now.date() <= row.until,
        "end_url": url_for("pages.deputy_ended", delegation_id=row.id),
    }
