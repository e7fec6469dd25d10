"""Move cases to another version of their process, and back while nothing has happened in them since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine import migrating
from service.engine.batch_kinds.kind import Argument, Ask, BatchKind, Result, Subject, fault
from service.errors import NotFound
from service.store import batches, cases


def _clean(sent: Mapping[str, Any]) -> dict[str, Any]:
    mapping = sent.get("mapping") or {}
    if not isinstance(mapping, Mapping) or not all(isinstance(one, str) for pair in mapping.items() for one in pair):
        raise fault("mapping", "对应关系应为“旧环节: 新环节”。", "The mapping goes from old to new steps.")
    return {
        "from_version": _number(sent, "from_version"), "to_version": _number(sent, "to_version"),
        "mapping": {before: after for before, after in mapping.items() if before != after},
    }  # fmt: skip


def _number(sent: Mapping[str, Any], name: str) -> int:
    text = str(sent.get(name) or "")
    if not text.isdecimal() or not 0 < int(text) < 1_000_000:
        raise fault(name, "请填写版本号。", "Give the number of a version.")
    return int(text)


def _check(ask: Ask) -> Result:
    row = migrating.check_migration(ask.machine, ask.connection, ask.subject, by=ask.by, **ask.arguments)
    return _said(row.id, "将从", "Would move", ask)


def _carry_out(ask: Ask) -> Result:
    before = migrating.migrate_within(
        ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by, **ask.arguments
    )  # fmt: skip
    return _said(ask.subject, "已从", "Moved", ask, before=before)


def _said(case: str, zh: str, en: str, ask: Ask, *, before: bytes | None = None) -> Result:
    was, now = ask.arguments["from_version"], ask.arguments["to_version"]
    return Result(
        zh=f"{zh}第 {was} 版迁移到第 {now} 版。", en=f"{en} from version {was} to version {now}.", case=case, before=before
    )


def _clean_undo(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {"batch": str(sent.get("batch") or "")[:24]}


def _check_undo(ask: Ask) -> Result:
    row = cases.find_case(ask.connection, ask.subject)
    if row is None:
        raise NotFound()
    migrating.ensure_undoable(ask.machine, ask.connection, row, _before(ask), by=ask.by)
    return Result(zh="将撤销迁移。", en="Would undo the migration.", case=ask.subject)


def _carry_out_undo(ask: Ask) -> Result:
    migrating.undo_within(ask.machine, ask.connection, ask.subject, _before(ask), reason=ask.reason, by=ask.by)
    return Result(zh="已撤销迁移。", en="The migration is undone.", case=ask.subject)


def _before(ask: Ask) -> bytes:
    before: bytes | None = batches.find_before(ask.connection, ask.arguments["batch"], ask.subject)
    if before is None:
        raise NotFound("该批次没有迁移过这个案件。", message_en="That batch has not moved this case.")
    return before


MIGRATE = BatchKind(
    name="migrate", subject=Subject.CASE, zh="迁移到其他版本", en="Migrate to another version", check=_check,
    carry_out=_carry_out, clean=_clean,
    arguments=(
        Argument(name="from_version", zh="原版本", en="From version"),
        Argument(name="to_version", zh="新版本", en="To version"),
        Argument(
            name="mapping", zh="环节对应", en="Steps", type="json", required=False,
            hint_zh='{"旧环节": "新环节"}；同名环节自动对应', hint_en='{"old": "new"}; steps of the same id go to each other',
        ),
    ),
)  # fmt: skip
UNDO_MIGRATE = BatchKind(
    offered=False,
    name="undo_migrate", subject=Subject.CASE, zh="撤销迁移", en="Undo a migration", check=_check_undo,
    carry_out=_carry_out_undo, clean=_clean_undo,
    arguments=(Argument(name="batch", zh="迁移的批次", en="The batch that moved them"),),
)  # fmt: skip
