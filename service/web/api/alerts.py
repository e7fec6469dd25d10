"""Alerts: the rules by which people are told of stuck cases, what is raised now, and each message with its delivery."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine import alerting
from service.engine.alerting import Draft, RuleView
from service.engine.alerting.reading import delivery_state
from service.engine.alerting.rules import LONGEST_NAME
from service.engine.lifecycle import MOST_REASON
from service.engine.stuck.reading import ensure_may_see
from service.errors import NotFound
from service.store import alert_rules, alerts
from service.store.reads import MAX_LIMIT
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor, require_account

blueprint = make_blueprint("alerts", "Rules over stuck cases, and what they told. Monitors and system administrators set them.")
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"


class AlertRecipientArgument(Arguments):
    way = fields.String(required=True, validate=validate.OneOf(["mail", "webhook"]))
    to = fields.String(required=True, validate=validate.Length(max=80), metadata={"description": "an account, or a webhook"})


class AlertConditions(Arguments):
    cause = fields.String(load_default="", validate=validate.Length(max=16), metadata={"description": "empty for any"})
    process = fields.String(load_default="", validate=validate.Length(max=80), metadata={"description": "empty for any"})
    unit = fields.String(load_default="", validate=validate.Length(max=40), metadata={"description": "empty for any"})
    least = fields.Integer(load_default=1, metadata={"description": "from so many troubles on"})
    older = fields.Integer(load_default=0, metadata={"description": "minutes for which each of them has lasted"})


class AlertRuleArguments(AlertConditions):
    name = fields.String(required=True, validate=validate.Length(max=LONGEST_NAME))
    recipients = fields.List(fields.Nested(AlertRecipientArgument), required=True)
    quiet_from = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(_CLOCK + "$"))
    quiet_until = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(_CLOCK + "$"))
    quiet_rest = fields.Boolean(load_default=False, metadata={"description": "days that are not worked are quiet"})
    every = fields.Integer(load_default=0, metadata={"description": "minutes after which it is told again; 0 for never"})
    reason = fields.String(required=True, validate=validate.Length(max=MOST_REASON))


class AlertReason(Arguments):
    reason = fields.String(required=True, validate=validate.Length(max=MOST_REASON))


class AlertPaging(Arguments):
    after = fields.String(load_default=None, validate=validate.Length(max=24))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))


class AlertRecipientShape(ma.Schema):
    way = fields.String(required=True)
    to = fields.String(required=True)


class AlertRuleShape(ma.Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    cause = fields.String(required=True)
    process = fields.String(required=True)
    unit = fields.String(required=True)
    least = fields.Integer(required=True)
    older = fields.Integer(required=True)
    recipients = fields.List(fields.Nested(AlertRecipientShape), required=True)
    quiet_from = fields.String(required=True, allow_none=True)
    quiet_until = fields.String(required=True, allow_none=True)
    quiet_rest = fields.Boolean(required=True)
    every = fields.Integer(required=True)
    enabled = fields.Boolean(required=True)
    made_by = fields.String(required=True)
    made_at = fields.DateTime(required=True)
    number = fields.Integer(required=True, metadata={"description": "how many troubles it meets now"})
    oldest = fields.DateTime(required=True, allow_none=True)
    raised_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "since when it is raised, if it is"})
    held_until = fields.DateTime(required=True, allow_none=True, metadata={"description": "it is quiet now, until then"})


class AlertRulesShape(ma.Schema):
    items = fields.List(fields.Nested(AlertRuleShape), required=True)


class AlertShape(ma.Schema):
    id = fields.String(required=True)
    rule = fields.String(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "raised, easing (gone, not for long) or ended"})
    raised_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    number = fields.Integer(required=True)
    oldest = fields.DateTime(required=True, allow_none=True)
    told_at = fields.DateTime(required=True, allow_none=True)


class AlertListShape(ma.Schema):
    items = fields.List(fields.Nested(AlertShape), required=True)
    after = fields.String(required=True, allow_none=True)


class AlertMessageShape(ma.Schema):
    id = fields.String(required=True)
    rule = fields.String(required=True)
    alert = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, metadata={"description": "raised, again, over or test"})
    at = fields.DateTime(required=True)
    way = fields.String(required=True)
    to = fields.String(required=True)
    number = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"description": "waiting, retrying, sent, failed, left_out or cancelled"})
    sent_at = fields.DateTime(required=True, allow_none=True)
    next_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "of the next attempt"})
    message = fields.String(required=True, allow_none=True, metadata={"description": "why it was not sent"})
    message_en = fields.String(required=True, allow_none=True)


class AlertMessagesShape(ma.Schema):
    items = fields.List(fields.Nested(AlertMessageShape), required=True)
    after = fields.String(required=True, allow_none=True)


class AlertForeseenShape(ma.Schema):
    number = fields.Integer(required=True)
    oldest = fields.DateTime(required=True, allow_none=True)


class AlertRuleIdShape(ma.Schema):
    id = fields.String(required=True)


class AlertTriedShape(ma.Schema):
    messages = fields.Integer(required=True)


@endpoint(blueprint, "GET", "/alerts", query=AlertPaging, answer=AlertListShape)
def list_alerts(query: Mapping[str, Any]) -> Response:
    """List what was raised, the newest first."""
    machine = current.engine().machine
    ensure_may_see(machine, current_actor())
    with machine.store.read() as connection:
        found, after = alerts.list_alerts(connection, after=query["after"], limit=query["limit"])
        names = alert_rules.rule_names(connection, [one.rule_id for one in found])
    items = [
        {
            "id": one.id, "rule": one.rule_id, "name": names[one.rule_id], "state": one.state, "raised_at": one.raised_at,
            "ended_at": one.ended_at, "number": one.number, "oldest": one.oldest, "told_at": one.told_at,
        }
        for one in found
    ]  # fmt: skip
    return reply({"items": items, "after": after})


@endpoint(blueprint, "GET", "/alerts/rules", answer=AlertRulesShape)
def list_rules() -> Response:
    """List the rules, with what each meets now."""
    machine = current.engine().machine
    ensure_may_see(machine, current_actor())
    with machine.store.read() as connection:
        return reply({"items": [_rule(view) for view in alerting.list_rules(machine, connection)]})


@endpoint(blueprint, "POST", "/alerts/rules", body=AlertRuleArguments, answer=AlertRuleShape, status=201)
def make_rule(body: Mapping[str, Any]) -> Response:
    """Make a rule, which watches at once."""
    made = alerting.make_rule(current.engine().machine, _draft(body), reason=body["reason"], by=require_account().name)
    return reply(_shown(made), 201)


@endpoint(blueprint, "PUT", "/alerts/rules/<rule_id>", body=AlertRuleArguments, answer=AlertRuleShape)
def change_rule(body: Mapping[str, Any], rule_id: str) -> Response:
    """Have a rule say something else."""
    machine, account = current.engine().machine, require_account().name
    alerting.change_rule(machine, rule_id, _draft(body), reason=body["reason"], by=account)
    return reply(_shown(rule_id))


@endpoint(blueprint, "DELETE", "/alerts/rules/<rule_id>", query=AlertReason, answer=AlertRuleIdShape)
def remove_rule(query: Mapping[str, Any], rule_id: str) -> Response:
    """Take a rule away; what it told stays in the record."""
    alerting.remove_rule(current.engine().machine, rule_id, reason=query["reason"], by=require_account().name)
    return reply({"id": rule_id})


@endpoint(blueprint, "POST", "/alerts/rules/<rule_id>/enable", body=AlertReason, answer=AlertRuleShape)
def enable_rule(body: Mapping[str, Any], rule_id: str) -> Response:
    """Let a rule watch again."""
    alerting.set_enabled(current.engine().machine, rule_id, True, reason=body["reason"], by=require_account().name)
    return reply(_shown(rule_id))


@endpoint(blueprint, "POST", "/alerts/rules/<rule_id>/disable", body=AlertReason, answer=AlertRuleShape)
def disable_rule(body: Mapping[str, Any], rule_id: str) -> Response:
    """Let a rule rest; what it raised ends with no message."""
    alerting.set_enabled(current.engine().machine, rule_id, False, reason=body["reason"], by=require_account().name)
    return reply(_shown(rule_id))


@endpoint(blueprint, "POST", "/alerts/rules/<rule_id>/test", answer=AlertTriedShape, status=202)
def try_rule(rule_id: str) -> Response:
    """Send what a rule would tell now, as a test; how it went stands with its messages soon after."""
    number = alerting.try_rule(current.engine().machine, rule_id, by=require_account().name)
    return reply({"messages": number}, 202)


@endpoint(blueprint, "POST", "/alerts/foresee", body=AlertConditions, answer=AlertForeseenShape)
def foresee(body: Mapping[str, Any]) -> Response:
    """Tell how many troubles some conditions meet now; nothing changes."""
    machine = current.engine().machine
    ensure_may_see(machine, current_actor())
    with machine.store.read() as connection:
        met, _ = alerting.foresee(machine, connection, Draft(name="", **{name: body[name] for name in _CONDITIONS}))
    return reply({"number": met.number, "oldest": met.oldest})


@endpoint(blueprint, "GET", "/alerts/messages", query=AlertPaging, answer=AlertMessagesShape)
def list_messages(query: Mapping[str, Any]) -> Response:
    """List what was told, the newest first, with the state of each delivery."""
    machine = current.engine().machine
    ensure_may_see(machine, current_actor())
    with machine.store.read() as connection:
        found, after = alerts.list_messages(connection, after=query["after"], limit=query["limit"])
    items = []
    for one in found:
        state = delivery_state(one)
        items.append(
            {
                "id": one.id, "rule": one.rule_id, "alert": one.alert_id, "kind": one.kind, "at": one.at, "way": one.way,
                "to": one.recipient, "number": one.facts["number"], "state": state, "sent_at": one.sent_at,
                "next_at": one.due_at if state == "retrying" else None, "message": one.zh, "message_en": one.en,
            }
        )  # fmt: skip
    return reply({"items": items, "after": after})


_CONDITIONS = ("cause", "process", "unit", "least", "older")


def _draft(body: Mapping[str, Any]) -> Draft:
    begins, ends = _minutes(body["quiet_from"]), _minutes(body["quiet_until"])
    return Draft(
        name=body["name"], recipients=tuple((one["way"], one["to"]) for one in body["recipients"]),
        quiet=begins is not None or ends is not None, quiet_from=begins, quiet_until=ends, quiet_rest=body["quiet_rest"],
        every=body["every"], **{name: body[name] for name in _CONDITIONS},
    )  # fmt: skip


def _shown(rule_id: str) -> dict[str, Any]:
    machine = current.engine().machine
    with machine.store.read() as connection:
        found = next((view for view in alerting.list_rules(machine, connection) if view.rule.id == rule_id), None)
    if found is None:
        raise NotFound()
    return _rule(found)


def _rule(view: RuleView) -> dict[str, Any]:
    rule = view.rule
    raised: datetime | None = view.alert.raised_at if view.alert is not None and view.alert.state == alerts.RAISED else None
    return {
        "id": rule.id, "name": rule.name, "cause": rule.cause, "process": rule.process, "unit": rule.unit, "least": rule.least,
        "older": rule.older, "recipients": [{"way": way, "to": whom} for way, whom in rule.recipients],
        "quiet_from": _clock(rule.quiet_from), "quiet_until": _clock(rule.quiet_until), "quiet_rest": rule.quiet_rest,
        "every": rule.every, "enabled": rule.enabled, "made_by": rule.made_by, "made_at": rule.made_at,
        "number": view.met.number, "oldest": view.met.oldest, "raised_at": raised, "held_until": view.quiet_until,
    }  # fmt: skip


def _minutes(text: str | None) -> int | None:
    return None if text is None else int(text[:2]) * 60 + int(text[3:])


def _clock(minutes: int | None) -> str | None:
    return None if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
