"""Rules as people look at them: what each meets now, what it has raised, and until when it keeps quiet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from service.engine.alerting.quiet import quiet_until
from service.engine.alerting.rules import Draft, as_conditions, list_hooks, list_people
from service.engine.machine import Machine
from service.store import Connection, alert_rules, alerts, deliveries, people, webhooks
from service.store.alert_rules import Met, RuleRow
from service.store.alerts import AlertRow, MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule, what it meets now, its open alert, and until when it is quiet, if it is."""

    rule: RuleRow
    met: Met
    alert: AlertRow | None
    quiet_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a rule can tell: an account by mail, or the webhook of one. `name` is whose it is, `place` where it goes."""

    way: str
    to: str
    name: str
    place: str


def list_rules(machine: Machine, connection: Connection) -> tuple[RuleView, ...]:
    """Every rule that was not removed, with what it meets now."""
    now, calendar = machine.clock.now(), machine.rules.calendar
    rules = alert_rules.list_rules(connection)
    met, opened = alert_rules.match(connection, rules, now=now), alerts.list_open(connection)
    return tuple(
        RuleView(rule=one, met=met[one.id], alert=opened.get(one.id), quiet_until=quiet_until(one, now, calendar))
        for one in rules
    )


def foresee(machine: Machine, connection: Connection, draft: Draft) -> tuple[Met, Sequence[Mapping[str, Any]]]:
    """What a rule would meet now, and the worst of it; changes nothing. InvalidAnswers for wrong numbers."""
    rule, now = as_conditions(machine, draft), machine.clock.now()
    return alert_rules.match(connection, [rule], now=now)[rule.id], alert_rules.list_worst(connection, rule, now=now)


def list_choices(machine: Machine, connection: Connection) -> tuple[Recipient, ...]:
    """Whom a rule can tell: those who may see stuck cases and have a mail address, then their webhooks."""
    names = list_people(machine, connection)
    addressed = deliveries.list_addressed(connection, tuple(names))
    mails = [Recipient(way=deliveries.MAIL, to=one, name=names[one], place=one) for one in addressed]
    hooks = [
        Recipient(way=deliveries.WEBHOOK, to=hook.id, name=names.get(hook.account, hook.account), place=host_of(hook.address))
        for hook in list_hooks(machine, connection)
    ]
    return (*mails, *hooks)


def name_recipients(connection: Connection, listed: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What (way, account or webhook) are called: a person, or a person and the host of a webhook."""
    hooks = {whom: webhooks.find_webhook(connection, whom) for way, whom in set(listed) if way == deliveries.WEBHOOK}
    accounts = {whom for way, whom in listed if way == deliveries.MAIL} | {hook.account for hook in hooks.values() if hook}
    names = people.display_names(connection, sorted(accounts))
    found: dict[tuple[str, str], str] = {}
    for way, whom in listed:
        hook = hooks.get(whom)
        if way == deliveries.WEBHOOK and hook is not None:
            found[way, whom] = f"{names.get(hook.account, hook.account)} · {host_of(hook.address)}"
        else:
            found[way, whom] = names.get(whom, whom)
    return found


def delivery_state(message: MessageRow) -> str:
    """sent, left_out, waiting (for the first attempt), retrying, failed (attempts spent) or cancelled."""
    if message.sent_at is not None:
        return "sent"
    if message.job_state == "parked":
        return "failed"
    if message.job_state == "cancelled":
        return "cancelled"
    if message.job_state == "done" or message.job_state is None:
        return "left_out"
    return "retrying" if message.attempts and message.zh else "waiting"


def host_of(address: str) -> str:
    """The host of an address, whose path may hold a secret."""
    return urlsplit(address).hostname or "?"
