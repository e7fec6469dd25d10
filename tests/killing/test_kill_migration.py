"""`kill -9` while a batch moves running cases to another version: each stands in one of the two, and the next worker goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from city import City, make_city
from drawing import chain, end, flow, start, user_task
from drawing_more import timer
from sqlalchemy import select

from service.clock import SHANGHAI, FrozenClock
from service.engine.reconcile import reconcile
from service.store import batches, cases, relabelling
from service.store import tables as t
from service.store.history import first_broken_link

CLERK = "pj_unit_clerk.jiaoyu"
CASES, KILLS = 300, 12
RUNNER = Path(__file__).with_name("migration_runner.py")
OLD = start() + user_task("work") + end() + end("told") + chain("begin", "work", "finished")
OLD += timer("late", "work", interrupting=False, duration="P60D") + flow("late", "told")
NEW = OLD.replace('"work"', '"labour"').replace("plain.work", "plain.labour").replace('"late"', '"tardy"')


@pytest.mark.slow
def test_a_killed_migration_leaves_every_case_in_one_version_or_the_other(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    city = make_city(url, tmp_path / "files", FrozenClock(datetime(2026, 8, 20, 9, tzinfo=SHANGHAI)))
    city.deploy({"waiting": OLD})
    listed = [city.engine.start_case("waiting", {}, by=CLERK).id for _ in range(CASES)]
    before = {case: _rows(city, case) for case in listed}
    city.deploy({"waiting": NEW})
    arguments = {"from_version": 1, "to_version": 2, "mapping": {"work": "labour", "late": "tardy"}}
    batch = city.engine.ask_batch("migrate", subjects=listed, arguments=arguments, reason="新版流程", by="monitor.zhongxin").id
    chance = random.Random(7)
    seen: set[int] = set()
    for number in range(KILLS):
        _run(url, tmp_path / "files", number=number, moves=chance.randrange(2, CASES // KILLS), pause=chance.random() * 0.008)
        moved = {case for case in listed if _version(city, case) == 2}
        assert _done(city, batch) == moved
        seen.add(len(moved))
        if number % 3 == 0:
            for case in listed:
                _ensure_in_one_version(city, case, before[case])
    assert 0 < max(seen) < CASES, "it was killed before or after its work, not in it"
    assert len(seen) > 1
    _run(url, tmp_path / "files", number=KILLS, moves=None, pause=0)
    with city.store.read() as connection:
        found = batches.find_batch(connection, batch)
    assert found is not None
    assert (found.state, _done(city, batch)) == ("done", set(listed))
    for case in listed:
        assert _version(city, case) == 2
        _ensure_in_one_version(city, case, before[case])
        assert [link.kind for link in city.history(case)].count("case.migrated") == 1
    city.store.close()


def _run(url: str, files: Path, *, number: int, moves: int | None, pause: float) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, str(RUNNER), url, str(files), str(2 * number)]
    runner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert runner.stdout is not None
    done = 0
    for line in runner.stdout:
        done += line == "moved\n"
        if done == moves:
            time.sleep(pause)  # somewhere within the next transaction
            runner.kill()
    runner.communicate()


def _done(city: City, batch: str) -> set[str]:
    with city.store.read() as connection:
        return {one.subject for one in batches.list_items(connection, batch, state="done", after=0, limit=CASES)}


def _version(city: City, case: str) -> int:
    return city.case(case).version


def _rows(city: City, case: str) -> tuple[dict[str, object], ...]:
    with city.store.read() as connection:
        (task,) = relabelling.list_rows(connection, "tasks", case)
        job = connection.execute(select(t.jobs.c.id, t.jobs.c.due_at, t.jobs.c.element).where(t.jobs.c.case_id == case)).one()
    return task, dict(job._mapping)


def _ensure_in_one_version(city: City, case: str, before: tuple[dict[str, object], ...]) -> None:
    machine, row, rows = city.engine.machine, city.case(case), _rows(city, case)
    names = ("work", "late") if row.version == 1 else ("labour", "tardy")
    assert tuple(one["element"] for one in rows) == names
    assert rows[0]["id"] == before[0]["id"]
    assert (rows[1]["id"], rows[1]["due_at"]) == (before[1]["id"], before[1]["due_at"])
    with city.store.engine.connect() as connection:  # never committed
        work = machine.load(connection, row, actor="system")
        reconcile(work, cases.waiting(connection, case), machine.book)
        assert (work.jobs, work.chain.rows) == ([], [])
        assert first_broken_link(connection, case, row.history_head) is None
        kinds = connection.execute(select(t.history.c.kind).where(t.history.c.chain == case)).scalars().all()
        assert ("case.migrated" in kinds) == (row.version == 2)
        connection.rollback()
