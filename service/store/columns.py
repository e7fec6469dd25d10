"""Column types that both databases understand alike: instants, and ids that sort by the time they were made."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, String
from sqlalchemy.types import TypeDecorator

from service.clock import SHANGHAI

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, so that ids can be read aloud

Id = String(24)


def new_id() -> str:
    """Make an id of 24 letters and digits: 48 bits of milliseconds, then 72 random bits. Later ids sort after earlier ones."""
    number = (int(time.time() * 1000) << 72) | int.from_bytes(os.urandom(9), "big")
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(115, -1, -5))


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as milliseconds since 1970-01-01T00:00Z and read back in Asia/Shanghai."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else (value - _EPOCH) // _MILLISECOND

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, SHANGHAI)
