"""Files on their way in and out: named safely, of an accepted kind, stored before the row that names them commits."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from typing import IO, Final

from service.access import Actor
from service.engine import reads
from service.engine.sealing import veil
from service.errors import Finding, InvalidAnswers, NotFound
from service.store import cases, entries
from service.store.entries import AttachmentRow
from service.web import current, filetypes

MAX_NAME: Final = 255
_MEBIBYTE: Final = 1024 * 1024


def store_upload(name: str, stream: IO[bytes], *, account: str) -> AttachmentRow:
    """Store a file for an account. InvalidAnswers (field `file`) says what is wrong with it: DisguisedFile when it is not what
    its name says. The type is told by the content; what the browser says of it is not asked.
    """
    machine = current.engine().machine
    safe = safe_name(name)
    size, limit = _size(stream), current.settings().max_upload
    if size == 0:
        raise _refused("file", f"文件“{safe}”是空的。", f"The file {safe} is empty.")
    if size > limit:
        most = f"{limit / _MEBIBYTE:.4g} MB"
        message_en = f"{safe} is larger than {most}; compress or split it."
        raise _refused("too-large", f"文件“{safe}”超过 {most}，请压缩或拆分后重新上传。", message_en)
    media_type = filetypes.media_type(safe, stream)
    stream.seek(0)
    blob = machine.blobs.put(stream, limit=limit)  # type: ignore[arg-type]  # it only reads
    with machine.store.write() as connection:
        return entries.insert_attachment(
            connection, account=account, name=safe, size=blob.size, sha256=blob.sha256, media_type=media_type,
            at=machine.clock.now(),
        )  # fmt: skip


def get_attachment(attachment_id: str, actor: Actor) -> AttachmentRow:
    """NotFound for who neither uploaded it nor may read its case."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        row = entries.list_attachments(connection, [attachment_id]).get(attachment_id)
        if row is not None and row.account == actor.account:
            return row
        case = cases.find_case(connection, row.case_id) if row is not None and row.case_id is not None else None
        readable = case is not None and reads.may_read_case(connection, machine.book, actor, case)
        if row is not None and case is not None and readable and not veil(machine, connection, case, actor).hides(row):
            return row
    raise NotFound("没有这个附件，或者您无权查看。", message_en="There is no such file, or it is not yours to see.")


def safe_name(name: str) -> str:
    """The last part of a path, without signs that cannot be seen or that turn the reading direction, at most 255 characters."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .")
    ending = PurePosixPath(seen).suffix
    return seen if len(seen) <= MAX_NAME else seen[: MAX_NAME - len(ending)] + ending


def _size(stream: IO[bytes]) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size


def _refused(rule: str, message: str, message_en: str) -> InvalidAnswers:
    finding = Finding(field="file", rule=rule, message=message, message_en=message_en)
    return InvalidAnswers([finding], message, message_en=message_en)
