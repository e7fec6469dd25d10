"""Raise what the rules meet, tell of it when nobody is to be left in quiet, tell again while it lasts, and once when it is over.

An alert and the deliveries that tell of it are one transaction, and of two workers one changes it: each event is told once.
What has gone is told as over only when it stays away for `CALM`; what comes back before is the same alert.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.engine.alerting.quiet import quiet_until
from service.engine.machine import Machine
from service.store import Connection, alert_rules, alerts, deliveries, new_id
from service.store.alert_rules import Met, RuleRow
from service.store.alerts import EASING, ENDED, RAISED, AlertRow, MessageRow

CALM = timedelta(minutes=5)
#: How many troubles a message names.
WORST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is to happen for one rule: the alert is made (`before` is None) or changed, and told of as `kind` if that is set."""

    rule: RuleRow
    met: Met
    before: AlertRow | None
    changes: Mapping[str, Any]
    kind: str | None


def evaluate(machine: Machine) -> int:
    """Hold every rule against what the monitor found; returns how many alerts were raised, changed or ended."""
    with machine.store.read() as connection:
        if next(_plan(machine, connection), None) is None:
            return 0
    number = told = 0
    with machine.store.write() as connection:
        for step in _plan(machine, connection):
            alert = _apply(machine, connection, step)
            if alert is None:
                continue
            number += 1
            if step.kind is not None:
                facts = make_facts(machine, connection, step.rule, step.met, alert=step.before)
                told += tell(machine, connection, step.rule, step.kind, facts, alert_id=alert)
    if told:
        machine.wake()
    return number


def _plan(machine: Machine, connection: Connection) -> Iterator[Step]:
    now, calendar = machine.clock.now(), machine.rules.calendar
    rules = alert_rules.list_rules(connection, enabled=True)
    met, opened = alert_rules.match(connection, rules, now=now), alerts.list_open(connection)
    for rule in rules:
        step = _step(rule, met[rule.id], opened.get(rule.id), now=now, quiet=quiet_until(rule, now, calendar) is not None)
        if step is not None:
            yield step


def _step(rule: RuleRow, met: Met, alert: AlertRow | None, *, now: datetime, quiet: bool) -> Step | None:
    changes: dict[str, Any] = {}
    kind: str | None = None
    if met.number >= rule.least:
        kind = _due(rule, alert, now=now) if not quiet else None
        if alert is None or (alert.state, alert.number, alert.oldest) != (RAISED, met.number, met.oldest):
            changes = {"state": RAISED, "ended_at": None, "number": met.number, "oldest": met.oldest}
        if kind is not None:
            changes |= {"told_at": now, "told_number": met.number}
    elif alert is not None and alert.state == RAISED:
        changes = {"state": EASING, "ended_at": now, "number": met.number, "oldest": met.oldest}
    elif alert is not None and now - (alert.ended_at or now) >= CALM and (not quiet or alert.told_at is None):
        changes, kind = {"state": ENDED}, "over" if alert.told_at is not None else None
    if not changes:
        return None
    return Step(rule=rule, met=met, before=alert, changes=changes, kind=kind)


def _due(rule: RuleRow, alert: AlertRow | None, *, now: datetime) -> str | None:
    if alert is None or alert.told_at is None:
        return "raised"
    return "again" if rule.every and now - alert.told_at >= timedelta(minutes=rule.every) else None


def _apply(machine: Machine, connection: Connection, step: Step) -> str | None:
    """Make or change the alert; returns its id, None when another worker was faster."""
    if step.before is not None:
        return step.before.id if alerts.change_alert(connection, step.before, **step.changes) else None
    made = AlertRow(id=new_id(), rule_id=step.rule.id, raised_at=machine.clock.now(), **step.changes)
    return made.id if alerts.insert_alert(connection, made) else None


def make_facts(
    machine: Machine, connection: Connection, rule: RuleRow, met: Met, *, alert: AlertRow | None = None
) -> dict[str, Any]:
    """What a message says (JSON values). `held`: it was raised a while ago, and quiet hours kept it back."""
    now = machine.clock.now()
    worst = alert_rules.list_worst(connection, rule, now=now, limit=WORST) if met.number else ()
    return {
        "rule": rule.name, "cause": rule.cause, "number": met.number, "least": rule.least,
        "oldest": _text(met.oldest), "raised_at": _text(now if alert is None else alert.raised_at),
        "ended_at": _text(None if alert is None else alert.ended_at),
        "held": alert is not None and alert.told_at is None,
        "worst": [
            {"cause": one["cause"], "since": _text(one["since"]), "case": one["case_id"], "key": one["business_key"]}
            for one in worst
        ],
    }  # fmt: skip


def tell(
    machine: Machine, connection: Connection, rule: RuleRow, kind: str, facts: Mapping[str, Any], *, alert_id: str | None
) -> int:
    """Queue one message to each recipient of a rule; returns how many."""
    at, due = machine.clock.now(), machine.clock.machine()
    messages, jobs = [], []
    for way, whom in rule.recipients:
        message_id = new_id()
        reached = {"account": whom} if way == deliveries.MAIL else {"webhook": whom}
        job = deliveries.job_row(way, {**reached, "alert": message_id}, at=at, due_at=due, legal=False)
        jobs.append(job)
        messages.append(
            MessageRow(
                id=message_id, rule_id=rule.id, alert_id=alert_id, kind=kind, at=at, way=way, recipient=whom, facts=facts,
                job_id=job["id"],
            )
        )  # fmt: skip
    alerts.insert_messages(connection, messages, jobs)
    return len(messages)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
