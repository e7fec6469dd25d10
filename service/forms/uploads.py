"""Files of an answer: known, of an accepted type, not too big, and what their names say. Open this for the filepicker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError
from marshmallow.fields import Field

from service.forms.fault import Fault
from service.forms.model import FileFacts, FileRule
from service.forms.scope import Scope
from service.forms.texts import excerpt

#: Bytes of one file and files of one field, unless the component's properties say less.
MAX_BYTES, MAX_FILES = 100 * 1024 * 1024, 20
#: Files that one field can name at all.
_MAX_IDS = 200
_MAX_ID = 64

_ZIP = frozenset({"application/zip", "application/x-zip-compressed"})
_OLE = frozenset({"application/x-ole-storage", "application/cdfv2", "application/vnd.ms-office"})
_OFFICE = "application/vnd.openxmlformats-officedocument."
#: What the content of a file with this extension may be found to be. An extension that is not here is not compared.
CONTENTS: Mapping[str, frozenset[str]] = {
    ".pdf": frozenset({"application/pdf"}),
    ".png": frozenset({"image/png"}),
    ".jpg": frozenset({"image/jpeg", "image/jpg", "image/pjpeg"}),
    ".jpeg": frozenset({"image/jpeg", "image/jpg", "image/pjpeg"}),
    ".gif": frozenset({"image/gif"}),
    ".zip": _ZIP,
    ".ofd": _ZIP | {"application/ofd"},
    ".docx": _ZIP | {f"{_OFFICE}wordprocessingml.document"},
    ".xlsx": _ZIP | {f"{_OFFICE}spreadsheetml.sheet"},
    ".pptx": _ZIP | {f"{_OFFICE}presentationml.presentation"},
    ".doc": _OLE | {"application/msword"},
    ".xls": _OLE | {"application/vnd.ms-excel"},
    ".ppt": _OLE | {"application/vnd.ms-powerpoint"},
}


class FileIds(Field[Any]):
    """A list of attachment ids."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if type(value) is not list or len(value) > _MAX_IDS or not all(map(_is_id, value)):
            raise ValidationError([Fault(rule="type", text="type.files")])
        if len(set(value)) < len(value):
            raise ValidationError([Fault(rule="file", text="file.twice")])
        return list(value)


def _is_id(value: Any) -> bool:
    return type(value) is str and 0 < len(value) <= _MAX_ID and value.isascii() and value.isprintable()


def file_faults(rule: FileRule, ids: list[str], known: Mapping[str, FileFacts], scope: Scope) -> Iterator[Fault]:
    """Yield what is wrong with the files of one field."""
    most = rule.max_files if rule.many(scope) else 1
    if len(ids) > most:
        yield Fault(rule="too-large", text="too-large.files", facts={"limit": str(most)})
    if any(one not in known for one in ids):
        yield Fault(rule="file")
    accept = rule.accept(scope)
    for facts in (known[one] for one in ids if one in known):
        name = excerpt(facts.name)
        if facts.size <= 0:
            yield Fault(rule="file", text="file.empty", facts={"name": name})
        elif facts.size > rule.max_bytes:
            yield Fault(rule="too-large", text="too-large.file", facts={"name": name, "limit": size(rule.max_bytes)})
        elif accept and not any(_meets(facts, token) for token in accept):
            yield Fault(rule="file", text="file.type", facts={"name": name, "accept": "、".join(accept)})
        elif facts.media_type.lower() not in CONTENTS.get(_extension(facts.name), (facts.media_type.lower(),)):
            yield Fault(rule="file", text="file.disguised", facts={"name": name})


def _extension(name: str) -> str:
    stem, dot, end = name.lower().rpartition(".")
    return f".{end}" if dot and stem else ""


def _meets(facts: FileFacts, token: str) -> bool:
    if token.startswith("."):
        return facts.name.lower().endswith(token)
    if token.endswith("/*"):
        return facts.media_type.lower().startswith(token[:-1])
    return facts.media_type.lower() == token


def accept_tokens(text: Any) -> tuple[str, ...]:
    """The parts of an `accept` attribute, in small letters; none means that every type is accepted."""
    parts = text.split(",") if isinstance(text, str) else ()
    return tuple(token for token in (part.strip().lower() for part in parts) if token and token != "*/*")


def size(count: int) -> str:
    """Bytes as people read them."""
    for unit, step in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if count >= step:
            return f"{count / step:.4g} {unit}"
    return f"{count} B"
