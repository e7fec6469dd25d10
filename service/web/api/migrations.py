"""Which cases can be moved to another version of their process, and why others cannot. The moving itself is a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine.migration_plan import Plan
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import require_account

blueprint = make_blueprint("migrations", "Cases and the versions of their processes.")


class PlanQuery(Arguments):
    process = fields.String(required=True, validate=validate.Length(max=80))
    from_ = fields.Integer(required=True, data_key="from", validate=validate.Range(min=1, max=1_000_000))
    to = fields.Integer(required=True, validate=validate.Range(min=1, max=1_000_000))
    map_ = fields.List(
        fields.String(validate=validate.Regexp(r"[^:]{1,80}:[^:]{1,80}\Z")), load_default=[], data_key="map",
        metadata={"description": "`old:new`, repeated; steps of the same id go to each other by themselves"},
    )  # fmt: skip


class PlanStepShape(ma.Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    to = fields.String(required=True, allow_none=True)
    standing = fields.Integer(required=True, metadata={"description": "open cases that stand on it"})
    blocked = fields.Integer(required=True, metadata={"description": "those of them that cannot move"})
    lost_fields = fields.List(fields.String(), required=True)
    new_events = fields.List(fields.String(), required=True)
    gone_events = fields.List(fields.String(), required=True)


class PlanCaseShape(ma.Schema):
    id = fields.String(required=True)
    business_key = fields.String(required=True)


class PlanReasonShape(ma.Schema):
    element = fields.String(required=True)
    rule = fields.String(required=True, metadata={"description": "gone, kind, place, multi, event, parallel, join or sealed"})
    message = fields.String(required=True)
    message_en = fields.String(required=True)
    cases = fields.Integer(required=True)
    named = fields.List(fields.Nested(PlanCaseShape), required=True)


class MigrationPlanShape(ma.Schema):
    process = fields.String(required=True)
    from_version = fields.Integer(required=True)
    to_version = fields.Integer(required=True)
    from_digest = fields.String(required=True)
    to_digest = fields.String(required=True)
    mapping = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    cases = fields.Integer(required=True)
    movable = fields.Integer(required=True)
    steps = fields.List(fields.Nested(PlanStepShape), required=True)
    reasons = fields.List(fields.Nested(PlanReasonShape), required=True)


@endpoint(blueprint, "GET", "/migrations/plan", answer=MigrationPlanShape, query=PlanQuery)
def show_plan(query: Mapping[str, Any]) -> Response:
    """Judge every open case of one version for another; changes nothing."""
    mapping = dict(pair.split(":", 1) for pair in query["map_"])
    account = require_account().name
    return reply(_plan(current.engine().plan_migration(query["process"], query["from_"], query["to"], mapping, by=account)))


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "process": plan.process, "from_version": plan.from_version, "to_version": plan.to_version,
        "from_digest": plan.from_digest, "to_digest": plan.to_digest, "mapping": dict(plan.mapping),
        "cases": plan.cases, "movable": plan.movable,
        "steps": [
            {
                "id": one.id, "name": one.name, "kind": one.kind, "to": one.to, "standing": one.standing, "blocked": one.blocked,
                "lost_fields": list(one.lost_fields), "new_events": list(one.new_timers), "gone_events": list(one.gone_timers),
            }
            for one in plan.steps
        ],
        "reasons": [
            {
                "element": one.element, "rule": one.rule, "message": one.zh, "message_en": one.en, "cases": one.cases,
                "named": [case._asdict() for case in one.named],
            }
            for one in plan.reasons
        ],
    }  # fmt: skip
