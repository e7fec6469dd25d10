"""`kill -9` while open dates are reckoned anew: the next worker goes on, and every date moves exactly once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from city import make_city
from drawing import chain, end, start, user_task

from service.clock import SHANGHAI, FrozenClock
from service.store import reads
from service.store.history import first_broken_link
from service.worker.housekeeping import keep_house

CLERK = "pj_unit_clerk.jiaoyu"
CASES, KILLS = 40, 3
RUNNER = Path(__file__).with_name("recompute_runner.py")


@pytest.mark.slow
def test_a_killed_recomputation_goes_on_where_it_stood(tmp_path: Path) -> None:
    url, clock = f"sqlite:///{tmp_path / 'x.db'}", FrozenClock(datetime(2027, 1, 6, 9, tzinfo=SHANGHAI))
    city = make_city(url, tmp_path / "files", clock)
    schedule = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'
    task = user_task("work").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + schedule)
    city.deploy({"waiting": start() + task + end() + chain("begin", "work", "finished")})
    cases = [city.engine.start_case("waiting", {}, by=CLERK).id for _ in range(CASES)]

    moved = 0
    for number in range(KILLS):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        runner = subprocess.Popen(
            [sys.executable, str(RUNNER), url, str(tmp_path / "files"), str(10 + number)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert runner.stdout is not None
        for line in runner.stdout:
            moved += line == "moved\n"
            if moved and moved % 7 == 0:
                break
        runner.kill()
        runner.communicate()
        moved += 1  # the next round kills later
    clock.advance(timedelta(hours=10))
    keep_house(city.engine.machine, "test")  # the lease of the killed worker has run out
    city.engine.machine.reload_rules()
    city.worker.drain()

    with city.store.read() as connection:
        tasks = reads.list_case_tasks(connection, cases)
        whole = [first_broken_link(connection, case, city.case(case).history_head) for case in cases]
    assert {task["due_at"] for task in tasks} == {datetime(2027, 1, 21, tzinfo=SHANGHAI)}
    assert whole == [None] * CASES
    lines = [[link.kind for link in city.history(case)].count("deadline.moved") for case in cases]
    assert lines == [1] * CASES
    assert 1 < moved < CASES, "the runner was killed before or after its work, not in it"
    city.store.close()
