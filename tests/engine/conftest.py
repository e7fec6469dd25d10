"""Engines on both databases, with a small city of units and accounts, and a frozen clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from city import City

from service.clock import SHANGHAI, FrozenClock

MORNING = datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def city(city_at: Callable[..., City]) -> City:
    return city_at(MORNING)


@pytest.fixture
def clock(city: City) -> FrozenClock:
    return city.clock
