"""Administration over HTTP: accounts, their roles and leave, units, and who can do what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine import administering, enrolling
from service.engine.duty_matrix import read_matrix
from service.engine.sight import look_through
from service.engine.stuck.reading import ensure_may_see
from service.store.people_lists import PeopleFilter, list_people, list_units_page
from service.store.reads import MAX_LIMIT
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor, require_account
from service.web.idempotency import keep_nothing

blueprint = make_blueprint("administration", "People and units; changes are for system administrators and need a reason.")


def _text(most: int, **more: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=most), **more)


class PeopleQuery(Arguments):
    q = _text(80, load_default="")
    unit = _text(40, load_default="")
    role = _text(60, load_default="")
    active = fields.Boolean(load_default=None)
    after = _text(80, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_LIMIT))


class UnitsQuery(Arguments):
    q = _text(80, load_default="")
    after = _text(40, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_LIMIT))


class Why(Arguments):
    reason = _text(400, required=True, metadata={"description": "1 to 400 characters"})


class NewAccount(Why):
    account = _text(80, required=True)
    display_name = _text(80, required=True)
    email = _text(200, load_default="")
    role = _text(60, required=True)
    unit = _text(40, required=True)


class RoleInUnit(Why):
    role = _text(60, required=True)
    unit = _text(40, required=True)


class Leave(Why):
    from_ = fields.Date(required=True, data_key="from")
    until = fields.Date(required=True)


class NewUnit(Why):
    id = _text(40, required=True)
    name = _text(120, required=True)


class NewName(Why):
    name = _text(120, required=True)


class HeldRoleShape(ma.Schema):
    role = fields.String(required=True)
    unit = fields.String(required=True)


class AccountShape(ma.Schema):
    account = fields.String(required=True)
    display_name = fields.String(required=True)
    active = fields.Boolean(required=True)
    memberships = fields.List(fields.Nested(HeldRoleShape), required=True)


class AccountListShape(ma.Schema):
    items = fields.List(fields.Nested(AccountShape), required=True)
    after = fields.String(required=True, allow_none=True)


class PasswordShape(ma.Schema):
    account = fields.String(required=True)
    password = fields.String(required=True, metadata={"description": "shown this once; a hash is kept"})


class ReleasedShape(ma.Schema):
    account = fields.String(required=True)
    released = fields.Integer(required=True, metadata={"description": "tasks that went back to their queues"})


class LeaveShape(ma.Schema):
    id = fields.String(required=True)
    account = fields.String(required=True)


class SightShape(ma.Schema):
    account = fields.String(required=True)
    active = fields.Boolean(required=True)
    acts = fields.Boolean(required=True)
    everything = fields.Boolean(required=True)
    regulations = fields.List(fields.String(), required=True, metadata={"description": "all whose cases it reads"})
    processes = fields.List(fields.String(), required=True, metadata={"description": "all whose cases it reads"})
    units = fields.List(fields.String(), required=True, metadata={"description": "whose cases it reads"})
    cases = fields.Integer(required=True, metadata={"description": "that it can read now; counted up to 1000"})
    todo = fields.Integer(required=True)
    claimed = fields.Integer(required=True)
    starts = fields.List(fields.String(), required=True)
    protected = fields.List(fields.String(), required=True, metadata={"description": "process.path of what is closed to others"})


class UnitShape(ma.Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    closed_on = fields.Date(required=True, allow_none=True)
    members = fields.Integer(required=True)


class UnitListShape(ma.Schema):
    items = fields.List(fields.Nested(UnitShape), required=True)
    after = fields.String(required=True, allow_none=True)


class UnitNamedShape(ma.Schema):
    id = fields.String(required=True)


class StepDutyShape(ma.Schema):
    process = fields.String(required=True)
    element = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    starts = fields.Boolean(required=True)
    signs = fields.Boolean(required=True)
    named = fields.Boolean(required=True, metadata={"description": "offered to people whom the case names"})
    roles = fields.List(fields.String(), required=True)


class MatrixShape(ma.Schema):
    items = fields.List(fields.Nested(StepDutyShape), required=True)


def _by() -> str:
    return require_account().name


@endpoint(blueprint, "GET", "/accounts", answer=AccountListShape, query=PeopleQuery)
def list_accounts(query: Mapping[str, Any]) -> Response:
    """List accounts by name."""
    machine = current.engine().machine
    ensure_may_see(machine, current_actor())
    where = PeopleFilter(text=query["q"] or None, unit=query["unit"] or None, role=query["role"] or None, active=query["active"])
    with machine.store.read() as connection:
        page = list_people(connection, where, after=query["after"], limit=query["limit"])
    items = [
        {
            "account": row["name"], "display_name": row["display_name"], "active": row["active"],
            "memberships": [{"role": role, "unit": unit} for role, unit, _name in row["memberships"]],
        }
        for row in page.rows
    ]  # fmt: skip
    return reply({"items": items, "after": page.after})


@endpoint(blueprint, "POST", "/accounts", answer=PasswordShape, status=201, body=NewAccount)
def create_account(body: Mapping[str, Any]) -> Response:
    """Create an account with its first role; tells its password, once."""
    keep_nothing()
    password = enrolling.enrol(current.engine().machine, **body, by=_by())
    return reply({"account": body["account"], "password": password}, 201)


@endpoint(blueprint, "GET", "/accounts/<account>/sees", answer=SightShape)
def show_sight(account: str) -> Response:
    """Tell what an account can see and do now."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        found = look_through(machine, connection, account, by=current_actor())
    scope = found.scope
    return reply(
        {
            "account": account, "active": found.row.active, "acts": found.acts, "everything": scope.everything,
            "regulations": sorted(scope.regulations), "processes": sorted({process for _, process in scope.processes}),
            "units": sorted({unit for _, unit in scope.units}), "cases": found.cases, "todo": found.todo,
            "claimed": found.claimed, "starts": [one.key for one in found.starts],
            "protected": [".".join((one.definition.key, *one.path)) for one in found.protected],
        }
    )  # fmt: skip


@endpoint(blueprint, "POST", "/accounts/<account>/grant", answer=ReleasedShape, body=RoleInUnit)
def grant(body: Mapping[str, Any], account: str) -> Response:
    """Give an account a role in a unit."""
    administering.grant_role(current.engine().machine, account, **body, by=_by())
    return reply({"account": account, "released": 0})


@endpoint(blueprint, "POST", "/accounts/<account>/revoke", answer=ReleasedShape, body=RoleInUnit)
def revoke(body: Mapping[str, Any], account: str) -> Response:
    """Take a role in a unit away."""
    released = administering.revoke_role(current.engine().machine, account, **body, by=_by())
    return reply({"account": account, "released": released})


@endpoint(blueprint, "POST", "/accounts/<account>/disable", answer=ReleasedShape, body=Why)
def disable(body: Mapping[str, Any], account: str) -> Response:
    """Let nobody sign in as an account."""
    released = administering.disable_account(current.engine().machine, account, reason=body["reason"], by=_by())
    return reply({"account": account, "released": released})


@endpoint(blueprint, "POST", "/accounts/<account>/enable", answer=ReleasedShape, body=Why)
def enable(body: Mapping[str, Any], account: str) -> Response:
    """Let an account sign in again."""
    administering.enable_account(current.engine().machine, account, reason=body["reason"], by=_by())
    return reply({"account": account, "released": 0})


@endpoint(blueprint, "POST", "/accounts/<account>/password", answer=PasswordShape, body=Why)
def reset_password(body: Mapping[str, Any], account: str) -> Response:
    """Make up another password; tells it, once."""
    keep_nothing()
    password = administering.reset_password(current.engine().machine, account, reason=body["reason"], by=_by())
    return reply({"account": account, "password": password})


@endpoint(blueprint, "POST", "/accounts/<account>/absences", answer=LeaveShape, status=201, body=Leave)
def note_absence(body: Mapping[str, Any], account: str) -> Response:
    """Note leave, from a day to a day, both included."""
    row = administering.note_absence(
        current.engine().machine, account, start=body["from_"], until=body["until"], reason=body["reason"], by=_by()
    )
    return reply({"id": row.id, "account": account}, 201)


@endpoint(blueprint, "POST", "/absences/<absence>/strike", answer=UnitNamedShape, body=Why)
def strike_absence(body: Mapping[str, Any], absence: str) -> Response:
    """Strike leave out."""
    administering.strike_absence(current.engine().machine, absence, reason=body["reason"], by=_by())
    return reply({"id": absence})


@endpoint(blueprint, "GET", "/units", answer=UnitListShape, query=UnitsQuery)
def list_units(query: Mapping[str, Any]) -> Response:
    """List units by id; `members` are people in use."""
    machine = current.engine().machine
    ensure_may_see(machine, current_actor())
    with machine.store.read() as connection:
        page = list_units_page(connection, text=query["q"] or None, after=query["after"], limit=query["limit"])
    return reply({"items": list(page.rows), "after": page.after})


@endpoint(blueprint, "POST", "/units", answer=UnitNamedShape, status=201, body=NewUnit)
def create_unit(body: Mapping[str, Any]) -> Response:
    """Enter a unit."""
    administering.create_unit(current.engine().machine, body["id"], name=body["name"], reason=body["reason"], by=_by())
    return reply({"id": body["id"]}, 201)


@endpoint(blueprint, "POST", "/units/<unit>/rename", answer=UnitNamedShape, body=NewName)
def rename_unit(body: Mapping[str, Any], unit: str) -> Response:
    """Give a unit another name."""
    administering.rename_unit(current.engine().machine, unit, name=body["name"], reason=body["reason"], by=_by())
    return reply({"id": unit})


@endpoint(blueprint, "POST", "/units/<unit>/close", answer=UnitNamedShape, body=Why)
def close_unit(body: Mapping[str, Any], unit: str) -> Response:
    """Say that nobody acts for a unit from today on."""
    administering.close_unit(current.engine().machine, unit, reason=body["reason"], by=_by())
    return reply({"id": unit})


@endpoint(blueprint, "POST", "/units/<unit>/reopen", answer=UnitNamedShape, body=Why)
def reopen_unit(body: Mapping[str, Any], unit: str) -> Response:
    """Let people act for a unit again."""
    administering.reopen_unit(current.engine().machine, unit, reason=body["reason"], by=_by())
    return reply({"id": unit})


@endpoint(blueprint, "GET", "/matrix", answer=MatrixShape)
def show_matrix() -> Response:
    """Tell which roles start each process and do each of its steps."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        matrix = read_matrix(machine, connection, current_actor())
    items = [
        {
            "process": one.definition.key, "element": step.element.id, "name": step.element.name, "starts": step.starts,
            "signs": step.signs, "named": step.named, "roles": sorted(step.roles),
        }
        for one in matrix
        for step in one.steps
    ]  # fmt: skip
    return reply({"items": items})
