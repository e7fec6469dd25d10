"""What stands still: one row a trouble, with a sentence, who can solve it and what to do."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine import stuck
from service.engine.stuck import Cause, Trouble
from service.engine.stuck.reading import ensure_may_see
from service.store import people
from service.store.reads import MAX_LIMIT
from service.store.stuck import StuckFilter
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor

blueprint = make_blueprint("stuck", "What stands still, for monitors, system administrators and auditors.")


class StuckQuery(Arguments):
    cause = fields.String(load_default=None, validate=validate.OneOf([cause.value for cause in Cause]))
    process = fields.String(load_default=None, validate=validate.Length(max=80))
    element = fields.String(load_default=None, validate=validate.Length(max=80))
    unit = fields.String(load_default=None, validate=validate.Length(max=40))
    q = fields.String(load_default=None, validate=validate.Length(max=80))
    group = fields.String(load_default=None, validate=validate.OneOf(["cause", "process", "element", "unit"]))
    after = fields.String(load_default=None, validate=validate.Length(max=170))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))


class StuckSolverShape(ma.Schema):
    account = fields.String(required=True)
    name = fields.String(required=True)


class TroubleShape(ma.Schema):
    cause = fields.String(required=True, validate=validate.OneOf([cause.value for cause in Cause]))
    sentence = fields.String(required=True)
    sentence_en = fields.String(required=True)
    since = fields.DateTime(required=True)
    case = fields.String(required=True, allow_none=True)
    business_key = fields.String(required=True)
    title = fields.String(required=True)
    process = fields.String(required=True)
    element = fields.String(required=True)
    unit = fields.String(required=True)
    task = fields.String(required=True, allow_none=True)
    job = fields.String(required=True, allow_none=True)
    legal_due = fields.DateTime(required=True, allow_none=True)
    who = fields.List(fields.Nested(StuckSolverShape), required=True)
    solver = fields.String(required=True)
    action = fields.String(required=True, metadata={"description": "what to do; the kind of a batch where there is one"})


class GroupShape(ma.Schema):
    name = fields.String(required=True)
    number = fields.Integer(required=True)


class StuckListShape(ma.Schema):
    items = fields.List(fields.Nested(TroubleShape), required=True)
    groups = fields.List(fields.Nested(GroupShape), required=True, metadata={"description": "with `group` only"})
    after = fields.String(required=True, allow_none=True)


class PointShape(ma.Schema):
    at = fields.DateTime(required=True)
    number = fields.Integer(required=True)


class TrendShape(ma.Schema):
    items = fields.List(fields.Nested(PointShape), required=True)


@endpoint(blueprint, "GET", "/stuck", query=StuckQuery, answer=StuckListShape)
def list_stuck(query: dict[str, Any]) -> Response:
    """List what stands still, the longest first, or count it by `group`."""
    machine, actor = current.engine().machine, current_actor()
    ensure_may_see(machine, actor)
    where = StuckFilter(
        cause=query["cause"], process=query["process"], element=query["element"], unit=query["unit"], text=query["q"]
    )
    with machine.store.read() as connection:
        if query["group"]:
            groups = stuck.count_troubles(connection, query["group"], where)
            return reply({"items": [], "groups": [{"name": name, "number": number} for name, number in groups], "after": None})
        found, after = stuck.list_troubles(connection, where, after=query["after"], limit=query["limit"])
        names = people.display_names(connection, sorted({account for one in found for account in one.who}))
    return reply({"items": [_trouble(one, names) for one in found], "groups": [], "after": after})


@endpoint(blueprint, "GET", "/stuck/trend", answer=TrendShape)
def show_trend() -> Response:
    """Tell how many troubles there were in each hour of the last two weeks."""
    machine = current.engine().machine
    ensure_may_see(machine, current_actor())
    with machine.store.read() as connection:
        points = stuck.list_trend(machine, connection)
    return reply({"items": [{"at": at, "number": number} for at, number in points]})


def _trouble(one: Trouble, names: dict[str, str]) -> dict[str, Any]:
    return {
        "cause": one.cause, "sentence": one.zh, "sentence_en": one.en, "since": one.since, "case": one.case_id,
        "business_key": one.business_key, "title": one.title, "process": one.process, "element": one.element, "unit": one.unit,
        "task": one.task_id, "job": one.job_id, "legal_due": one.legal_due,
        "who": [{"account": account, "name": names.get(account, account)} for account in one.who],
        "solver": one.remedy.solver_zh, "action": one.remedy.act,
    }  # fmt: skip
