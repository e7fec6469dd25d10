"""Batches: a command for many cases, tasks or jobs; and the same commands for one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import ValidationError, fields, validate, validates_schema

from service.engine import batches
from service.engine.batch_kinds import KINDS, ItemState
from service.engine.batches import MOST, Foresight
from service.store import batches as rows
from service.store.batch_subjects import Selection
from service.store.batches import BatchRow
from service.tagged import plain
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor, require_account

blueprint = make_blueprint("batches", "What a monitor does to cases, tasks and jobs: to one, or to thousands.")
MAX_LIMIT = 200


class Select(Arguments):
    """What the subjects have in common: parked jobs, open tasks, open cases; with `stuck` or `cause` what the monitor found."""

    stuck = fields.Boolean(load_default=False)
    cause = fields.String(load_default=None, validate=validate.Length(max=16))
    process = fields.String(load_default=None, validate=validate.Length(max=80))
    element = fields.String(load_default=None, validate=validate.Length(max=80))
    unit = fields.String(load_default=None, validate=validate.Length(max=40))
    type = fields.String(load_default=None, validate=validate.Length(max=120), metadata={"description": "handler of a job"})
    error = fields.String(load_default=None, validate=validate.Length(max=200), metadata={"description": "part of its error"})
    version = fields.Integer(load_default=None, validate=validate.Range(min=1, max=2**31 - 1))
    status = fields.String(load_default=None, validate=validate.Length(max=12))


class AskBatch(Arguments):
    kind = fields.String(required=True, validate=validate.OneOf(sorted(KINDS)))
    subjects = fields.List(fields.String(validate=validate.Length(max=24)), load_default=None, validate=validate.Length(max=MOST))
    select = fields.Nested(Select, load_default=None)
    arguments = fields.Dict(keys=fields.String(), load_default=dict)
    reason = fields.String(load_default="", validate=validate.Length(max=400))
    dry_run = fields.Boolean(load_default=False, metadata={"description": "true: say what would happen, and change nothing"})

    @validates_schema
    def _ensure_one(self, data: dict[str, Any], **_: Any) -> None:
        if (data["subjects"] is None) == (data["select"] is None):
            raise ValidationError("Give either subjects or select.", "subjects")


class Steer(Arguments):
    reason = fields.String(load_default="", validate=validate.Length(max=400))


class Act(Arguments):
    reason = fields.String(load_default="", validate=validate.Length(max=400))
    dry_run = fields.Boolean(load_default=False)


class Reassign(Act):
    to = fields.String(required=True, validate=validate.Length(max=80))


class BatchQuery(Arguments):
    after = fields.String(load_default=None, validate=validate.Regexp(r"[0-9a-z]{24}\Z"))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_LIMIT))


class ItemQuery(Arguments):
    state = fields.String(load_default=None, validate=validate.OneOf([one.value for one in ItemState]))
    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**31 - 1))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=MAX_LIMIT))


class BatchShape(ma.Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    arguments = fields.Dict(required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "running, paused, done or cancelled"})
    asked_by = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    total = fields.Integer(required=True)
    counts = fields.Dict(
        keys=fields.String(), values=fields.Integer(), metadata={"description": "items by state; of one batch only"}
    )
    error = fields.String(allow_none=True, metadata={"description": "why the worker cannot go on; of one batch only"})


class BatchListShape(ma.Schema):
    items = fields.List(fields.Nested(BatchShape), required=True)
    after = fields.String(required=True, allow_none=True)


class ForeseenShape(ma.Schema):
    subject = fields.String(required=True)
    case = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    able = fields.Boolean(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class ForesightShape(ma.Schema):
    kind = fields.String(required=True)
    total = fields.Integer(required=True)
    judged = fields.Integer(required=True, metadata={"description": "of how many each was looked at: the first ones"})
    able = fields.Integer(required=True)
    items = fields.List(fields.Nested(ForeseenShape), required=True)


class ItemShape(ma.Schema):
    seq = fields.Integer(required=True)
    subject = fields.String(required=True)
    case_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    zh = fields.String(required=True, allow_none=True)
    en = fields.String(required=True, allow_none=True)
    at = fields.DateTime(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    business_key = fields.String(required=True, allow_none=True)


class ItemListShape(ma.Schema):
    items = fields.List(fields.Nested(ItemShape), required=True)
    after = fields.Integer(required=True, allow_none=True)


class ActedShape(ma.Schema):
    subject = fields.String(required=True)
    case = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"description": "done, or waiting for the worker; todo of a dry run"})
    zh = fields.String(required=True)
    en = fields.String(required=True)


@endpoint(blueprint, "POST", "/batches", answer=BatchShape, status=201, body=AskBatch, also=(200,))
def ask_batch(body: Mapping[str, Any]) -> Response:
    """Ask for a command on many subjects. With `dry_run` (200) it is told what would happen to each, and what can not and why."""
    engine, account = current.engine(), require_account().name
    select = None if body["select"] is None else Selection(**body["select"])
    given: dict[str, Any] = {"subjects": body["subjects"] or (), "select": select, "arguments": body["arguments"], "by": account}
    if body["dry_run"]:
        return reply(_foresight(engine.foresee_batch(body["kind"], **given)))
    return reply(_batch(engine.ask_batch(body["kind"], reason=body["reason"], **given)), 201)


@endpoint(blueprint, "GET", "/batches", answer=BatchListShape, query=BatchQuery)
def list_batches(query: Mapping[str, Any]) -> Response:
    """List batches, the latest first."""
    batches.ensure_reader(current_actor())
    with current.engine().machine.store.read() as connection:
        found = rows.list_batches(connection, after=query["after"], limit=query["limit"] + 1)
    shown = found[: query["limit"]]
    return reply({"items": [_batch(one) for one in shown], "after": shown[-1].id if len(found) > len(shown) else None})


@endpoint(blueprint, "GET", "/batches/<batch_id>", answer=BatchShape)
def show_batch(batch_id: str) -> Response:
    """Show how far a batch is."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        found = batches.get_progress(machine, connection, batch_id, current_actor())
    return reply({**_batch(found.batch), "counts": dict(found.counts), "error": found.error})


@endpoint(blueprint, "GET", "/batches/<batch_id>/items", answer=ItemListShape, query=ItemQuery)
def list_items(query: Mapping[str, Any], batch_id: str) -> Response:
    """List the items of a batch in order, each with what became of it."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        batches.get_progress(machine, connection, batch_id, current_actor())
        found = rows.list_items(
            connection, batch_id, state=query["state"], after=query["after"], limit=query["limit"] + 1
        )  # fmt: skip
    shown = found[: query["limit"]]
    items = [{name: getattr(one, name) for name in ItemShape().fields} for one in shown]
    return reply({"items": items, "after": shown[-1].seq if len(found) > len(shown) else None})


@endpoint(blueprint, "POST", "/batches/<batch_id>/pause", answer=BatchShape, body=Steer)
def pause_batch(body: Mapping[str, Any], batch_id: str) -> Response:
    """Begin no more items; what was asked for already is still followed."""
    current.engine().pause_batch(batch_id, reason=body["reason"], by=require_account().name)
    return show_batch(batch_id)


@endpoint(blueprint, "POST", "/batches/<batch_id>/resume", answer=BatchShape, body=Steer)
def resume_batch(body: Mapping[str, Any], batch_id: str) -> Response:
    """Go on."""
    current.engine().resume_batch(batch_id, reason=body["reason"], by=require_account().name)
    return show_batch(batch_id)


@endpoint(blueprint, "POST", "/batches/<batch_id>/cancel", answer=BatchShape, body=Steer)
def cancel_batch(body: Mapping[str, Any], batch_id: str) -> Response:
    """Leave undone what has not begun. Needs a reason."""
    current.engine().cancel_batch(batch_id, reason=body["reason"], by=require_account().name)
    return show_batch(batch_id)


@endpoint(blueprint, "POST", "/batches/<batch_id>/retry-failed", answer=BatchShape, body=Steer)
def retry_failed(body: Mapping[str, Any], batch_id: str) -> Response:
    """Do the failed items once more."""
    current.engine().retry_failed_items(batch_id, reason=body["reason"], by=require_account().name)
    return show_batch(batch_id)


@endpoint(blueprint, "POST", "/jobs/<subject>/retry", answer=ActedShape, body=Act)
def retry_job(body: Mapping[str, Any], subject: str) -> Response:
    """Put a parked job back to do. It has run when it is done: see `GET /cases/<id>`."""
    return _act("retry_job", subject, body)


@endpoint(blueprint, "POST", "/jobs/<subject>/park", answer=ActedShape, body=Act)
def park_job(body: Mapping[str, Any], subject: str) -> Response:
    """Keep a job from running until it is retried."""
    return _act("park_job", subject, body)


@endpoint(blueprint, "POST", "/jobs/<subject>/cancel", answer=ActedShape, body=Act)
def cancel_job(body: Mapping[str, Any], subject: str) -> Response:
    """Give up a mail or a webhook that cannot be sent. What a case waits for is not cancelled (403)."""
    return _act("cancel_job", subject, body)


@endpoint(blueprint, "POST", "/tasks/<subject>/reassign", answer=ActedShape, body=Reassign)
def reassign_task(body: Mapping[str, Any], subject: str) -> Response:
    """Give a task to somebody who could take it and is not barred from it."""
    return _act("reassign_task", subject, body, to=body["to"])


@endpoint(blueprint, "POST", "/tasks/<subject>/take-from-holder", answer=ActedShape, body=Act)
def release_task(body: Mapping[str, Any], subject: str) -> Response:
    """Take a task from who holds it, so that it is offered again."""
    return _act("release_task", subject, body)


@endpoint(blueprint, "POST", "/cases/<subject>/suspend", answer=ActedShape, body=Act)
def suspend_case(body: Mapping[str, Any], subject: str) -> Response:
    """Stop a case where it is; its tasks stay visible."""
    return _act("suspend_case", subject, body)


@endpoint(blueprint, "POST", "/cases/<subject>/resume", answer=ActedShape, body=Act)
def resume_case(body: Mapping[str, Any], subject: str) -> Response:
    """Let a suspended case go on."""
    return _act("resume_case", subject, body)


@endpoint(blueprint, "POST", "/cases/<subject>/terminate", answer=ActedShape, body=Act)
def terminate_case(body: Mapping[str, Any], subject: str) -> Response:
    """End a case and its open children. It cannot be undone."""
    return _act("terminate_case", subject, body)


@endpoint(blueprint, "POST", "/cases/<subject>/archive", answer=ActedShape, body=Act)
def archive_case(body: Mapping[str, Any], subject: str) -> Response:
    """Put a case that ended long ago into the archive, with everything below it."""
    return _act("archive_case", subject, body)


@endpoint(blueprint, "POST", "/cases/<subject>/restore", answer=ActedShape, body=Act)
def restore_case(body: Mapping[str, Any], subject: str) -> Response:
    """Take a case out of the archive, with everything above and below it."""
    return _act("restore_case", subject, body)


def _act(kind: str, subject: str, body: Mapping[str, Any], **arguments: Any) -> Response:
    engine, account = current.engine(), require_account().name
    if body["dry_run"]:
        (seen,) = engine.foresee_batch(kind, subjects=[subject], arguments=arguments, by=account).items
        answer = {"subject": subject, "case": seen.case, "state": "todo" if seen.able else "failed", "zh": seen.zh, "en": seen.en}
        return reply(answer)
    done = engine.act_on(kind, subject, arguments=arguments, reason=body["reason"], by=account)
    return reply({"subject": subject, "case": done.case, "state": done.state.value, "zh": done.zh, "en": done.en})


def _batch(row: BatchRow) -> dict[str, Any]:
    names = ("id", "kind", "reason", "state", "asked_by", "created_at", "ended_at", "total")
    return {name: getattr(row, name) for name in names} | {"arguments": plain(dict(row.arguments))}


def _foresight(seen: Foresight) -> dict[str, Any]:
    items = [{name: getattr(one, name) for name in ForeseenShape().fields} for one in seen.items]
    return {"kind": seen.kind.name, "total": seen.total, "judged": len(seen.items), "able": seen.able, "items": items}
