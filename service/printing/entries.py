"""The entries of a zip: names that are safe on every system and occur once, bytes that depend on nothing but the content."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO, Final

#: What no system takes in a name of a file, and the names that one of them keeps for itself.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_LONGEST: Final = 80
_CHUNK: Final = 1 << 18
#: A zip cannot tell an earlier time; all its entries tell this one.
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_PERMISSIONS: Final = 0o100644 << 16


def safe_name(name: str) -> str:
    """A name for a file without folders, signs that cannot be seen, and what some system refuses; at most 80 characters."""
    seen = "".join(sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign)[0] != "C")
    plain = _FORBIDDEN.sub("_", seen).strip(" .")
    if not plain or _RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    ending = PurePosixPath(plain).suffix
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - len(ending)].rstrip(" .") + ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What stands in a zip. `size` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(slots=True)
class Archive:
    """Writes a zip to a stream that need not be sought in, an entry after the other."""

    target: BinaryIO
    entries: list[Entry] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    _zip: zipfile.ZipFile = field(init=False)

    def __post_init__(self) -> None:
        self._zip = zipfile.ZipFile(self.target, "w")

    def unique(self, folder: str, name: str) -> str:
        """A safe name inside a folder that no entry has, whatever the case of its letters: `a.pdf`, then `a (2).pdf`."""
        safe = PurePosixPath(safe_name(name))
        number, found = 1, f"{folder}{safe}"
        while found.casefold() in self._taken:
            number += 1
            found = f"{folder}{safe.stem} ({number}){safe.suffix}"
        return found

    def add(self, name: str, content: bytes) -> Entry:
        """Add a text or another short entry, packed."""
        with self._zip.open(self._head(name, packed=True), "w") as entry:
            entry.write(content)
        return self._keep(Entry(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest()))

    def copy(self, name: str, source: BinaryIO) -> Entry:
        """Add a file as it is, a piece at a time: most documents are packed already."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(self._head(name, packed=False), "w", force_zip64=True) as entry:
            while piece := source.read(_CHUNK):
                digest.update(piece)
                size += len(piece)
                entry.write(piece)
        return self._keep(Entry(name=name, size=size, sha256=digest.hexdigest()))

    def close(self) -> None:
        self._zip.close()

    def _head(self, name: str, *, packed: bool) -> zipfile.ZipInfo:
        head = zipfile.ZipInfo(name, _TIME)
        head.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        head.create_system, head.external_attr = 3, _PERMISSIONS
        self._taken.add(name.casefold())
        return head

    def _keep(self, entry: Entry) -> Entry:
        self.entries.append(entry)
        return entry
