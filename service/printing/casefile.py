"""The complete case file (案卷) as a zip: what a reader may see of a case and of every case below it, with a manifest of hashes.

    01 PJ-2026-0001 项目申报/       one folder a case, the case itself first
        审批单.pdf
        data.json                   its facts and variables, in words and as they are stored
        history.jsonl               a line an event, each with its hash
        <process>.bpmn              the diagram of the version that it runs on
        documents/                  its files, by their names
    manifest.json                   name, size and SHA-256 of all of these; the last entry

What is sealed from the reader is in none of them. That a file was taken is recorded with the day, not in the case: the file
would otherwise never be the same twice.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final

import orjson

from service.access import Actor
from service.clock import SHANGHAI
from service.engine import reads, takings
from service.engine.machine import Machine
from service.errors import NotFound
from service.printing import gathering, pdf
from service.printing.entries import Archive, safe_name
from service.printing.sheet import Sheet
from service.store import Connection, cases
from service.store import reads as rows
from service.store.cases import CaseRow
from service.store.entries import AttachmentRow
from service.store.history import Link
from service.tagged import plain

FORMAT: Final = "chengxu-case-file/1"
MANIFEST: Final = "manifest.json"
#: A file up to this size is kept in memory while it is made, a larger one on disk.
_IN_MEMORY: Final = 8 << 20
_READABLE: Final = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case file that was made. `name` is what to save it as; `content` stands at its beginning, and its reader closes it."""

    name: str
    size: int
    sha256: str
    content: BinaryIO


def take_case_file(machine: Machine, case_id: str, actor: Actor) -> CaseFile:
    """Make the case file for a reader, and record that they took it. NotFound when the case is not theirs to see."""
    with ExitStack() as if_it_fails:
        made = if_it_fails.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, prefix="chengxu-case-file-"))
        content: BinaryIO = made  # type: ignore[assignment]  # it is one in all but name
        with machine.store.read() as connection:
            row = reads.get_case(machine, connection, case_id, actor)
            _write(machine, connection, row, actor, content)
        size = content.tell()
        content.seek(0)
        digest = hashlib.file_digest(made, "sha256").hexdigest()
        content.seek(0)
        takings.record_taking(machine, row, sha256=digest, by=actor.account)
        if_it_fails.pop_all()
        return CaseFile(name=safe_name(f"{row.business_key} {row.title} 案卷.zip"), size=size, sha256=digest, content=content)


def _write(machine: Machine, connection: Connection, row: CaseRow, actor: Actor, target: BinaryIO) -> None:
    archive = Archive(target)
    listed = []
    for number, one in enumerate(_below(machine, connection, row, actor), 1):
        sheet = gathering.get_sheet(machine, connection, one.id, actor)
        process = machine.library.get(connection, one.process, one.digest).name
        folder = f"{number:02d} {safe_name(f'{one.business_key} {process}')}/"
        archive.add(f"{folder}审批单.pdf", pdf.draw(sheet))
        archive.add(f"{folder}data.json", orjson.dumps(_data(machine, connection, one, sheet, actor), option=_READABLE))
        archive.add(f"{folder}history.jsonl", b"".join(_lines(machine, connection, one, actor)))
        xml = rows.definition_xml(connection, one.process, one.digest)
        if xml is not None:
            archive.add(archive.unique(folder, f"{one.process}.bpmn"), xml)
        files = reads.visible_documents(machine, connection, [one], actor)
        documents = [_document(machine, archive, f"{folder}documents/", file) for file in files]
        listed.append(
            {
                "id": one.id, "business_key": one.business_key, "folder": folder, "revision": one.revision, "history": sheet.seq,
                "head": sheet.head, "parent": one.parent, "documents": documents,
            }
        )  # fmt: skip
    manifest = {
        "format": FORMAT, "case": row.id, "reader": actor.account, "cases": listed,
        "entries": [asdict(entry) for entry in archive.entries],
    }  # fmt: skip
    archive.add(MANIFEST, orjson.dumps(manifest, option=_READABLE))
    archive.close()


def _below(machine: Machine, connection: Connection, row: CaseRow, actor: Actor) -> Iterator[CaseRow]:
    """The case and what its reader may see below it, parents first."""
    known = {row.id}
    yield row
    for member in reads.readable_family(machine, connection, row.root, actor):
        if member["parent"] in known and member["id"] not in known:
            known.add(member["id"])
            found = cases.find_case(connection, member["id"])
            if found is not None:
                yield found


def _data(machine: Machine, connection: Connection, row: CaseRow, sheet: Sheet, actor: Actor) -> dict[str, Any]:
    # What a child case was handed by its parent stays in the parent's folder: there the parent's seals count.
    asked = {key for form in machine.library.get(connection, row.process, row.digest).forms.values() for key in form.keys}
    known = reads.visible_variables(machine, connection, row, actor)
    return {
        "id": row.id,
        "business_key": row.business_key,
        "process": row.process,
        "version": row.version,
        "definition": row.digest,
        "title": row.title,
        "unit": row.unit,
        "status": row.status,
        "outcome": row.outcome,
        "started_by": row.started_by,
        "started_at": row.started_at.astimezone(SHANGHAI),
        "ended_at": row.ended_at.astimezone(SHANGHAI) if row.ended_at is not None else None,
        "facts": [asdict(fact) for fact in sheet.facts],
        "groups": [asdict(group) for group in sheet.groups],
        "opinions": [asdict(opinion) for opinion in sheet.opinions],
        "variables": plain({name: value for name, value in known.items() if name in asked}),
    }


def _lines(machine: Machine, connection: Connection, row: CaseRow, actor: Actor) -> Iterator[bytes]:
    for link in gathering.history_of(machine, connection, row, actor):
        yield orjson.dumps(_line(link), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _line(link: Link) -> Mapping[str, Any]:
    return {
        "seq": link.seq, "kind": link.kind, "element": link.element, "actor": link.actor, "at": link.at.astimezone(SHANGHAI),
        "payload": plain(link.payload), "hash": link.hash.hex() or None,
    }  # fmt: skip


def _document(machine: Machine, archive: Archive, folder: str, file: AttachmentRow) -> dict[str, Any]:
    """Put a file into the archive. One whose bytes are gone is told of with `entry` null; one that was changed, by its hashes."""
    told = {
        "id": file.id, "name": file.name, "media_type": file.media_type, "by": file.account,
        "at": file.created_at.astimezone(SHANGHAI), "recorded_sha256": file.sha256,
    }  # fmt: skip
    try:
        path = machine.blobs.path(file.sha256)
    except NotFound:
        return {**told, "entry": None}
    with path.open("rb") as source:
        entry = archive.copy(archive.unique(folder, file.name), source)
    return {**told, "entry": entry.name}
