"""单位: the list of units, one unit with its people, and what an administrator does about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import administering
from service.engine.parameters import is_sysadmin
from service.engine.stuck.reading import ensure_may_see
from service.errors import ChengxuError, Conflict, InvalidAnswers, NotAllowed, NotFound
from service.store import administering as admin_rows
from service.store import people_lists
from service.store.people_lists import PeopleFilter
from service.store.reads import MAX_LIMIT
from service.web import auth, current
from service.web.pages.console.people_tabs import people_tabs
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

ROWS = 50
#: Up to where tasks are counted.
COUNTED = 1000


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/units", "console_units", show_list)
    blueprint.add_url_rule("/console/units", "console_unit_create", create, methods=["POST"])
    blueprint.add_url_rule("/console/units/<unit>", "console_unit", show)
    blueprint.add_url_rule("/console/units/<unit>/<verb>", "console_unit_act", act, methods=["POST"])


def show_list() -> ResponseReturnValue:
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        return _list(reader, {}, [])


def create() -> ResponseReturnValue:
    given = {name: request.form.get(name, "").replace("\x00", "").strip()[:400] for name in ("id", "name", "reason")}
    try:  # this page answers a refusal with itself
        administering.create_unit(
            current.engine().machine, given["id"], name=given["name"], reason=given["reason"], by=auth.require_account().name
        )
    except (InvalidAnswers, Conflict) as error:
        with reading() as reader:
            return _list(reader, given, errors_of(reader, error)), status_of(error)
    flash(_("已新建单位。"))
    return redirect(url_for("pages.console_unit", unit=given["id"]), 303)


def _list(reader: Reader, given: Mapping[str, str], errors: Sequence[dict[str, str]]) -> str:
    text = request.args.get("q", "").replace("\x00", "").strip()[:80]
    after = request.args.get("after", "")[:40] or None
    page = people_lists.list_units_page(reader.connection, text=text or None, after=after, limit=ROWS)
    kept: dict[str, Any] = {"q": text} if text else {}
    return render(
        "console/units.html", reader, tabs=people_tabs(), q=text, given=given, errors=errors,
        units=[{**row, "url": url_for("pages.console_unit", unit=row["id"])} for row in page.rows],
        administers=is_sysadmin(reader.actor),
        first_url=url_for("pages.console_units", **kept) if after else None,
        next_url=url_for("pages.console_units", **kept, after=page.after) if page.after else None,
    )  # fmt: skip


def show(unit: str) -> ResponseReturnValue:
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        return _show(reader, unit, {}, [])


def act(unit: str, verb: str) -> ResponseReturnValue:
    given = {name: request.form.get(name, "").replace("\x00", "").strip()[:400] for name in ("name", "reason")}
    machine, by = current.engine().machine, auth.require_account().name
    try:  # this page answers a refusal with itself
        if verb == "rename":
            administering.rename_unit(machine, unit, name=given["name"], reason=given["reason"], by=by)
        elif verb == "close":
            administering.close_unit(machine, unit, reason=given["reason"], by=by)
        elif verb == "reopen":
            administering.reopen_unit(machine, unit, reason=given["reason"], by=by)
    except (InvalidAnswers, Conflict, NotAllowed) as error:
        with reading() as reader:
            ensure_may_see(reader.machine, reader.actor)
            return _show(reader, unit, given, errors_of(reader, error)), status_of(error)
    flash({"rename": _("已更改单位名称。"), "close": _("已停用单位。"), "reopen": _("已恢复单位。")}.get(verb, ""))
    return redirect(url_for("pages.console_unit", unit=unit), 303)


def _show(reader: Reader, unit: str, given: Mapping[str, str], errors: Sequence[dict[str, str]]) -> str:
    row = admin_rows.find_unit(reader.connection, unit)
    if row is None:
        raise NotFound(f"没有单位 {unit[:40]}。", message_en=f"There is no unit {unit[:40]}.")
    found = people_lists.list_people(reader.connection, PeopleFilter(unit=unit), after=None, limit=MAX_LIMIT)
    queued = people_lists.count_queued(reader.connection, unit, most=COUNTED)
    return render(
        "console/unit.html", reader, tabs=people_tabs(), given=given, errors=errors, administers=is_sysadmin(reader.actor),
        unit={"id": row.id, "name": row.name, "closed_on": row.closed_on},
        queued=f"{COUNTED}+" if queued == COUNTED else str(queued),
        cases_url=url_for("pages.console_cases", unit=unit, status="open"),
        people=[
            {
                "display_name": one["display_name"], "name": one["name"], "active": one["active"],
                "roles": [reader.role(role) for role, where, _name in one["memberships"] if where == unit],
                "url": url_for("pages.console_person", account=one["name"]),
            }
            for one in found.rows
        ],
    )  # fmt: skip


def errors_of(reader: Reader, error: ChengxuError) -> list[dict[str, str]]:
    """A refusal as `components/summary.html` shows it."""
    if isinstance(error, InvalidAnswers):
        return [
            {"field": one.field or "", "message": one.message_en if reader.english else one.message} for one in error.findings
        ]
    return [{"field": "", "message": error.message_en if reader.english else error.message}]


def status_of(error: ChengxuError) -> int:
    return 422 if isinstance(error, InvalidAnswers) else 403 if isinstance(error, NotAllowed) else 409
