"""Signers who are added to a task and dropped again (加签/减签). They decide by completing the task that they get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine.reads import view_task
from service.engine.sealing import veil
from service.engine.signing import WAYS
from service.store import Connection, people, signers
from service.store.signers import SignerRow
from service.web import current
from service.web.answers import reply
from service.web.api.asks import Reason
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor, require_account

blueprint = make_blueprint("signers", "Who signs a task as well.")


class Signers(Arguments):
    to = fields.List(
        fields.String(validate=validate.Length(max=80)), required=True, validate=validate.Length(max=50),
        metadata={"description": "accounts, in the order in which they sign when `way` is after"},
    )  # fmt: skip
    way = fields.String(
        required=True, validate=validate.OneOf(WAYS),
        metadata={"description": "before: the task waits for them; parallel: the case does; after: they sign one by one"},
    )  # fmt: skip
    reason = fields.String(required=True, validate=validate.Length(max=400))


class SignerShape(ma.Schema):
    id = fields.String(required=True)
    account = fields.String(required=True)
    display_name = fields.String(required=True)
    way = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "asked, open, agreed, refused, dropped"})
    task = fields.String(required=True, allow_none=True)
    opinion = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)


class SignerListShape(ma.Schema):
    items = fields.List(fields.Nested(SignerShape), required=True)
    held = fields.Boolean(required=True, metadata={"description": "the task was completed and waits for them"})


class DroppedShape(ma.Schema):
    id = fields.String(required=True)
    completed = fields.String(required=True, allow_none=True, metadata={"description": "the task that waited for nobody else"})


@endpoint(blueprint, "GET", "/tasks/<task_id>/signers", answer=SignerListShape)
def list_signers(task_id: str) -> Response:
    """List who was added to a task, in order."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        view = view_task(machine, connection, task_id, current_actor())
        hidden = veil(machine, connection, view.case, current_actor(), run=view.work.run)
        sealed = hidden.hides_step(view.element.id)
        found = signers.list_signers(connection, task_id)
        shown = [{**one, "opinion": None if sealed else one["opinion"]} for one in _shown(connection, found)]
        held = signers.find_held(connection, task_id) is not None
    return reply({"items": shown, "held": held})


@endpoint(blueprint, "POST", "/tasks/<task_id>/signers", answer=SignerListShape, status=201, body=Signers)
def add_signers(body: Mapping[str, Any], task_id: str) -> Response:
    """Have others sign a task as well: before it is completed, beside it, or after."""
    engine = current.engine()
    made = engine.add_signers(task_id, body["to"], way=body["way"], reason=body["reason"], by=require_account().name)
    with engine.machine.store.read() as connection:
        return reply({"items": _shown(connection, made), "held": False}, 201)


@endpoint(blueprint, "DELETE", "/tasks/<task_id>/signers/<signer_id>", answer=DroppedShape, query=Reason)
def drop_signer(query: Mapping[str, Any], task_id: str, signer_id: str) -> Response:
    """Drop somebody who has not decided yet. Who asked them, or holds the task, may."""
    done = current.engine().drop_signer(task_id, signer_id, reason=query["reason"], by=require_account().name)
    return reply({"id": signer_id, "completed": None if done is None else done.task})


def _shown(connection: Connection, listed: Sequence[SignerRow]) -> list[dict[str, Any]]:
    names = people.display_names(connection, [one.account for one in listed])
    return [
        {
            "id": one.id, "account": one.account, "display_name": names.get(one.account, one.account), "way": one.way,
            "state": one.state, "task": one.task_id, "opinion": one.opinion, "decided_at": one.decided_at,
        }
        for one in listed
    ]  # fmt: skip
