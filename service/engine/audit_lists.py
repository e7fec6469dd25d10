"""What auditors and administrators look up: reads of protected values, and what administrators did. Pages of keysets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from service.access import Actor
from service.clock import SHANGHAI
from service.engine.auditing import ensure_may_audit
from service.engine.events import Event
from service.engine.lifecycle import MONITOR
from service.engine.machine import Machine
from service.engine.parameters import SYSADMIN
from service.errors import Invalid
from service.store import Connection, administrators, protected
from service.store.administrators import ActionFilter
from service.store.columns import milliseconds
from service.store.protected import ReadFilter

#: Who acts when the command line is used.
OPERATOR = "operator"
#: What says nothing about what an administrator did; it can be asked for by its kind.
_NOISE = (Event.SIGNED_IN.value, Event.SIGNED_OUT.value, Event.PROTECTED_READ.value)
#: What of the payload of a line in a case is told: never values of forms or decisions.
_TOLD_OF_CASES = ("reason", "to", "due_at", "number", "batch")
#: And of a line outside cases.
_TOLD = (
    "reason", "name", "value", "before", "from", "account", "roles", "deputy", "role", "key", "version", "year", "source",
    "batch", "number", "kind", "to", "due_at", "checkpoint", "chains", "links", "broken", "label", "until", "unit", "id",
    "state", "by",
)  # fmt: skip
_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows, and where the next page begins; None when there is none."""

    rows: tuple[dict[str, Any], ...]
    after: str | None


def list_reads(
    machine: Machine, connection: Connection, actor: Actor, where: ReadFilter, *, after: str | None, limit: int
) -> Page:
    """List who read which protected field when; auditors see those of their regulations. NotAllowed."""
    ensure_may_audit(machine, actor)
    if actor.roles.isdisjoint({MONITOR, SYSADMIN}):
        where = replace(where, regulations=frozenset(role.regulation for role, _ in machine.book.held_by(actor) if role.audits))
    cursor = None if after is None else _read_cursor(after)
    rows = protected.list_reads(connection, where, after=cursor, limit=limit + 1)
    shown = rows[:limit]
    return Page(rows=shown, after=f"{milliseconds(shown[-1]['at'])}-{shown[-1]['id']}" if len(rows) > limit else None)


def list_administrators(machine: Machine, connection: Connection, actor: Actor) -> dict[str, str]:
    """Map who administers now, the command line included, to their names. NotAllowed."""
    ensure_may_audit(machine, actor)
    return {**administrators.list_holders(connection, {MONITOR, SYSADMIN}), OPERATOR: OPERATOR}


def list_actions(
    machine: Machine, connection: Connection, actor: Actor, where: ActionFilter, *, who: str | None, after: str | None, limit: int
) -> Page:
    """List what administrators did, the newest first; with `who`, what one account did, whatever it holds by now. NotAllowed."""
    people: Iterable[str] = list_administrators(machine, connection, actor)
    if who is not None:
        people = [who]
    wanted = where if where.kind is not None else replace(where, beside=_NOISE)
    rows = administrators.list_actions(
        connection, list(people), wanted, after=None if after is None else _action_cursor(after), limit=limit + 1
    )
    shown = tuple({**row, "payload": _told(row)} for row in rows[:limit])
    last = shown[-1] if len(rows) > limit else None
    return Page(rows=shown, after=f"{milliseconds(last['at'])}~{last['chain']}~{last['seq']}" if last else None)


def day_bounds(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """The times from the beginning of a day to the end of another (ISO dates). Invalid for what is no date."""
    try:
        first = date.fromisoformat(since) if since else None
        last = date.fromisoformat(until) if until else None
    except ValueError as error:
        raise Invalid("日期应写成 2026-08-20。", message_en="Write dates as 2026-08-20.") from error
    return (
        None if first is None else datetime.combine(first, time.min, SHANGHAI),
        None if last is None else datetime.combine(last, time.min, SHANGHAI) + timedelta(days=1),
    )


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """What may be told of a line: short values of what administrators set, and the names of fields that they corrected."""
    payload, wanted = row["payload"], _TOLD_OF_CASES if row["case"] else _TOLD
    told = {name: payload[name] for name in wanted if name in payload and not isinstance(payload[name], (dict, list))}
    if isinstance(payload.get("roles"), list):
        told["roles"] = "、".join("@".join(map(str, one)) if isinstance(one, list) else str(one) for one in payload["roles"])
    if isinstance(payload.get("changes"), dict):
        told["fields"] = "、".join(payload["changes"])
    return {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in told.items()}


def _read_cursor(after: str) -> tuple[datetime, str]:
    moment, _, row_id = after.partition("-")
    return _moment(moment), row_id


def _action_cursor(after: str) -> tuple[datetime, str, int]:
    moment, chain, seq = (*after.split("~"), "", "")[:3]
    if not (seq.isascii() and seq.isdecimal() and len(seq) <= 9):
        raise _wrong()
    return _moment(moment), chain, int(seq)


def _moment(text: str) -> datetime:
    if not (text.isascii() and text.isdecimal() and len(text) <= 14):
        raise _wrong()
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))


def _wrong() -> Invalid:
    return Invalid("分页游标无效，请从第一页重新打开。", message_en="The cursor is not one of ours: start at the first page.")
