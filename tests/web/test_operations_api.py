"""How the machine fares, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from service.engine import stuck
from service.store import heartbeats

CLERK, MONITOR, AUDIT = "pj_unit_clerk.jiaoyu", "monitor.zhongxin", "pj_audit.shenji"


def figures(site: Any, process: str) -> dict[str, Any]:
    items = site.as_(MONITOR).get("/operations/processes").json["items"]
    found: dict[str, Any] = next(one for one in items if one["process"] == process)
    return found


def test_open_cases_are_counted_by_version_and_what_is_stuck_by_process(site: Any, clock: Any) -> None:
    before = figures(site, "notes")
    assert (before["version"], before["open"], before["stuck"]) == (1, 0, 0)
    site.start()
    site.start()
    clock.set(clock.now() + timedelta(days=7))
    stuck.sweep(site.city.engine.machine, whole=True)
    after = figures(site, "notes")
    assert (after["open"], after["stuck"], after["incidents"]) == (2, 2, 0)


def test_a_worker_that_fell_silent_is_told_from_one_that_lives(site: Any) -> None:
    machine = site.city.engine.machine
    now = machine.clock.machine()
    with machine.store.write() as connection:
        heartbeats.beat(connection, "alive", at=now)
        heartbeats.beat(connection, "gone", at=now - timedelta(minutes=5))
    answer = site.as_(MONITOR).get("/operations").json
    assert {one["id"]: one["lives"] for one in answer["workers"]} == {"alive": True, "gone": False}
    assert answer["database_bytes"] > 0


def test_auditors_may_look_and_staff_may_not(site: Any) -> None:
    for path in ("/operations", "/operations/processes"):
        assert site.as_(AUDIT).get(path).status_code == 200
        assert site.as_(CLERK).get(path).status_code == 403
