"""Files by their content: whole or not there."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.errors import Invalid, NotFound
from service.store.blobs import Blobs

CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_lies_under_its_digest(blob_folder: Path) -> None:
    blob = Blobs(blob_folder).put(io.BytesIO(CONTENT), limit=1 << 20)
    assert (blob.sha256, blob.size, blob.head) == (SHA256, len(CONTENT), CONTENT[:4096])
    assert files(blob_folder) == [f"{SHA256[:2]}/{SHA256}"]
    assert Blobs(blob_folder).path(SHA256).read_bytes() == CONTENT


def test_an_empty_file_is_a_file(blob_folder: Path) -> None:
    blob = Blobs(blob_folder).put(io.BytesIO(), limit=0)
    assert (blob.size, blob.head) == (0, b"")
    assert Blobs(blob_folder).path(blob.sha256).read_bytes() == b""


def test_the_same_content_twice_is_stored_once(blob_folder: Path) -> None:
    blobs = Blobs(blob_folder)
    assert blobs.put(io.BytesIO(CONTENT), limit=1 << 20) == blobs.put(io.BytesIO(CONTENT), limit=1 << 20)
    assert len(files(blob_folder)) == 1
    assert os.listdir(blob_folder) == [SHA256[:2]]


def test_the_same_content_from_many_at_once_is_stored_once(blob_folder: Path) -> None:
    together = threading.Barrier(6, timeout=30)

    def put(_number: int) -> str:
        together.wait()
        return Blobs(blob_folder).put(io.BytesIO(CONTENT), limit=1 << 20).sha256

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(put, range(6))) == {SHA256}
    assert files(blob_folder) == [f"{SHA256[:2]}/{SHA256}"]


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_leaves_nothing(blob_folder: Path) -> None:
    limit = 3 << 20
    Blobs(blob_folder).put(io.BytesIO(b"x" * limit), limit=limit)
    before = files(blob_folder)
    with pytest.raises(Invalid, match="3 MB"):
        Blobs(blob_folder).put(io.BytesIO(b"y" * (limit + 1)), limit=limit)
    assert files(blob_folder) == before


class BrokenUpload(io.BytesIO):
    """Gives some bytes, then the connection is lost."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise ConnectionError("lost")
        return super().read(10)


def test_an_upload_that_breaks_off_leaves_nothing(blob_folder: Path) -> None:
    with pytest.raises(ConnectionError):
        Blobs(blob_folder).put(BrokenUpload(CONTENT), limit=1 << 20)
    assert files(blob_folder) == []


def test_what_was_stored_a_moment_ago_is_not_swept_because_its_row_may_be_on_its_way(blob_folder: Path) -> None:
    blobs = Blobs(blob_folder)
    blobs.put(io.BytesIO(CONTENT), limit=1 << 20)
    blobs.remove(SHA256, now=datetime.now(UTC))
    assert blobs.path(SHA256).read_bytes() == CONTENT


def test_a_file_that_is_gone_is_not_found(blob_folder: Path) -> None:
    blobs = Blobs(blob_folder)
    blobs.put(io.BytesIO(CONTENT), limit=1 << 20)
    os.utime(blobs.path(SHA256), (0, 0))
    blobs.remove(SHA256, now=datetime.now(UTC))
    blobs.remove(SHA256, now=datetime.now(UTC))
    with pytest.raises(NotFound):
        blobs.path(SHA256)
