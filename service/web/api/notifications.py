"""How the account is told of notices: how many are unread, what comes by mail, and its webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask.wrappers import Response
from marshmallow import Schema, fields, validate

from service.access import actor_queues
from service.engine.choosing import LONGEST_ADDRESS, LONGEST_SECRET, LONGEST_WEBHOOK, Way, find_choice
from service.store import notices
from service.store.notices import KINDS
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import ReadShape
from service.web.arguments import Arguments
from service.web.auth import current_actor, require_account
from service.web.notifying import shown_choice

blueprint = make_blueprint("notifications", "How one is told of notices.")


class ResultShape(Schema):
    ok = fields.Boolean(required=True)
    at = fields.DateTime(required=True)
    message = fields.String(required=True, allow_none=True)
    message_en = fields.String(required=True, allow_none=True)


class WebhookShape(Schema):
    id = fields.String(required=True)
    address = fields.String(required=True, metadata={"description": "without its query"})
    kinds = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    result = fields.Nested(ResultShape, required=True, allow_none=True, metadata={"description": "how the last delivery went"})


class NotificationsShape(Schema):
    email = fields.String(required=True, allow_none=True)
    language = fields.String(required=True, metadata={"description": "zh or en"})
    mail = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True,
        metadata={"description": "for each kind of notice: at_once, digest or never"},
    )  # fmt: skip
    mail_on = fields.Boolean(required=True, metadata={"description": "this server sends mail"})
    mail_result = fields.Nested(ResultShape, required=True, allow_none=True)
    webhooks = fields.List(fields.Nested(WebhookShape), required=True)


class WebhookMadeShape(Schema):
    id = fields.String(required=True)


class ChooseNotifications(Arguments):
    email = fields.String(required=True, allow_none=True, validate=validate.Length(max=LONGEST_ADDRESS))
    language = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))
    mail = fields.Dict(
        keys=fields.String(validate=validate.OneOf(KINDS)), values=fields.String(validate=validate.OneOf(list(Way))),
        required=True,
    )  # fmt: skip


class AddWebhook(Arguments):
    address = fields.String(required=True, validate=validate.Length(max=LONGEST_WEBHOOK))
    secret = fields.String(required=True, validate=validate.Length(max=LONGEST_SECRET))
    kinds = fields.List(fields.String(validate=validate.OneOf(KINDS)), required=True)


@endpoint(blueprint, "GET", "/me/notices/count", answer=ReadShape)
def count_notices() -> Response:
    """Count what the account has not read; 304 to who knows the count already (If-None-Match)."""
    machine, actor = current.engine().machine, current_actor()
    with machine.store.read() as connection:
        unread = notices.count_unread(connection, account=actor.account, queues=actor_queues(actor, machine.book))
    answer = reply({"unread": unread})
    answer.set_etag(f"unread-{unread}")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Authorization, Cookie"
    answer.make_conditional(request)
    return answer


@endpoint(blueprint, "GET", "/me/notifications", answer=NotificationsShape)
def show_notifications() -> Response:
    """Show how the account is told of notices outside the page."""
    return _shown()


@endpoint(blueprint, "PUT", "/me/notifications", answer=NotificationsShape, body=ChooseNotifications)
def change_notifications(body: Mapping[str, Any]) -> Response:
    """Choose what comes by mail, in which language and where to."""
    current.engine().change_notifications(
        email=body["email"] or "", ways=body["mail"], english=body["language"] == "en", by=require_account().name
    )
    return _shown()


@endpoint(blueprint, "POST", "/me/webhooks", answer=WebhookMadeShape, status=201, body=AddWebhook)
def add_webhook(body: Mapping[str, Any]) -> Response:
    """Have notices of some kinds posted to an address, signed with the secret."""
    made = current.engine().add_webhook(
        address=body["address"], secret=body["secret"], kinds=body["kinds"], by=require_account().name
    )
    return reply({"id": made}, 201)


@endpoint(blueprint, "DELETE", "/me/webhooks/<webhook_id>", answer=WebhookMadeShape)
def end_webhook(webhook_id: str) -> Response:
    """Stop a webhook of one's own."""
    current.engine().end_webhook(webhook_id, by=require_account().name)
    return reply({"id": webhook_id})


@endpoint(blueprint, "POST", "/me/webhooks/<webhook_id>/test", answer=WebhookMadeShape, status=202)
def try_webhook(webhook_id: str) -> Response:
    """Send a test to a webhook of one's own; how it went stands with the webhook soon after."""
    current.engine().try_webhook(webhook_id, by=require_account().name)
    return reply({"id": webhook_id}, 202)


def _shown() -> Response:
    machine, account = current.engine().machine, require_account().name
    with machine.store.read() as connection:
        return reply(shown_choice(machine, connection, account, find_choice(connection, account)))
