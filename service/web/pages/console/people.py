"""人员: the list of accounts, one account with its roles, leave and deputies, and what an administrator does about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import administering, enrolling
from service.engine.parameters import is_sysadmin
from service.engine.sight import look_through
from service.engine.stuck.reading import ensure_may_see
from service.errors import Conflict, Finding, InvalidAnswers, NotAllowed
from service.store import administering as admin_rows
from service.store import people_lists
from service.store.people_lists import PeopleFilter, list_people
from service.web import auth, current
from service.web.pages.console.people_tabs import people_tabs
from service.web.pages.console.person_words import does, sees
from service.web.pages.console.units import errors_of, status_of
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

ROWS = 50
_NEW = ("account", "display_name", "email", "role", "unit", "reason")
#: What the controls of one account may send.
_SENT = ("role", "unit", "from", "until", "absence", "reason")


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/people", "console_people", show_list)
    blueprint.add_url_rule("/console/people/new", "console_person_new", new)
    blueprint.add_url_rule("/console/people/new", "console_person_create", create, methods=["POST"])
    blueprint.add_url_rule("/console/people/<account>", "console_person", show)
    blueprint.add_url_rule("/console/people/<account>/<verb>", "console_person_act", act, methods=["POST"])


def show_list() -> ResponseReturnValue:
    given = {name: request.args.get(name, "").replace("\x00", "").strip()[:80] for name in ("q", "unit", "role", "state")}
    active = {"active": True, "disabled": False}.get(given["state"])
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        where = PeopleFilter(text=given["q"] or None, unit=given["unit"] or None, role=given["role"] or None, active=active)
        page = list_people(reader.connection, where, after=request.args.get("after", "")[:80] or None, limit=ROWS)
        away = people_lists.list_absent(reader.connection, [row["name"] for row in page.rows], on=reader.now.date())
        kept: dict[str, Any] = {name: value for name, value in given.items() if value}
        return render(
            "console/people.html", reader, tabs=people_tabs(), filters=given,
            people=[_line(reader, row, away.get(row["name"])) for row in page.rows],
            units=_units(reader), roles=_roles(reader), administers=is_sysadmin(reader.actor),
            first_url=url_for("pages.console_people", **kept) if request.args.get("after") else None,
            next_url=url_for("pages.console_people", **kept, after=page.after) if page.after else None,
        )  # fmt: skip


def _line(reader: Reader, row: Mapping[str, Any], away: date | None) -> dict[str, Any]:
    return {
        "name": row["name"], "display_name": row["display_name"], "active": row["active"], "away": away,
        "roles": [reader.role(role) for role, _unit, _name in row["memberships"]],
        "units": list(dict.fromkeys(name for _role_id, _unit, name in row["memberships"])),
        "url": url_for("pages.console_person", account=row["name"]),
    }  # fmt: skip


def new() -> ResponseReturnValue:
    with reading() as reader:
        administering.ensure_administrator(reader.actor)
        return _new(reader, dict.fromkeys(_NEW, ""), [])


def create() -> ResponseReturnValue:
    given = {name: request.form.get(name, "").strip()[:400] for name in _NEW}
    try:  # this page answers a refusal with itself
        password = enrolling.enrol(current.engine().machine, **given, by=auth.require_account().name)
    except (InvalidAnswers, Conflict, NotAllowed) as error:
        with reading() as reader:
            administering.ensure_administrator(reader.actor)
            return _new(reader, given, errors_of(reader, error)), status_of(error)
    with reading() as reader:
        return _show(reader, given["account"], password=password)


def _new(reader: Reader, given: Mapping[str, str], errors: Sequence[dict[str, str]]) -> str:
    return render(
        "console/person_new.html", reader, tabs=people_tabs(), given=given, errors=errors, units=_units(reader),
        roles=_roles(reader),
    )  # fmt: skip


def show(account: str) -> ResponseReturnValue:
    with reading() as reader:
        return _show(reader, account)


def act(account: str, verb: str) -> ResponseReturnValue:
    given = {name: request.form.get(name, "").replace("\x00", "").strip()[:400] for name in _SENT}
    done = {
        "grant": (_grant, _("已授予角色。")), "revoke": (_revoke, _("已收回角色。")), "disable": (_disable, _("已停用账号。")),
        "enable": (_enable, _("已启用账号。")), "password": (_password, ""), "absent": (_absent, _("已登记请假。")),
        "present": (_present, _("已撤销请假。")),
    }.get(verb)  # fmt: skip
    if done is None:
        return redirect(url_for("pages.console_person", account=account), 303)
    run, said = done
    try:  # this page answers a refusal with itself
        told = run(account, given)
    except (InvalidAnswers, Conflict, NotAllowed) as error:
        with reading() as reader:
            return _show(reader, account, errors=errors_of(reader, error), given={**given, "verb": verb}), status_of(error)
    if verb == "password":
        with reading() as reader:
            return _show(reader, account, password=str(told))
    flash(said if not told else f"{said}{_('退回待办 %(n)s 项。', n=told)}")
    return redirect(url_for("pages.console_person", account=account), 303)


Given = Mapping[str, str]


def _by() -> dict[str, Any]:
    return {"by": auth.require_account().name}


def _grant(account: str, given: Given) -> None:
    machine = current.engine().machine
    administering.grant_role(machine, account, given["role"], given["unit"], reason=given["reason"], **_by())


def _revoke(account: str, given: Given) -> int:
    machine = current.engine().machine
    return administering.revoke_role(machine, account, given["role"], given["unit"], reason=given["reason"], **_by())


def _disable(account: str, given: Given) -> int:
    return administering.disable_account(current.engine().machine, account, reason=given["reason"], **_by())


def _enable(account: str, given: Given) -> None:
    administering.enable_account(current.engine().machine, account, reason=given["reason"], **_by())


def _password(account: str, given: Given) -> str:
    return administering.reset_password(current.engine().machine, account, reason=given["reason"], **_by())


def _absent(account: str, given: Given) -> None:
    start, until = _day("from", given["from"]), _day("until", given["until"])
    administering.note_absence(current.engine().machine, account, start=start, until=until, reason=given["reason"], **_by())


def _present(account: str, given: Given) -> None:
    administering.strike_absence(current.engine().machine, given["absence"], reason=given["reason"], **_by())


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidAnswers([Finding(field=field, rule="date", message="请填写日期。", message_en="Give a date.")]) from error


def _show(
    reader: Reader, account: str, *, errors: Sequence[dict[str, str]] = (), given: Given | None = None,
    password: str | None = None,
) -> str:  # fmt: skip
    found = look_through(reader.machine, reader.connection, account, by=reader.actor)
    today = reader.now.date()
    may = is_sysadmin(reader.actor) and account != reader.actor.account
    stood = people_lists.list_stood_in(reader.connection, account, on=today)
    names = reader.people({name for one in stood for name in (one["account"], one["deputy"])})
    return render(
        "console/person.html", reader, tabs=people_tabs(), errors=errors, given=given or {}, password=password, may=may,
        own=account == reader.actor.account and is_sysadmin(reader.actor),
        person={
            "name": account, "display_name": found.row.display_name, "active": found.row.active,
            "memberships": [
                {"role": role.id, "unit": unit, "name": reader.role(role.id), "unit_name": reader.units.get(unit, unit)}
                for role, unit in sorted(found.held, key=lambda one: (one[1], one[0].id))
            ],
        },
        absences=[
            {"id": one.id, "start": one.start, "until": one.until, "reason": one.reason, "over": one.until < today}
            for one in admin_rows.list_absences(reader.connection, account)[:ROWS]
        ],
        deputies=[
            {
                "principal": names.get(one["account"], one["account"]), "deputy": names.get(one["deputy"], one["deputy"]),
                "role": reader.role(one["role"]), "start": one["start"], "until": one["until"],
            }
            for one in stood
        ],
        sees=sees(reader, found), does=does(reader, found),
        actions_url=url_for("pages.trust_administrators", account=account) if found.held else None,
        units=_units(reader), roles=_roles(reader), day=today.isoformat(),
    )  # fmt: skip


def _units(reader: Reader) -> list[dict[str, str]]:
    return [{"id": key, "name": name} for key, name in sorted(reader.units.items(), key=lambda one: one[1])]


def _roles(reader: Reader) -> list[dict[str, str]]:
    """The roles, those of one regulation together."""
    listed = sorted(reader.machine.book.roles.values(), key=lambda one: (one.regulation, one.id))
    return [{"id": one.id, "name": f"{reader.role(one.id)}（{one.id}）"} for one in listed]
