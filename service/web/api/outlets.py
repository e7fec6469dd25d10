"""What leaves the house: how mail is set up, a test of it, and the webhooks of everybody. No secret and no whole address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine import mail_trying, outgoing
from service.engine.lifecycle import MOST_REASON
from service.engine.stuck.reading import ensure_may_see
from service.store.reads import MAX_LIMIT
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor, require_account

blueprint = make_blueprint("outlets", "Mail and webhooks, for system administrators; monitors and auditors read.")


class OutletPaging(Arguments):
    after = fields.String(load_default=None, validate=validate.Length(max=24))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))


class OutletReason(Arguments):
    reason = fields.String(required=True, validate=validate.Length(max=MOST_REASON))


class MailServerShape(ma.Schema):
    host = fields.String(required=True)
    port = fields.Integer(required=True)
    security = fields.String(required=True, metadata={"description": "none, starttls or tls"})
    sender = fields.String(required=True)
    signs_in = fields.Boolean(required=True)


class HookOfSomebodyShape(ma.Schema):
    id = fields.String(required=True)
    account = fields.String(required=True)
    owner = fields.String(required=True)
    host = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    at = fields.DateTime(required=True, allow_none=True, metadata={"description": "of the last delivery"})
    ok = fields.Boolean(required=True, allow_none=True)
    message = fields.String(required=True)
    message_en = fields.String(required=True)
    failures = fields.Integer(required=True, metadata={"description": "failed attempts in a row"})


class OutletsShape(ma.Schema):
    mail = fields.Nested(MailServerShape, required=True, allow_none=True)
    webhooks = fields.List(fields.Nested(HookOfSomebodyShape), required=True)
    after = fields.String(required=True, allow_none=True)


class MailTriedShape(ma.Schema):
    ok = fields.Boolean(required=True)
    code = fields.Integer(required=True, metadata={"description": "of the mail server; 0 when it was not reached"})
    to = fields.String(required=True)
    message = fields.String(required=True)
    message_en = fields.String(required=True)
    answer = fields.String(required=True, metadata={"description": "the server's own words"})


class HookDisabledShape(ma.Schema):
    id = fields.String(required=True)


@endpoint(blueprint, "GET", "/outlets", query=OutletPaging, answer=OutletsShape)
def show_outlets(query: Mapping[str, Any]) -> Response:
    """Show how mail is set up, and the webhooks of everybody, the newest first."""
    machine = current.engine().machine
    ensure_may_see(machine, current_actor())
    with machine.store.read() as connection:
        found, after = outgoing.list_hooks(connection, after=query["after"], limit=query["limit"])
    hooks = [
        {
            "id": one.id, "account": one.account, "owner": one.owner, "host": one.host, "kinds": list(one.kinds),
            "active": one.active, "created_at": one.created_at, "at": one.at, "ok": one.ok, "message": one.zh,
            "message_en": one.en, "failures": one.failures,
        }
        for one in found
    ]  # fmt: skip
    return reply({"mail": outgoing.shown_mail(machine), "webhooks": hooks, "after": after})


@endpoint(blueprint, "POST", "/outlets/mail/test", answer=MailTriedShape)
def try_mail() -> Response:
    """Send a mail to one's own address now, and tell what the mail server said."""
    tried = mail_trying.try_mail(current.engine().machine, by=require_account().name)
    told = {"message": tried.zh, "message_en": tried.en, "answer": tried.answer}
    return reply({"ok": tried.ok, "code": tried.code, "to": tried.to, **told})


@endpoint(blueprint, "POST", "/outlets/webhooks/<webhook_id>/disable", body=OutletReason, answer=HookDisabledShape)
def disable_webhook(body: Mapping[str, Any], webhook_id: str) -> Response:
    """Stop a webhook of somebody, who reads the reason in their settings."""
    outgoing.disable_webhook(current.engine().machine, webhook_id, reason=body["reason"], by=require_account().name)
    return reply({"id": webhook_id})
