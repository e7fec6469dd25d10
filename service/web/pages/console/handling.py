"""What a monitor can do to a case, its parked jobs and its tasks, from the page of the case. Each asks for a reason."""

from __future__ import annotations

from typing import Any

from flask import url_for

from service.engine.archiving import ARCHIVISTS
from service.engine.lifecycle import MONITOR
from service.store import reads
from service.store.cases import CaseRow
from service.web.pages.reading import Reader
from service.web.translations import gettext as _


def handling_of(reader: Reader, row: CaseRow) -> list[dict[str, Any]] | None:
    """List {label, of, url} for `components/handling.html`; None for whoever is no monitor, or when nothing is left to do."""
    if row.archived_at is not None and not ARCHIVISTS.isdisjoint(reader.actor.roles):
        return [_entry("restore_case", _("从归档中恢复"), "", row.id)]
    if MONITOR not in reader.actor.roles or row.status not in ("running", "suspended"):
        return None
    found = []
    if row.status == "running":
        process = reader.machine.definition(reader.connection, row).process
        element = {one.id: one.name or one.id for one in process.elements.values()}
        for job in reads.list_case_jobs(reader.connection, [row.id]):
            if job["state"] == "parked":
                found.append(_entry("retry_job", _("重新执行"), element.get(job["element"], job["kind"]), job["id"]))
        for task in reads.list_case_tasks(reader.connection, [row.id]):
            if task["status"] in reads.OPEN:
                found.append(_entry("reassign_task", _("改派"), task["name"], task["id"]))
            if task["status"] == "claimed":
                found.append(_entry("release_task", _("收回"), task["name"], task["id"]))
        found.append(_entry("suspend_case", _("暂停案件"), "", row.id))
    else:
        found.append(_entry("resume_case", _("恢复案件"), "", row.id))
    found.append(_entry("terminate_case", _("终止案件"), "", row.id))
    return found


def _entry(kind: str, label: str, of: str, subject: str) -> dict[str, Any]:
    return {"label": label, "of": of, "url": url_for("pages.console_batch_new", kind=kind, subject=subject)}
