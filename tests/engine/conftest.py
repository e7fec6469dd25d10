"""Engines on both databases, with a small city of units and accounts, and a frozen clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from city import City, make_city

from service.clock import SHANGHAI, FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI))


@pytest.fixture
def city(database_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[City]:
    made = make_city(database_url, tmp_path / "files", clock)
    yield made
    made.store.close()
