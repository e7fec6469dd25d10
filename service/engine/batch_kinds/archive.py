"""Put cases that ended long ago into the archive, and take them out of it."""

from __future__ import annotations

from service.engine import archiving
from service.engine.batch_kinds.kind import Ask, BatchKind, Result, Subject
from service.engine.people import get_actor


def _check_archive(ask: Ask) -> Result:
    archiving.ensure_archivist(get_actor(ask.connection, ask.by))
    row, family = archiving.check_archive(ask.machine, ask.connection, ask.subject)
    return Result(
        zh=f"将归档（含下级共 {len(family)} 件）；仍可查找和阅读，不能更改，可以恢复。",
        en=f"Would be archived ({len(family)} with its children); still found and read, not changed, and can be restored.",
        case=row.id,
    )  # fmt: skip


def _archive(ask: Ask) -> Result:
    done = archiving.archive_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(zh=f"已归档 {done.cases} 件。", en=f"Archived: {done.cases}.", case=ask.subject)


def _check_restore(ask: Ask) -> Result:
    archiving.ensure_archivist(get_actor(ask.connection, ask.by))
    row = archiving.check_restore(ask.connection, ask.subject)
    return Result(
        zh="将连同上下级案件一并恢复，保留期内不再归档。",
        en="Would be restored with the cases above and below it, and not be archived again for a while.", case=row.id,
    )  # fmt: skip


def _restore(ask: Ask) -> Result:
    number = archiving.restore_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(zh=f"已恢复 {number} 件。", en=f"Restored: {number}.", case=ask.subject)


#: Which cases are meant is chosen on the page of the archive.
ARCHIVE_CASE = BatchKind(
    name="archive_case", subject=Subject.CASE, zh="归档案件", en="Archive cases", check=_check_archive, carry_out=_archive,
    roles=archiving.ARCHIVISTS, offered=False,
)  # fmt: skip
RESTORE_CASE = BatchKind(
    name="restore_case", subject=Subject.CASE, zh="从归档中恢复案件", en="Restore cases from the archive", check=_check_restore,
    carry_out=_restore, roles=archiving.ARCHIVISTS, offered=False,
)  # fmt: skip
