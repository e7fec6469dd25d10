"""What a file is, told by its first bytes and, for office documents, by the parts of its ZIP. Open this to accept another kind.

Only kinds that are listed here are accepted; programs, scripts and HTML are not among them, whatever they are called.
"""

from __future__ import annotations

import codecs
import re
import struct
import zipfile
from collections.abc import Mapping
from typing import IO, Final

from service.errors import Finding, InvalidAnswers
from service.web.refusals import DisguisedFile

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_HEAD: Final = 4096

#: Extension -> (kinds of content that it may have, media type to serve it as).
ACCEPTED: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    ending: (frozenset(kinds.split()), media)
    for ending, kinds, media in (
        ("pdf", "pdf", "application/pdf"),
        ("ofd", "ofd", "application/ofd"),
        ("docx", "docx", f"{_OFFICE}wordprocessingml.document"),
        ("xlsx", "xlsx", f"{_OFFICE}spreadsheetml.sheet"),
        ("pptx", "pptx", f"{_OFFICE}presentationml.presentation"),
        ("doc", "ole rtf", "application/msword"),
        ("xls", "ole", "application/vnd.ms-excel"),
        ("ppt", "ole", "application/vnd.ms-powerpoint"),
        ("wps", "ole docx", "application/vnd.ms-works"),
        ("et", "ole xlsx", "application/vnd.ms-excel"),
        ("dps", "ole pptx", "application/vnd.ms-powerpoint"),
        ("png", "png", "image/png"),
        ("jpg", "jpeg", "image/jpeg"),
        ("jpeg", "jpeg", "image/jpeg"),
        ("gif", "gif", "image/gif"),
        ("bmp", "bmp", "image/bmp"),
        ("tif", "tiff", "image/tiff"),
        ("tiff", "tiff", "image/tiff"),
        ("zip", "zip docx xlsx pptx ofd", "application/zip"),
        ("txt", "text", "text/plain"),
        ("csv", "text", "text/csv"),
    )
}

_MAGIC: Final = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
)
_PARTS: Final = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx"), ("OFD.xml", "ofd"))
_MACROS: Final = re.compile(r"(^|/)vbaProject\.bin$", re.IGNORECASE)
_MARKUP: Final = re.compile(rb"^[\s\xef\xbb\xbf]*<(!doctype|html|head|body|script|svg|iframe|\?php|\?xml|!--)", re.IGNORECASE)
#: Signs that no text has, and every program.
_CONTROL: Final = re.compile("[\\x00-\\x08\\x0e-\\x1f\\x7f]")
#: The list of parts of an office document; a larger one is made to wear us out.
_LONGEST_DIRECTORY: Final = 4 * 1024 * 1024


def media_type(name: str, stream: IO[bytes]) -> str:
    """The media type to serve a file as. InvalidAnswers for a kind that is not accepted, DisguisedFile for another content."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    known = ACCEPTED.get(ending)
    if known is None:
        listed = "、".join(ACCEPTED)
        message = f"不接受此类文件：“{name}”。可上传：{listed}。"
        raise InvalidAnswers([_finding("file-type", message, f"{name} is of a kind that is not accepted. Accepted: {listed}.")])
    kinds, media = known
    if detect(stream) not in kinds:
        message = f"“{name}”的内容与扩展名 .{ending} 不符，或文件已损坏；请另存为正确的格式后重新上传。"
        message_en = f"The content of {name} is not what .{ending} says, or it is damaged; save it in the right format."
        raise DisguisedFile([_finding("disguised-file", message, message_en)], message, message_en=message_en)
    return media


def detect(stream: IO[bytes]) -> str:
    """Tell the kind of a content: one of those that ACCEPTED names, or "" for anything else."""
    stream.seek(0)
    head = stream.read(_HEAD)
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    if kind == "zip":
        return _zip_kind(stream)
    if kind:
        return kind
    return "text" if _is_text(stream, head) else ""


def _zip_kind(stream: IO[bytes]) -> str:
    if not _is_small_directory(stream):
        return "zip"
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return ""
    kind = next((kind for part, kind in _PARTS if part in names), "zip")
    return "" if kind != "zip" and any(map(_MACROS.search, names)) else kind


def _is_small_directory(stream: IO[bytes]) -> bool:
    """Whether the directory at the end of a ZIP can be read without much memory; ZIP64 is for archives, not documents."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22 or b"PK\x06\x07" in tail[:at]:
        return False
    directory: int = struct.unpack_from("<I", tail, at + 12)[0]
    return directory <= _LONGEST_DIRECTORY


def _is_text(stream: IO[bytes], head: bytes) -> bool:
    """Whether a content is plain text in UTF-8 or GB 18030, and neither markup nor a script."""
    if head.startswith(b"#!") or _MARKUP.match(head):
        return False
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decodes(stream, "utf-16")
    return _decodes(stream, "utf-8") or _decodes(stream, "gb18030")


def _decodes(stream: IO[bytes], encoding: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := stream.read(1 << 20):
            if _CONTROL.search(decoder.decode(chunk)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _finding(rule: str, message: str, message_en: str) -> Finding:
    return Finding(field="file", rule=rule, message=message, message_en=message_en)
