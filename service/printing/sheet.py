"""What stands on an approval sheet, as plain data. Open this to see its parts before reading how they are gathered or drawn."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import orjson
from cryptography.hazmat.primitives.hashes import SM3, Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label with what stands beside it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one step has answered."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What somebody decided. `deputy_of` is for whom they did it; `hidden` that a part is not open to this reader."""

    step: str
    verdict: str
    text: str
    name: str
    deputy_of: str | None
    unit: str
    at: datetime
    signed: bool
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that happened."""

    at: datetime
    who: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An approval sheet for one reader. `seals` are the units that opine; `head` is the hash of history line `seq`, in hex.

    `head` is None when something is not open to the reader: the hash would confirm a guess.
    """

    case_id: str
    title: str
    business_key: str
    subject: str
    facts: tuple[Fact, ...]
    groups: tuple[Group, ...]
    opinions: tuple[Opinion, ...]
    lines: tuple[Line, ...]
    seals: tuple[str, ...]
    reader: str
    at: datetime  # of the newest line of history
    seq: int
    head: str | None

    @property
    def sm3(self) -> str:
        """SM3 of everything on the sheet, in hex: a sheet that is printed again from the same records has the same."""
        digest = Hash(SM3())
        digest.update(orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z))
        return digest.finalize().hex()
