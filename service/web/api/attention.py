"""Draw attention to a case: urge a task (催办), copy (抄送), follow (关注), and talk about it (讨论)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine import reads
from service.engine.commenting import MOST, list_people
from service.store import Connection, comments, people
from service.store.comments import CommentRow
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor, require_account

blueprint = make_blueprint("attention", "Urge, copy, follow and discuss.")


def _accounts(**more: Any) -> fields.List[Any]:
    each = fields.String(validate=validate.Length(max=80))
    return fields.List(each, validate=validate.Length(max=50), metadata={"description": "accounts"}, **more)


class Urge(Arguments):
    reason = fields.String(load_default="", validate=validate.Length(max=400))


class Copies(Arguments):
    to = _accounts(required=True)
    words = fields.String(required=True, validate=validate.Length(max=400))


class Comment(Arguments):
    body = fields.String(required=True, validate=validate.Length(max=MOST + 200))
    mentions = _accounts(load_default=list)


class CommentQuery(Arguments):
    after = fields.String(load_default=None, validate=validate.Length(max=24), metadata={"description": "id of a comment"})
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=200))


class PeopleQuery(Arguments):
    q = fields.String(load_default="", validate=validate.Length(max=80), metadata={"description": "part of a name"})
    purpose = fields.String(
        load_default="mention", data_key="for", validate=validate.OneOf(["mention", "sign", "copy"]),
        metadata={"description": "mention: who reads the case; sign: who may be added to its tasks; copy: who may get a copy"},
    )  # fmt: skip


class PersonShape(ma.Schema):
    account = fields.String(required=True)
    display_name = fields.String(required=True)


class PeopleShape(ma.Schema):
    items = fields.List(fields.Nested(PersonShape), required=True)


class UrgedShape(ma.Schema):
    task = fields.String(required=True)
    at = fields.DateTime(required=True)
    queues = fields.List(fields.String(), required=True)
    people = fields.List(fields.Nested(PersonShape), required=True, metadata={"description": "whom it reaches, 20 at the most"})


class CopiedShape(ma.Schema):
    case = fields.String(required=True)
    to = fields.List(fields.String(), required=True)


class FollowShape(ma.Schema):
    case = fields.String(required=True)
    followed = fields.Boolean(required=True)


class CommentShape(ma.Schema):
    id = fields.String(required=True)
    author = fields.String(required=True)
    author_name = fields.String(required=True)
    body = fields.String(required=True)
    mentions = fields.List(fields.Nested(PersonShape), required=True)
    at = fields.DateTime(required=True)


class CommentListShape(ma.Schema):
    items = fields.List(fields.Nested(CommentShape), required=True)
    after = fields.String(required=True, allow_none=True, metadata={"description": "cursor of the next page"})


@endpoint(blueprint, "POST", "/tasks/<task_id>/urge", answer=UrgedShape, body=Urge)
def urge_task(body: Mapping[str, Any], task_id: str) -> Response:
    """Urge who has an open task, or could take it; once a day for each task."""
    done = current.engine().urge_task(task_id, reason=body["reason"], by=require_account().name)
    reached = [{"account": account, "display_name": name} for account, name in done.people]
    return reply({"task": done.task, "at": done.at, "queues": done.queues, "people": reached})


@endpoint(blueprint, "POST", "/cases/<case_id>/copies", answer=CopiedShape, status=201, body=Copies)
def copy_case(body: Mapping[str, Any], case_id: str) -> Response:
    """Give people a copy of a case: they are told, and may read it from now on."""
    to = current.engine().copy_case(case_id, body["to"], words=body["words"], by=require_account().name)
    return reply({"case": case_id, "to": to}, 201)


@endpoint(blueprint, "PUT", "/cases/<case_id>/follow", answer=FollowShape)
def follow_case(case_id: str) -> Response:
    """Be told of the milestones and the end of a case."""
    current.engine().follow_case(case_id, by=require_account().name)
    return reply({"case": case_id, "followed": True})


@endpoint(blueprint, "DELETE", "/cases/<case_id>/follow", answer=FollowShape)
def unfollow_case(case_id: str) -> Response:
    """Be told no more."""
    current.engine().unfollow_case(case_id, by=require_account().name)
    return reply({"case": case_id, "followed": False})


@endpoint(blueprint, "GET", "/cases/<case_id>/comments", answer=CommentListShape, query=CommentQuery)
def list_comments(query: Mapping[str, Any], case_id: str) -> Response:
    """List what was said about a case, oldest first."""
    machine, limit = current.engine().machine, query["limit"]
    with machine.store.read() as connection:
        reads.get_case(machine, connection, case_id, current_actor())
        found = comments.list_comments(connection, case_id, after=query["after"], limit=limit + 1)
        items = [_shown(connection, one) for one in found[:limit]]
    return reply({"items": items, "after": found[limit - 1].id if len(found) > limit else None})


@endpoint(blueprint, "POST", "/cases/<case_id>/comments", answer=CommentShape, status=201, body=Comment)
def comment(body: Mapping[str, Any], case_id: str) -> Response:
    """Say something about a case; who is mentioned is told, and must be able to read it."""
    engine = current.engine()
    made = engine.comment(case_id, body["body"], mentions=body["mentions"], by=require_account().name)
    with engine.machine.store.read() as connection:
        return reply(_shown(connection, made), 201)


@endpoint(blueprint, "GET", "/cases/<case_id>/people", answer=PeopleShape, query=PeopleQuery)
def search_people(query: Mapping[str, Any], case_id: str) -> Response:
    """Find people by name for a case: whom one may mention, add as a signer, or give a copy."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        row = reads.get_case(machine, connection, case_id, current_actor())
        found = list_people(machine, connection, row, query["q"], purpose=query["purpose"])
    return reply({"items": [{"account": account, "display_name": name} for account, name in found]})


def _shown(connection: Connection, one: CommentRow) -> dict[str, Any]:
    names = people.display_names(connection, [one.author, *one.mentions])
    return {
        "id": one.id, "author": one.author, "author_name": names.get(one.author, one.author), "body": one.body, "at": one.at,
        "mentions": [{"account": account, "display_name": names.get(account, account)} for account in one.mentions],
    }  # fmt: skip
