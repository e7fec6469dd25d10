"""`kill -9` in the middle of a batch of retries: it goes on, and each case is at any moment before or after its item, never between."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from city import City, make_city
from drawing import chain, end, service_task, start, user_task
from sqlalchemy import select

from service.clock import SHANGHAI, FrozenClock
from service.sdk import HANDLERS, Registered
from service.store import batches, reads
from service.store import tables as t
from service.store.history import first_broken_link
from service.worker.housekeeping import keep_house

CLERK, MONITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin"
CASES = 200
#: After how many lines of the runner each is killed.
KILLS = (17, 60, 61, 90)
RUNNER = Path(__file__).with_name("batch_runner.py")


def prove(city: City, batch: str) -> dict[str, int]:
    """Each item, its job and its case's history say the same. Returns the items by state."""
    with city.store.read() as connection:
        rows = connection.execute(
            select(t.batch_items.c.state, t.batch_items.c.case_id, t.jobs.c.state)
            .join_from(t.batch_items, t.jobs, t.jobs.c.id == t.batch_items.c.subject)
            .where(t.batch_items.c.batch_id == batch)
        ).all()
        counts = batches.count_items(connection, batch)
    for item, case, job in rows:
        kinds = [link.kind for link in city.history(case)]
        if item == "todo":
            assert (job, kinds.count("job.retried"), kinds.count("job.done")) == ("parked", 0, 0)
        else:
            assert kinds.count("job.retried") == 1
            assert kinds.count("job.done") == (job == "done")
            assert job in ("todo", "doing", "done") if item == "waiting" else item == job == "done"
    return counts


@pytest.mark.slow
def test_a_killed_batch_goes_on_where_it_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, clock = f"sqlite:///{tmp_path / 'x.db'}", FrozenClock(datetime(2026, 8, 20, 9, tzinfo=SHANGHAI))
    city = make_city(url, tmp_path / "files", clock)
    monkeypatch.setitem(HANDLERS, "call_bank", Registered(name="call_bank", run=lambda _: {}, inline=False, source=__file__))
    body = start() + service_task("call_bank") + user_task("look") + end() + chain("begin", "call_bank", "look", "finished")
    city.deploy({"banking": body})
    cases = [city.engine.start_case("banking", {}, by=CLERK).id for _ in range(CASES)]
    with city.store.read() as connection:
        jobs = [job["id"] for job in reads.list_case_jobs(connection, cases)]
    for job in jobs:
        city.engine.act_on("park_job", job, arguments={}, reason="银行维护", by=MONITOR)
    batch = city.engine.ask_batch("retry_job", subjects=jobs, arguments={}, reason="银行已恢复", by=MONITOR).id

    left = []
    for number, lines in enumerate(KILLS):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        runner = subprocess.Popen(
            [sys.executable, str(RUNNER), url, str(tmp_path / "files"), str(10 + number)], stdout=subprocess.PIPE, text=True,
            env=environment,
        )  # fmt: skip
        assert runner.stdout is not None
        for line, _ in enumerate(runner.stdout, 1):
            if line == lines:
                break
        runner.kill()
        runner.communicate()
        counts = prove(city, batch)
        left.append(counts.get("todo", 0) + counts.get("waiting", 0))
    assert left == sorted(left, reverse=True)
    assert 0 < left[-1] < CASES, "the runner was killed before or after its work, not in it"

    clock.advance(timedelta(hours=10))
    keep_house(city.engine.machine, "test")  # the leases of the killed worker have run out
    city.worker.drain()
    clock.advance(timedelta(seconds=2))
    city.worker.drain()

    assert prove(city, batch) == {"done": CASES}
    with city.store.read() as connection:
        found = batches.find_batch(connection, batch)
        assert found is not None
        assert found.state == "done"
        assert [first_broken_link(connection, case, city.case(case).history_head) for case in cases] == [None] * CASES
    assert all([one.element for one in city.tasks(case)] == ["look"] for case in cases)
    city.store.close()
