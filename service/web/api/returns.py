"""Tasks that go back to an earlier step (退回), and tasks that are taken back by who completed them (撤回)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine.reads import view_task
from service.engine.sending_back import list_targets
from service.store import people
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor, require_account

blueprint = make_blueprint("returns", "Tasks that go back.")


class SendBack(Arguments):
    to = fields.String(
        required=True, validate=validate.Length(max=120),
        metadata={"description": "`key` of one of the send-back targets, or `last` or `applicant`"},
    )  # fmt: skip
    straight = fields.Boolean(
        load_default=False, metadata={"description": "true: back to this step at once when that one is done; false: step by step"}
    )
    reason = fields.String(required=True, validate=validate.Length(max=400))


class TakeBack(Arguments):
    reason = fields.String(required=True, validate=validate.Length(max=400))


class TargetShape(ma.Schema):
    key = fields.String(required=True)
    case = fields.String(required=True)
    element = fields.String(required=True)
    name = fields.String(required=True)
    account = fields.String(required=True, metadata={"description": "who did it last"})
    account_name = fields.String(required=True)
    at = fields.DateTime(required=True)
    last = fields.Boolean(required=True)
    applicant = fields.Boolean(required=True)
    straight = fields.Boolean(required=True, metadata={"description": "whether it may come straight back"})


class TargetListShape(ma.Schema):
    items = fields.List(fields.Nested(TargetShape), required=True)


class ReturnedShape(ma.Schema):
    id = fields.String(required=True)


@endpoint(blueprint, "GET", "/tasks/<task_id>/send-back-targets", answer=TargetListShape)
def show_targets(task_id: str) -> Response:
    """List the steps to which a task may be sent back, the latest first."""
    machine, actor = current.engine().machine, current_actor()
    with machine.store.read() as connection:
        targets = list_targets(machine, connection, view_task(machine, connection, task_id, actor), actor)
        names = people.display_names(connection, [one.account for one in targets])
    items = [
        {
            "key": one.key, "case": one.case, "element": one.element, "name": one.name, "account": one.account,
            "account_name": names.get(one.account, one.account), "at": one.at, "last": one.last, "applicant": one.applicant,
            "straight": one.straight,
        }
        for one in targets
    ]  # fmt: skip
    return reply({"items": items})


@endpoint(blueprint, "POST", "/tasks/<task_id>/send-back", answer=ReturnedShape, body=SendBack)
def send_back(body: Mapping[str, Any], task_id: str) -> Response:
    """Open an earlier step again, for who did it, instead of a task."""
    account = require_account().name
    current.engine().send_back_task(task_id, to=body["to"], straight=body["straight"], reason=body["reason"], by=account)
    return reply({"id": task_id})


@endpoint(blueprint, "POST", "/tasks/<task_id>/take-back", answer=ReturnedShape, body=TakeBack)
def take_back(body: Mapping[str, Any], task_id: str) -> Response:
    """Open a task again that one has completed, as long as nobody has acted on what followed."""
    current.engine().take_back_task(task_id, reason=body["reason"], by=require_account().name)
    return reply({"id": task_id})
