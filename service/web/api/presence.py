"""Presence: the page of a task says that it is open, and is told who else is there and whether there is still something to do."""

from __future__ import annotations

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields

from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.auth import require_account

blueprint = make_blueprint("presence", "Who is at a task.")


class OtherShape(ma.Schema):
    account = fields.String(required=True)
    display_name = fields.String(required=True)
    fills = fields.Boolean(required=True, metadata={"description": "holds the task or has a draft of it; else only looks"})


class PresenceShape(ma.Schema):
    status = fields.String(required=True)
    held_by = fields.String(required=True, allow_none=True, metadata={"description": "who else has claimed it, by name"})
    closed_by = fields.String(required=True, allow_none=True)
    closed_mine = fields.Boolean(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    others = fields.List(fields.Nested(OtherShape), required=True)


@endpoint(blueprint, "PUT", "/tasks/<task_id>/presence", answer=PresenceShape)
def note_presence(task_id: str) -> Response:
    """Say that one has the page of a task open; answers who else has had within a minute. Repeat it every 20 seconds."""
    found = current.engine().note_presence(task_id, by=require_account().name)
    others = [{"account": one.account, "display_name": one.display_name, "fills": one.fills} for one in found.others]
    told = {name: getattr(found, name) for name in ("status", "held_by", "closed_by", "closed_mine", "closed_at")}
    return reply({**told, "others": others})
