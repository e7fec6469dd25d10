"""Importing a sheet on its page: the file is kept while its report is read, and imported when it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import FileStorage

from service.engine import account_import
from service.engine.register_import import Action, Report, ensure_may_import, import_rows
from service.engine.register_reading import get_sight
from service.engine.register_schema import RegisterSchema
from service.engine.sheets import read_upload
from service.errors import Conflict, Invalid, InvalidAnswers, NotFound
from service.store import entries
from service.web import current
from service.web.pages import register_words
from service.web.pages.reading import Reader
from service.web.translations import gettext as _
from service.web.uploads import store_upload

#: Lines and faults that the page shows; the rest is counted.
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a step: the report of a trial or an import, or the words of why there is none."""

    report: Report | None = None
    refused: tuple[str, str] | None = None  # zh, en
    attachment: str = ""
    file: str = ""

    @property
    def faults(self) -> bool:
        return self.refused is not None or bool(self.report and self.report.faults)


def get_schema(reader: Reader, name: str) -> RegisterSchema:
    """The schema of what the reader may import; NotFound for what they may not see, NotAllowed for what they may only read."""
    schema = account_import.SCHEMA if name == account_import.ACCOUNT else get_sight(reader.actor, reader.machine, name).schema
    ensure_may_import(reader.actor, schema)
    return schema


def take(schema: RegisterSchema, form: Mapping[str, str], file: FileStorage | None, *, by: str) -> Answer:
    """Try the file that was sent, or import the one that was tried before."""
    attachment = form.get("attachment", "")
    try:  # this page answers what is wrong with a file with itself
        if attachment:
            return _import(schema, attachment, form.get("digest", ""), by=by)
        if file is None or not file.filename:
            return Answer(refused=("请选择要导入的文件。", "Choose the file to import."))
        return _try(schema, file, by=by)
    except (Invalid, Conflict) as error:
        if isinstance(error, InvalidAnswers):
            return Answer(refused=(error.findings[0].message, error.findings[0].message_en))
        return Answer(refused=(error.message, error.message_en))


def _try(schema: RegisterSchema, file: FileStorage, *, by: str) -> Answer:
    machine = current.engine().machine
    kept = store_upload(file.filename or "", file.stream, account=by)
    file.stream.seek(0)
    rows, faults = read_upload(schema, kept.name, file.stream)
    report = import_rows(machine, schema, rows, faults, by=by, dry_run=True)
    return Answer(report=report, attachment=kept.id if report.digest else "", file=kept.name)


def _import(schema: RegisterSchema, attachment: str, digest: str, *, by: str) -> Answer:
    machine = current.engine().machine
    with machine.store.read() as connection:
        kept = entries.list_attachments(connection, [attachment]).get(attachment)
    if kept is None or kept.account != by or kept.case_id is not None:
        raise NotFound("没有这个文件，请重新上传。", message_en="There is no such file; upload it again.")
    with machine.blobs.path(kept.sha256).open("rb") as stream:
        rows, faults = read_upload(schema, kept.name, stream)
    report = import_rows(machine, schema, rows, faults, by=by, dry_run=False, digest=digest)
    return Answer(report=report, file=kept.name)


def counts(report: Report) -> dict[str, int]:
    return {action.value: report.count(action) for action in Action}


def in_words(reader: Reader, schema: RegisterSchema, answer: Answer) -> dict[str, Any]:
    """What the page shows of an answer."""
    report = answer.report
    words = {Action.NEW: _("新增"), Action.CHANGED: _("更新"), Action.UNCHANGED: _("无变化")}
    shown = [line for line in report.lines if line.action is not Action.UNCHANGED] if report else []
    faults = report.faults if report else ()
    return {
        "refused": answer.refused[1 if reader.english else 0] if answer.refused else None,
        "faults": [one.en if reader.english else one.zh for one in faults[:MOST]],
        "more_faults": max(0, len(faults) - MOST),
        "counts": counts(report) if report and not faults else None,
        "lines": [
            {
                "row": line.row, "key": line.key, "title": line.title, "action": words[line.action],
                "new": line.action is Action.NEW, "changes": register_words.changes(reader, schema, line.changes),
            }
            for line in shown[:MOST]
        ],
        "more_lines": max(0, len(shown) - MOST),
        "attachment": answer.attachment,
        "digest": report.digest if report else "",
        "file": answer.file,
        "passwords": list(report.passwords.items()) if report else [],
    }  # fmt: skip
