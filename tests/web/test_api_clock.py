"""The demonstration's clock over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.clock import OffsetClock
from service.store.demo_clock import StoredOffset

CLERK = "pj_unit_clerk.jiaoyu"


@pytest.fixture
def demo(site: Any) -> Iterator[Any]:
    """A site whose clock can be moved, with a worker that runs."""
    machine = site.city.engine.machine
    offset = StoredOffset(site.city.store)
    machine.clock, machine.clock_changed = OffsetClock(offset), offset.forget
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.02):
            site.city.worker.drain()

    thread = threading.Thread(target=work)
    thread.start()
    yield site
    stop.set()
    thread.join()


def now(site: Any) -> datetime:
    answer = site.as_(CLERK).get("/clock").json
    assert answer["moving"] is False
    return datetime.fromisoformat(answer["now"])


def test_it_is_set_and_moved_on(demo: Any) -> None:
    clerk = demo.as_(CLERK)
    assert clerk.put("/clock", {"now": "2030-08-20T09:00+08:00"}).status_code == 200
    assert now(demo).isoformat().startswith("2030-08-20T09:00")
    demo.start()
    assert clerk.put("/clock", {"advance": "P10D"}).status_code == 200
    assert now(demo).isoformat().startswith("2030-08-30T09:00")


def test_it_never_goes_back_once_there_is_a_case(demo: Any) -> None:
    demo.start()
    earlier = (now(demo) - timedelta(days=1)).isoformat()
    assert demo.as_(CLERK).put("/clock", {"now": earlier}).status_code == 409


@pytest.mark.parametrize("body", [{}, {"now": "tomorrow"}, {"advance": "ten days"}, {"now": "2030-01-01", "advance": "P1D"}])
def test_a_wrong_time_is_told_in_words(demo: Any, body: dict[str, str]) -> None:
    answer = demo.as_(CLERK).put("/clock", body)
    assert answer.status_code == 422
    assert answer.json["detail"]


def test_outside_a_demonstration_there_is_no_clock_to_move(site: Any) -> None:
    assert site.as_(CLERK).get("/clock").status_code == 200
    assert site.as_(CLERK).put("/clock", {"advance": "P1D"}).status_code == 404
