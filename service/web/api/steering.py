"""What a monitor does to one case by hand: put it on another step, set or fire a timer, correct what a form says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine.correcting import Change, list_filed
from service.engine.moving_tokens import Move, Waits, list_places
from service.tagged import plain
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import require_account

blueprint = make_blueprint("steering", "Cases that have gone astray, put right by a monitor.")
_DRY = {"description": "true: say what would happen, and change nothing; then no reason is needed"}


def _reason(**more: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=400), **more)


class MoveToken(Arguments):
    from_ = fields.String(required=True, data_key="from", validate=validate.Length(max=120))
    to = fields.String(required=True, validate=validate.Length(max=120))
    reason = _reason(load_default="")
    dry_run = fields.Boolean(load_default=False, metadata=_DRY)


class Correct(Arguments):
    element = fields.String(
        required=True, validate=validate.Length(max=120), metadata={"description": "the step whose form was filed"}
    )
    variables = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "the fields to correct, and only those"}
    )
    reason = _reason(load_default="")
    dry_run = fields.Boolean(load_default=False, metadata=_DRY)


class Reschedule(Arguments):
    due_at = fields.AwareDateTime(required=True, metadata={"description": "with its offset, and ahead"})
    reason = _reason(required=True)


class Fire(Arguments):
    reason = _reason(required=True)


class PlaceShape(ma.Schema):
    element = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)


class PlacesShape(ma.Schema):
    standing = fields.List(fields.Nested(PlaceShape), required=True)
    places = fields.List(fields.Nested(PlaceShape), required=True)


class MovedRowShape(ma.Schema):
    kind = fields.String(required=True, metadata={"description": "task, timer, job, message or child"})
    element = fields.String(required=True)
    name = fields.String(required=True)
    id = fields.String(required=True, allow_none=True, metadata={"description": "of the task or job that ends"})
    holder = fields.String(required=True, allow_none=True, metadata={"description": "who holds the task that ends"})


class MoveShape(ma.Schema):
    ends = fields.List(fields.Nested(MovedRowShape), required=True)
    opens = fields.List(fields.Nested(MovedRowShape), required=True)
    walked = fields.List(fields.String(), required=True)
    ends_case = fields.Boolean(required=True)


class CorrectableFieldShape(ma.Schema):
    key = fields.String(required=True)
    label = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    why_not = fields.String(required=True, allow_none=True)
    why_not_en = fields.String(required=True, allow_none=True)


class FiledShape(ma.Schema):
    element = fields.String(required=True)
    name = fields.String(required=True)
    by = fields.String(required=True)
    why_not = fields.String(required=True, allow_none=True)
    why_not_en = fields.String(required=True, allow_none=True)
    fields_ = fields.List(fields.Nested(CorrectableFieldShape), required=True, data_key="fields")


class FiledListShape(ma.Schema):
    items = fields.List(fields.Nested(FiledShape), required=True)


class CorrectionShape(ma.Schema):
    field = fields.String(required=True)
    label = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class CorrectionListShape(ma.Schema):
    changes = fields.List(fields.Nested(CorrectionShape), required=True)


class SteeredTimerShape(ma.Schema):
    id = fields.String(required=True)


@endpoint(blueprint, "GET", "/cases/<case_id>/places", answer=PlacesShape)
def show_places(case_id: str) -> Response:
    """List the steps at which a case stands, and those on which a monitor might put it."""
    standing, places = list_places(current.engine().machine, case_id, by=require_account().name)
    listed = ([{"element": one.id, "name": one.name or one.id, "kind": one.kind} for one in some] for some in (standing, places))
    return reply(dict(zip(("standing", "places"), listed, strict=True)))


@endpoint(blueprint, "POST", "/cases/<case_id>/move-token", answer=MoveShape, body=MoveToken)
def move_token(body: Mapping[str, Any], case_id: str) -> Response:
    """Put a case on another step; what ends and what opens is the answer."""
    engine, account = current.engine(), require_account().name
    if body["dry_run"]:
        return reply(_move(engine.foresee_move(case_id, from_=body["from_"], to=body["to"], by=account)))
    return reply(_move(engine.move_token(case_id, from_=body["from_"], to=body["to"], reason=body["reason"], by=account)))


@endpoint(blueprint, "GET", "/cases/<case_id>/filed", answer=FiledListShape)
def show_filed(case_id: str) -> Response:
    """List the forms that a case has filed, and which of their fields a monitor may correct."""
    found = list_filed(current.engine().machine, case_id, by=require_account().name)
    items = [
        {
            "element": one.element, "name": one.name, "by": one.by, **_why_not(one.why_not),
            "fields": [{"key": f.key, "label": f.label, "value": f.value, **_why_not(f.why_not)} for f in one.fields],
        }
        for one in found
    ]  # fmt: skip
    return reply({"items": items})


@endpoint(blueprint, "POST", "/cases/<case_id>/variables", answer=CorrectionListShape, body=Correct)
def correct_variables(body: Mapping[str, Any], case_id: str) -> Response:
    """Correct some fields of a filed form; what changes is the answer."""
    engine, known = current.engine(), {"element": body["element"], "answers": body["variables"], "by": require_account().name}
    if body["dry_run"]:
        return reply(_changes(engine.foresee_correction(case_id, **known)))
    return reply(_changes(engine.correct_variables(case_id, reason=body["reason"], **known)))


@endpoint(blueprint, "POST", "/jobs/<job_id>/reschedule", answer=SteeredTimerShape, body=Reschedule)
def reschedule_timer(body: Mapping[str, Any], job_id: str) -> Response:
    """Give a timer another due time. One that the law gives counts as set by hand from then on."""
    current.engine().reschedule_timer(job_id, due_at=body["due_at"], reason=body["reason"], by=require_account().name)
    return reply({"id": job_id})


@endpoint(blueprint, "POST", "/jobs/<job_id>/fire", answer=SteeredTimerShape, body=Fire)
def fire_timer(body: Mapping[str, Any], job_id: str) -> Response:
    """Let a timer fire; with the answer it has fired. A period of the law that still runs is not cut short."""
    current.engine().fire_timer(job_id, reason=body["reason"], by=require_account().name)
    return reply({"id": job_id})


def _move(done: Move) -> dict[str, Any]:
    return {
        "ends": [_waits(one) for one in done.ends], "opens": [_waits(one) for one in done.opens], "walked": list(done.walked),
        "ends_case": done.ends_case,
    }  # fmt: skip


def _waits(one: Waits) -> dict[str, Any]:
    return {"kind": one.kind, "element": one.element, "name": one.name, "id": one.row, "holder": one.holder}


def _changes(changes: tuple[Change, ...]) -> dict[str, Any]:
    return {
        "changes": [
            {"field": one.field, "label": one.label, "before": plain(one.before), "after": plain(one.after)} for one in changes
        ]
    }


def _why_not(words: tuple[str, str] | None) -> dict[str, Any]:
    return {"why_not": words[0] if words else None, "why_not_en": words[1] if words else None}
