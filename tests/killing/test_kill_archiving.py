"""`kill -9` in the middle of archiving: every family is at any moment wholly in the archive or wholly out of it, and it goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from city import City, make_city
from drawing import chain, end, start, user_task
from sqlalchemy import func, select

from service.clock import SHANGHAI, FrozenClock
from service.engine import archiving, verifying
from service.store import tables as t

CLERK, MONITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin"
CASES = 150
#: After how many lines of the runner each is killed: some have begun a family, some have written it and not committed.
KILLS = (7, 30, 61, 82)
RUNNER = Path(__file__).with_name("archive_runner.py")


def prove(city: City, variables: dict[str, bytes]) -> int:
    """Each case is in the archive or not, reads as before either way, and its history is whole. Returns how many are archived."""
    with city.store.read() as connection:
        kept = set(connection.execute(select(t.archives.c.root)).scalars())
        emptied = set(connection.execute(select(t.cases.c.id).where(t.cases.c.variables == b"")).scalars())
        marked = set(connection.execute(select(t.cases.c.id).where(t.cases.c.archived_at.is_not(None))).scalars())
        told = select(t.history.c.chain, func.count()).where(t.history.c.kind == "case.archived").group_by(t.history.c.chain)
        lines = {row.chain: row[1] for row in connection.execute(told)}
    assert kept == emptied == marked == lines.keys()
    assert set(lines.values()) <= {1}
    assert {case: city.case(case).variables for case in variables} == variables
    assert verifying.summarize(verifying.go_through(city.store, ())).breaks == ()
    return len(kept)


@pytest.mark.slow
def test_killed_archiving_goes_on_where_it_stood(tmp_path: Path) -> None:
    url, clock = f"sqlite:///{tmp_path / 'x.db'}", FrozenClock(datetime(2026, 8, 20, 9, tzinfo=SHANGHAI))
    city = make_city(url, tmp_path / "files", clock)
    city.deploy({"kept": start() + user_task("work") + end() + chain("begin", "work", "finished")})
    cases = [city.engine.start_case("kept", {}, by=CLERK).id for _ in range(CASES)]
    for case in cases:
        city.engine.terminate_case(case, reason="项目取消", by=MONITOR)
    variables = {case: city.case(case).variables for case in cases}

    archived = []
    for lines in KILLS:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        runner = subprocess.Popen(
            [sys.executable, str(RUNNER), url, str(tmp_path / "files")], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert runner.stdout is not None
        for line, _ in enumerate(runner.stdout, 1):
            if line == lines:
                break
        runner.kill()
        runner.communicate()
        archived.append(prove(city, variables))
    assert archived == sorted(set(archived)), "each went on where the one before was killed"
    assert 0 < archived[-1] < CASES, "the runner was killed before or after its work, not in it"
    clock.set(datetime(2028, 9, 1, 9, tzinfo=SHANGHAI))
    assert archiving.archive_due(city.engine.machine, reason="", by="system") == CASES - archived[-1]
    assert prove(city, variables) == CASES
    city.store.close()
