"""Files by content: `<folder>/ab/<sha256>`, written and synced before the row that names them commits."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from service.errors import Invalid, NotFound

_CHUNK = 1 << 20
#: Seconds after which a file is no longer part of an upload that is going on.
_SETTLED = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    sha256: str
    size: int
    head: bytes  # the first 4 KB, for telling the type by its magic bytes


class Blobs:
    """A folder of files named by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, stream: BinaryIO, *, limit: int) -> Blob:
        """Store a stream of at most `limit` bytes; a larger one is refused and leaves nothing behind."""
        self._folder.mkdir(parents=True, exist_ok=True)
        digest, size, head = hashlib.sha256(), 0, b""
        descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix="incoming-")
        try:
            with os.fdopen(descriptor, "wb") as target:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > limit:
                        raise Invalid(
                            f"文件过大：上限为 {limit // (1 << 20)} MB，请压缩或拆分后重新上传。",
                            message_en=f"The file is larger than {limit // (1 << 20)} MB; compress or split it.",
                        )
                    head = head or chunk[:4096]
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            path = self._path(digest.hexdigest())
            if not path.parent.is_dir():
                path.parent.mkdir(exist_ok=True)
                _sync(self._folder)
            os.replace(temporary, path)
            _sync(path.parent)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return Blob(sha256=digest.hexdigest(), size=size, head=head)

    def path(self, sha256: str) -> Path:
        """Return where a stored file lies; NotFound when it is gone."""
        found = self._path(sha256)
        if not found.is_file():
            raise NotFound("附件文件不存在，请联系管理员。", message_en="The file of this attachment is missing.")
        return found

    def remove(self, sha256: str, *, now: datetime) -> None:
        """Delete a file that no row names any more; one stored within the last hour may get its row any moment, and stays."""
        path = self._path(sha256)
        if path.exists() and _is_settled(path, now):
            path.unlink(missing_ok=True)

    def sweep_incoming(self, *, now: datetime) -> None:
        """Delete what uploads left that were killed half-way."""
        for path in self._folder.glob("incoming-*"):
            if _is_settled(path, now):
                path.unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _is_settled(path: Path, now: datetime) -> bool:
    return now.timestamp() - path.stat().st_mtime > _SETTLED


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
