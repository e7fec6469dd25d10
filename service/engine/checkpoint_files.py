"""Checkpoints outside the database: one small signed JSON file each. Open this to check one with other tools.

format      chengxu-checkpoint/1
id, at      which it is and when it was made (ISO 8601)
algorithm   sha256 or sm3
chains, links   how many there were in all
before      id and digest of the checkpoint before, or null
whole       whether `heads` holds every chain; otherwise those that changed since the checkpoint before
heads       the ends of chains: lines "chain seq hash" in the order of their names, compressed by zlib, in base64
digest      over the header (`Checkpoint.header`) and the lines of `heads`, in hexadecimal
key         the public key (Ed25519, 32 bytes, hexadecimal)
signature   over "chengxu-checkpoint/1", a line feed and the digest, in hexadecimal
"""

from __future__ import annotations

import base64
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from service.errors import Invalid
from service.store.columns import milliseconds
from service.store.hashing import ALGORITHMS, digest
from service.store.proving import DAY, Signed

FORMAT: Final = "chengxu-checkpoint/1"
ENDING: Final = ".json"
#: A file whose row is not known to be stored yet.
PENDING: Final = ".part"
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint as its file holds it. `packed` is what `pack` made of the lines."""

    id: str
    at: datetime
    algorithm: str
    chains: int
    links: int
    before: tuple[str, str] | None  # id and digest
    whole: bool
    packed: bytes
    digest: str
    key: str
    signature: str

    @property
    def name(self) -> str:
        """How its file is called: in the order in which they were made."""
        return f"{self.at:%Y-%m-%d}-{self.id}{ENDING}"

    @property
    def header(self) -> bytes:
        before = " ".join(self.before) if self.before else "-"
        lines = [
            FORMAT, self.id, str(milliseconds(self.at)), self.algorithm, str(self.chains), str(self.links), before,
            "whole" if self.whole else "changes",
        ]  # fmt: skip
        return "".join(f"{line}\n" for line in lines).encode()

    def reckon(self) -> str:
        """The digest that it should have."""
        return digest(self.algorithm, self.header + b"".join(_unpack(self.packed))).hex()

    def heads(self) -> Iterator[Signed]:
        """The ends of chains that it signed, in the order of their names."""
        rest = b""
        for piece in _unpack(self.packed):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                chain, seq, head = line.split(b" ")
                yield Signed(chain=chain.decode(), seq=int(seq), head=bytes.fromhex(head.decode()), checkpoint=self.id)

    def as_bytes(self) -> bytes:
        document = {
            "format": FORMAT, "id": self.id, "at": self.at.isoformat(), "algorithm": self.algorithm, "chains": self.chains,
            "links": self.links, "before": {"id": self.before[0], "digest": self.before[1]} if self.before else None,
            "whole": self.whole, "digest": self.digest, "key": self.key, "signature": self.signature,
            "heads": base64.b64encode(self.packed).decode(),
        }  # fmt: skip
        return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def signed_bytes(digest_: str) -> bytes:
    """What is signed of a checkpoint."""
    return f"{FORMAT}\n{digest_}".encode()


def pack(heads: Iterable[tuple[str, int, bytes]]) -> bytes:
    """Put ends of chains into the order of their names, as lines, compressed."""
    lines = sorted(heads, key=lambda one: place_of(one[0]))
    return zlib.compress("".join(f"{chain} {seq} {head.hex()}\n" for chain, seq, head in lines).encode(), 9)


def place_of(chain: str) -> tuple[bool, str]:
    """Where a chain stands among others: those of cases first."""
    return chain.startswith(DAY), chain


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a file. Invalid when it is none of ours, or damaged; whether it is true is not asked here."""
    try:
        document = orjson.loads(path.read_bytes())
        before = document["before"]
        found = Checkpoint(
            id=str(document["id"]), at=datetime.fromisoformat(document["at"]), algorithm=str(document["algorithm"]),
            chains=int(document["chains"]), links=int(document["links"]),
            before=None if before is None else (str(before["id"]), str(before["digest"])), whole=bool(document["whole"]),
            packed=base64.b64decode(document["heads"], validate=True), digest=str(document["digest"]),
            key=str(document["key"]), signature=str(document["signature"]),
        )  # fmt: skip
        known = document["format"] == FORMAT and found.algorithm in ALGORITHMS and found.at.tzinfo is not None
        if known:
            for _ in found.heads():
                pass
    except (OSError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise _unreadable(path) from error
    if not known:
        raise _unreadable(path)
    return found


def list_files(folder: Path) -> tuple[Path, ...]:
    """The files of a folder, in the order in which their checkpoints were made."""
    return tuple(sorted(folder.glob(f"*{ENDING}")))


def write_pending(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write a file, synced, under a name that does not count yet; `settle` gives it its own."""
    folder.mkdir(parents=True, exist_ok=True)
    pending = folder / f"{checkpoint.name}{PENDING}"
    with pending.open("wb") as file:
        file.write(checkpoint.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    return pending


def settle(pending: Path) -> Path:
    """Give a file its own name once its row is stored."""
    final = pending.with_name(pending.name.removesuffix(PENDING))
    pending.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return final


def list_pending(folder: Path) -> dict[str, Path]:
    """The files whose maker died before it gave them their names, by the id of their checkpoint."""
    found = folder.glob(f"*{ENDING}{PENDING}")
    return {path.name.removesuffix(f"{ENDING}{PENDING}").rpartition("-")[2]: path for path in found}


def _unpack(packed: bytes) -> Iterator[bytes]:
    unpacking = zlib.decompressobj()
    for start in range(0, len(packed), _PIECE):
        yield unpacking.decompress(packed[start : start + _PIECE])
    yield unpacking.flush()
    if not unpacking.eof:
        raise ValueError("cut short")


def _unreadable(path: Path) -> Invalid:
    return Invalid(f"{path.name} 不是可读的检查点文件。", message_en=f"{path.name} is not a checkpoint that can be read.")
