"""The shapes of answers about waiting, for the OpenAPI document."""

from __future__ import annotations

from marshmallow import Schema, fields

from service.engine.waiting_causes import Cause, Solver


class SolverShape(Schema):
    account = fields.String(required=True)
    name = fields.String(required=True)


class SentenceShape(Schema):
    zh = fields.String(required=True)
    en = fields.String(required=True)


class WaitShape(Schema):
    cause = fields.String(required=True, metadata={"description": ", ".join(Cause)})
    solver = fields.String(required=True, metadata={"description": "who can make an end of it: " + ", ".join(Solver)})
    case = fields.String(required=True)
    element = fields.String(required=True, allow_none=True)
    step = fields.String(required=True)
    message = fields.String(required=True)
    message_en = fields.String(required=True)
    since = fields.DateTime(required=True, allow_none=True)
    due_at = fields.DateTime(required=True, allow_none=True)
    who = fields.List(fields.Nested(SolverShape), required=True, metadata={"description": "who can do it"})
    why = fields.List(fields.Nested(SentenceShape), required=True, metadata={"description": "how its date was reckoned"})
    task = fields.String(required=True, allow_none=True)
    job = fields.String(required=True, allow_none=True)
    child = fields.String(required=True, allow_none=True, metadata={"description": "the case that it waits for, if readable"})
    error = fields.String(required=True, allow_none=True, metadata={"description": "for administrators only"})


class WaitWithinShape(WaitShape):
    inner = fields.List(fields.Nested(WaitShape), required=True, metadata={"description": "what the child case waits for"})


class WaitingListShape(Schema):
    items = fields.List(fields.Nested(WaitWithinShape), required=True)
