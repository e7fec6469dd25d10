"""S04 by the clock: the days on which the unit of a late plan is reminded, and what happens on the night on which it is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from service.clock import SHANGHAI
from service.errors import NotFound
from service.scenario import Ground, play, read
from service.scenario.in_process import EngineDriver
from service.store import Store
from service.store.tables import notice_queues, notices

SCENARIO = Path(__file__).parents[1] / "scenarios/s04_late_plan.yaml"
UNIT_LEAD, CENTER_LEAD = "pj_unit_lead@nongye", "pj_center_lead"


@pytest.fixture(scope="module")
def played() -> Iterator[EngineDriver]:
    """The whole of S04, played once."""
    scenario = read(SCENARIO)
    with Ground() as ground, ground.driver(scenario) as driver:
        assert play(scenario, driver).passed
        yield driver


def told(store: Store, queue: str, *kinds: str, deadline: str = "D-PJ-01") -> list[datetime]:
    """When a queue was told of the deadline, in Shanghai; times that several notices share once."""
    with store.read() as connection:
        found = connection.execute(
            select(notices.c.at)
            .join(notice_queues, notice_queues.c.notice_id == notices.c.id)
            .where(notice_queues.c.queue == queue, notices.c.deadline == deadline, notices.c.kind.in_(kinds))
            .order_by(notices.c.at)
        ).scalars()
        return sorted({at.astimezone(SHANGHAI) for at in found})


def store_of(driver: EngineDriver) -> Store:
    return driver.engine.machine.store


def test_the_head_of_the_unit_is_reminded_on_working_days_only(played: EngineDriver) -> None:
    days = [at.date() for at in told(store_of(played), UNIT_LEAD, "reminded")]
    # T-30 falls on Saturday 1 August and T-1 on Sunday 30 August; T-3 is Friday 28 August already: sent as one with T-1.
    assert days == [date(2026, 7, 31), date(2026, 8, 21), date(2026, 8, 28)]


def test_the_clerk_is_reminded_on_the_same_days(played: EngineDriver) -> None:
    days = [at.date() for at in told(store_of(played), "pj_unit_clerk@nongye", "reminded")]
    assert days == [date(2026, 7, 31), date(2026, 8, 21), date(2026, 8, 28)]


def test_the_head_of_the_centre_hears_of_it_when_the_last_day_is_over(played: EngineDriver) -> None:
    first, *_ = told(store_of(played), CENTER_LEAD, "overdue", "escalated")
    assert first == datetime(2026, 9, 1, tzinfo=SHANGHAI)


def test_the_head_of_the_unit_hears_of_it_too(played: EngineDriver) -> None:
    assert told(store_of(played), UNIT_LEAD, "overdue", "escalated")[0] == datetime(2026, 9, 1, tzinfo=SHANGHAI)


def test_another_unit_hears_nothing_of_it(played: EngineDriver) -> None:
    with store_of(played).read() as connection:
        texts = connection.execute(
            select(notices.c.zh)
            .join(notice_queues, notice_queues.c.notice_id == notices.c.id)
            .where(notice_queues.c.queue == "pj_unit_lead@jiaoyu")
        ).scalars()
        assert not [text for text in texts if "农业农村局" in text]


def test_a_unit_sees_its_own_plan_and_no_other(played: EngineDriver) -> None:
    own, other = (played.find_case("unit_plan", None, by=f"pj_unit_clerk.{unit}") for unit in ("nongye", "jiaoyu"))
    assert own is not None
    assert other is not None
    assert own != other
    with pytest.raises(NotFound):
        played.view_case(other, by="pj_unit_clerk.nongye")
