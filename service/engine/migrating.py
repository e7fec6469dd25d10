"""Move a running case to another version of its process, and back while nothing has happened since.

Tasks keep their id, holder, draft and due date, timers their due dates, subscriptions their place; the case does not move. What
is called otherwise in the new version is renamed. The cases that it waits for are cases of their own and stay as they are.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from service import tagged
from service.engine import kernel
from service.engine.definitions import Definition
from service.engine.ending import settle
from service.engine.events import Event
from service.engine.host import CaseHost
from service.engine.lifecycle import ensure_monitor
from service.engine.machine import Machine
from service.engine.migrated_rows import MigratedRows
from service.engine.migration_plan import ensure_mapping, get_versions, lost_seals
from service.engine.people import get_actor
from service.engine.sending_back import ensure_reason
from service.engine.work import Work, make_host
from service.errors import Conflict, InvalidDefinition, NotFound
from service.store import Connection, cases, relabelling
from service.store.cases import CaseRow
from service.store.history import list_links

#: Lines after a migration that change nothing in the case, so that it can still be undone.
_HARMLESS = frozenset(
    {
        Event.DEADLINE_REMINDED, Event.DEADLINE_DUE, Event.DEADLINE_OVERDUE, Event.NOTICE_GIVEN, Event.TASK_URGED,
        Event.CASE_COPIED, Event.CASE_COMMENTED, Event.CASE_FILE_TAKEN,
    }
)  # fmt: skip


def migrate_case(
    machine: Machine, case_id: str, *, from_version: int, to_version: int, mapping: Mapping[str, str], reason: str, by: str
) -> bytes:
    """Move one case; returns what `undo_migration` needs. Errors: NotFound, NotAllowed, Conflict (with why), InvalidAnswers."""
    with machine.store.write() as connection:
        before = migrate_within(
            machine, connection, case_id, from_version=from_version, to_version=to_version, mapping=mapping, reason=reason, by=by
        )
    machine.wake()
    return before


def migrate_within(
    machine: Machine, connection: Connection, case_id: str, *, from_version: int, to_version: int, mapping: Mapping[str, str],
    reason: str, by: str,
) -> bytes:  # fmt: skip
    """Move one case in a transaction of the caller's."""
    ensure_monitor(machine, get_actor(connection, by))
    ensure_reason(reason)
    row = _ensure_open(cases.lock_case(connection, case_id))
    old, new = _versions(machine, connection, row, from_version, to_version, mapping)
    kept = _Kept(row)
    work = machine.load(connection, row, actor=by)
    host = make_host(connection, row, new, world=machine.world, at=work.at)
    try:
        run = kernel.migrate(old.process, new.process, row.state, row.variables, host, mapping=mapping)
    except InvalidDefinition as error:
        raise Conflict(error.message, message_en=error.message_en, rules=[one.rule for one in error.problems]) from error
    for known in (work.actors.here, work.actors.earlier):
        _rename_keys(known, mapping)
    _become(work, new, to_version, run, host)
    rows = MigratedRows(work, old, lambda identity: mapping.get(identity, identity), machine)
    rows.align()
    _note(work, Event.CASE_MIGRATED, old, from_version, new, to_version, mapping=dict(mapping), reason=reason.strip())
    settle(work, machine.book)
    return kept.dumps(work, rows.before)


def check_migration(
    machine: Machine, connection: Connection, case_id: str, *, from_version: int, to_version: int, mapping: Mapping[str, str],
    by: str,
) -> CaseRow:  # fmt: skip
    """Look whether a case could be moved, by a connection that only reads; returns it. Errors as of `migrate_case`."""
    ensure_monitor(machine, get_actor(connection, by))
    row = _ensure_open(cases.find_case(connection, case_id))
    old, new = _versions(machine, connection, row, from_version, to_version, mapping)
    if obstacles := kernel.find_obstacles(old.process, new.process, kernel.Position.of(row.state), mapping):
        raise _blocked(obstacles)
    return row


def undo_migration(machine: Machine, case_id: str, before: bytes, *, reason: str, by: str) -> None:
    """Move a case back. Conflict when anything has happened in it since; other errors as above."""
    with machine.store.write() as connection:
        undo_within(machine, connection, case_id, before, reason=reason, by=by)
    machine.wake()


def undo_within(machine: Machine, connection: Connection, case_id: str, before: bytes, *, reason: str, by: str) -> None:
    """Move a case back in a transaction of the caller's."""
    ensure_monitor(machine, get_actor(connection, by))
    ensure_reason(reason)
    row = _ensure_open(cases.lock_case(connection, case_id))
    kept = _ensure_undoable(connection, row, before)
    new = machine.definition(connection, row)
    old = machine.library.get(connection, row.process, kept["digest"])
    to_version = row.version
    work = machine.load(connection, row, actor=by)
    row.state = base64.b64decode(kept["state"])
    row.variables = base64.b64decode(kept["variables"]) if kept["variables"] is not None else row.variables
    host = make_host(connection, row, old, world=machine.world, at=work.at)
    work.actors = type(work.actors).from_text(kept["actors"])
    _become(work, old, kept["version"], kernel.Run.load(old.process, row.state, row.variables, host), host)
    for table, rows in kept["rows"].items():
        for row_id, values in rows.items():
            queues = values.pop("queues", None)
            relabelling.relabel(connection, table, row_id, values)
            if queues is not None:
                relabelling.replace_more_queues(connection, row_id, queues)
    rows_now = MigratedRows(work, new, lambda identity: identity, machine)
    rows_now.drop_other_messages()
    rows_now.refresh_bars()
    _note(work, Event.MIGRATION_UNDONE, new, to_version, old, kept["version"], reason=reason.strip())
    settle(work, machine.book)


def ensure_undoable(machine: Machine, connection: Connection, row: CaseRow, before: bytes, *, by: str) -> None:
    """Look whether a migration could be undone, by a connection that only reads. Errors as of `undo_migration`."""
    ensure_monitor(machine, get_actor(connection, by))
    _ensure_undoable(connection, _ensure_open(row), before)


def _ensure_undoable(connection: Connection, row: CaseRow, before: bytes) -> dict[str, Any]:
    kept: dict[str, Any] = tagged.loads(before)
    since = list_links(connection, row.id, after=kept["seq"])
    if _digest(row) != kept["after"] or any(link.kind not in _HARMLESS for link in since):
        raise Conflict(
            "迁移之后案件已有新的办理，不能撤销；需要时请再迁移一次。",
            message_en="Something has happened in the case since it was migrated, so this cannot be undone; migrate it again.",
        )
    return kept


def _versions(
    machine: Machine, connection: Connection, row: CaseRow, from_version: int, to_version: int, mapping: Mapping[str, str]
) -> tuple[Definition, Definition]:
    old, new = get_versions(machine, connection, row.process, from_version, to_version)
    ensure_mapping(old, new, mapping)
    if (row.version, row.digest) != (from_version, old.digest):
        raise Conflict(
            f"案件现在是第 {row.version} 版，不是第 {from_version} 版。",
            message_en=f"The case runs on version {row.version}, not {from_version}.",
        )
    if sealed := lost_seals(old, new, mapping):
        raise _blocked(sealed)
    return old, new


def _blocked(obstacles: Sequence[kernel.Obstacle]) -> Conflict:
    return Conflict("".join(one.zh for one in obstacles), message_en=" ".join(one.en for one in obstacles))


def _ensure_open(row: CaseRow | None) -> CaseRow:
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    if row.status not in ("running", "suspended"):
        raise Conflict("案件已经结束。", message_en="The case has ended.")
    return row


def _become(work: Work, definition: Definition, version: int, run: kernel.Run, host: CaseHost) -> None:
    work.definition, work.run, work.host = definition, run, host
    work.row.version, work.row.digest = version, definition.digest


def _note(work: Work, event: Event, old: Definition, was: int, new: Definition, now: int, **more: Any) -> None:
    sides: dict[str, Any] = {"before": {"version": was, "digest": old.digest}, "after": {"version": now, "digest": new.digest}}
    work.note(event, **sides, **more)


def _rename_keys(known: dict[str, list[str]], mapping: Mapping[str, str]) -> None:
    """Who did a step did that which takes its place: separation of duty asks by the ids of the version."""
    renamed: dict[str, list[str]] = {}
    for element, accounts in known.items():
        held = renamed.setdefault(mapping.get(element, element), [])
        held += [account for account in accounts if account not in held]
    known.clear()
    known.update(renamed)


def _digest(row: CaseRow) -> str:
    return hashlib.sha256(row.state + row.variables).hexdigest()


class _Kept:
    """What a case was before it was moved."""

    def __init__(self, row: CaseRow) -> None:
        self._version, self._digest, self._actors = row.version, row.digest, row.actors
        self._state, self._variables = row.state, row.variables

    def dumps(self, work: Work, rows: Mapping[str, Mapping[str, Any]]) -> bytes:
        row = work.row
        changed = None if row.variables == self._variables else base64.b64encode(self._variables).decode()
        return tagged.dumps(
            {
                "version": self._version, "digest": self._digest, "actors": self._actors,
                "state": base64.b64encode(self._state).decode(), "variables": changed, "rows": rows,
                "seq": row.history_seq, "after": _digest(row),
            }
        )  # fmt: skip
