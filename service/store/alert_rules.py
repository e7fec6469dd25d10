"""Rules of alerts, and how many troubles of the monitor each of them meets now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, func, insert, literal, select, true, union_all, update

from service.store.tables import alert_rules, cases, stuck

#: Of SQLite's 500 parts of one statement; far more rules than anybody reads.
MOST_RULES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One rule; "" is any. `older` and `every` are minutes, `quiet_from` and `quiet_until` minutes since midnight.

    `recipients` are (way, account or webhook), with "mail" or "webhook" as the way.
    """

    id: str
    name: str
    cause: str = ""
    process: str = ""
    unit: str = ""
    least: int = 1
    older: int = 0
    recipients: tuple[tuple[str, str], ...] = ()
    quiet_from: int | None = None
    quiet_until: int | None = None
    quiet_rest: bool = False
    every: int = 0
    enabled: bool = True
    made_by: str
    made_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How many troubles a rule meets, and since when the oldest of them lasts."""

    number: int
    oldest: datetime | None


def insert_rule(connection: Connection, row: RuleRow) -> None:
    connection.execute(insert(alert_rules), _values(row))


def put_rule(connection: Connection, row: RuleRow) -> None:
    """Store a rule in place of what it was."""
    connection.execute(update(alert_rules).where(alert_rules.c.id == row.id).values(**_values(row)))


def find_rule(connection: Connection, rule_id: str) -> RuleRow | None:
    """Find a rule, also one that was removed."""
    row = connection.execute(select(alert_rules).where(alert_rules.c.id == rule_id)).first()
    return None if row is None else _rule(row)


def list_rules(connection: Connection, *, enabled: bool = False) -> tuple[RuleRow, ...]:
    """List the rules that were not removed, the oldest first; with `enabled` only those in use."""
    wanted = select(alert_rules).where(alert_rules.c.removed_at.is_(None)).order_by(alert_rules.c.id)
    if enabled:
        wanted = wanted.where(alert_rules.c.enabled == true())
    return tuple(map(_rule, connection.execute(wanted)))


def rule_names(connection: Connection, rule_ids: Sequence[str]) -> dict[str, str]:
    """What rules are called, removed ones too."""
    rows = connection.execute(select(alert_rules.c.id, alert_rules.c.name).where(alert_rules.c.id.in_(sorted(set(rule_ids)))))
    return {row.id: row.name for row in rows}


def match(connection: Connection, rules: Sequence[RuleRow], *, now: datetime) -> dict[str, Met]:
    """What each rule meets, in one statement whose every part goes along an index."""
    if not rules:
        return {}
    parts = [
        select(literal(rule.id).label("rule"), func.count().label("number"), func.min(stuck.c.since).label("oldest")).where(
            *_wanted(rule, now)
        )
        for rule in rules
    ]
    rows = connection.execute(union_all(*parts))
    return {row.rule: Met(number=row.number, oldest=row.oldest) for row in rows}


def list_worst(connection: Connection, rule: RuleRow, *, now: datetime, limit: int = 3) -> tuple[Mapping[str, Any], ...]:
    """The troubles that a rule meets, the longest first: cause, since, case_id, business_key."""
    rows = connection.execute(
        select(stuck.c.cause, stuck.c.since, stuck.c.case_id, cases.c.business_key)
        .select_from(stuck.join(cases, cases.c.id == stuck.c.case_id, isouter=True))
        .where(*_wanted(rule, now))
        .order_by(stuck.c.since, stuck.c.key)
        .limit(limit)
    )
    return tuple(dict(row._mapping) for row in rows)


def _wanted(rule: RuleRow, now: datetime) -> list[ColumnElement[bool]]:
    pairs = ((stuck.c.cause, rule.cause), (stuck.c.process, rule.process), (stuck.c.unit, rule.unit))
    return [stuck.c.since <= now - timedelta(minutes=rule.older), *(column == value for column, value in pairs if value)]


def _values(row: RuleRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in RuleRow.__slots__}
    return {**values, "recipients": orjson.dumps(row.recipients).decode()}


def _rule(row: Any) -> RuleRow:
    recipients = tuple((way, whom) for way, whom in orjson.loads(row.recipients))
    return RuleRow(**{**row._mapping, "recipients": recipients})
