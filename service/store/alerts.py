"""What the rules of alerts have raised, and each message of it with what became of its delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, and_, insert, select, update

from service.store.cases import insert_jobs
from service.store.columns import among, insert_or
from service.store.tables import alert_messages, alerts, jobs

RAISED, EASING, ENDED = "raised", "easing", "ended"
_OPEN = among(alerts.c.state, RAISED, EASING)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """A time in which the condition of a rule held. `told_at` is None while nobody has been told."""

    id: str
    rule_id: str
    state: str
    raised_at: datetime
    ended_at: datetime | None = None
    number: int
    oldest: datetime | None
    told_at: datetime | None = None
    told_number: int | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One message to one recipient, and where its delivery stands: `job_state`, `attempts` and `due_at` are its job's."""

    id: str
    rule_id: str
    alert_id: str | None
    kind: str
    at: datetime
    way: str
    recipient: str
    facts: Mapping[str, Any]
    job_id: str
    sent_at: datetime | None = None
    zh: str | None = None
    en: str | None = None
    job_state: str | None = None
    attempts: int = 0
    due_at: datetime | None = None


def insert_alert(connection: Connection, row: AlertRow) -> bool:
    """Raise an alert unless its rule has one open; tells whether it did."""
    values = {name: getattr(row, name) for name in AlertRow.__slots__}
    adding = insert_or(connection, alerts).values(values)
    meeting = adding.on_conflict_do_nothing(index_elements=["rule_id"], index_where=_OPEN)
    return connection.execute(meeting.returning(alerts.c.id)).first() is not None


def change_alert(connection: Connection, row: AlertRow, **values: Any) -> bool:
    """Change an alert that is still as `row` was read; False when somebody was faster."""
    same = and_(alerts.c.id == row.id, alerts.c.version == row.version)
    changing = update(alerts).where(same).values(version=row.version + 1, **values).returning(alerts.c.id)
    return connection.execute(changing).first() is not None


def list_open(connection: Connection) -> dict[str, AlertRow]:
    """The alerts that have not ended, by rule."""
    return {row.rule_id: AlertRow(**row._mapping) for row in connection.execute(select(alerts).where(_OPEN))}


def end_alert(connection: Connection, rule_id: str, *, at: datetime) -> None:
    """End what a rule has raised, because it watches no more."""
    ending = update(alerts).where(alerts.c.rule_id == rule_id, _OPEN)
    connection.execute(ending.values(state=ENDED, ended_at=at, version=alerts.c.version + 1))


def list_alerts(connection: Connection, *, after: str | None, limit: int) -> tuple[tuple[AlertRow, ...], str | None]:
    """List alerts, the newest first, and the cursor of the next page."""
    wanted = select(alerts).order_by(alerts.c.id.desc()).limit(limit + 1)
    if after:
        wanted = wanted.where(alerts.c.id < after)
    rows = [AlertRow(**row._mapping) for row in connection.execute(wanted)]
    return tuple(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def insert_messages(connection: Connection, messages: Sequence[MessageRow], deliveries: Sequence[Mapping[str, Any]]) -> None:
    """Store messages together with the jobs that deliver them."""
    names = ("id", "rule_id", "alert_id", "kind", "at", "way", "recipient", "job_id")
    rows = [{**{name: getattr(one, name) for name in names}, "facts": orjson.dumps(one.facts).decode()} for one in messages]
    if rows:
        connection.execute(insert(alert_messages), rows)
        insert_jobs(connection, [dict(one) for one in deliveries])


_MESSAGES = select(
    alert_messages, jobs.c.state.label("job_state"), jobs.c.attempts, jobs.c.due_at
).select_from(alert_messages.join(jobs, jobs.c.id == alert_messages.c.job_id, isouter=True))  # fmt: skip


def find_message(connection: Connection, message_id: str) -> MessageRow | None:
    row = connection.execute(_MESSAGES.where(alert_messages.c.id == message_id)).first()
    return None if row is None else _message(row)


def list_messages(
    connection: Connection, *, after: str | None, limit: int, rule_id: str | None = None
) -> tuple[tuple[MessageRow, ...], str | None]:
    """List messages, the newest first, and the cursor of the next page."""
    wanted = _MESSAGES.order_by(alert_messages.c.id.desc()).limit(limit + 1)
    if after:
        wanted = wanted.where(alert_messages.c.id < after)
    if rule_id:
        wanted = wanted.where(alert_messages.c.rule_id == rule_id)
    rows = [_message(row) for row in connection.execute(wanted)]
    return tuple(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def note_message(
    connection: Connection, message_id: str, *, sent_at: datetime | None = None, zh: str | None = None, en: str | None = None
) -> None:
    """Say what became of a message: sent, or why not."""
    connection.execute(update(alert_messages).where(alert_messages.c.id == message_id).values(sent_at=sent_at, zh=zh, en=en))


def _message(row: Any) -> MessageRow:
    return MessageRow(**{**row._mapping, "facts": orjson.loads(row.facts), "attempts": row.attempts or 0})
