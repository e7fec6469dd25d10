"""A city on one SQLite file, and the proof that each of its cases stands before or after a command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from city import City, make_city, settings
from drawing import chain, end, service_task, start, user_task
from sqlalchemy import func, select

from service import bootstrap, tagged
from service.clock import SystemClock
from service.engine.facade import Engine
from service.engine.reconcile import reconcile
from service.engine.running import LEASE
from service.store import Store, cases, jobs
from service.store import tables as t
from service.store.cases import CaseRow
from service.store.history import first_broken_link
from service.worker import Worker

HANDLERS = Path(__file__).parent / "handlers"
#: A person, a handler that writes a register, a timer that is due at once, a person.
COUNTING = (
    start()
    + user_task("begin_count")
    + service_task("count_once")
    + '<bpmn:intermediateCatchEvent id="pause" name="稍候"><bpmn:timerEventDefinition>'
    '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT0S</bpmn:timeDuration></bpmn:timerEventDefinition>'
    "</bpmn:intermediateCatchEvent>"
    + user_task("end_count")
    + end()
    + chain("begin", "begin_count", "count_once", "pause", "end_count", "finished")
)


@pytest.fixture
def city_url(tmp_path: Path) -> str:
    """An SQLite file with a city that can run `counting`; nobody has it open."""
    url = f"sqlite:///{tmp_path / 'city.db'}"
    bootstrap.load_handlers([HANDLERS])
    city = make_city(url, tmp_path / "files", SystemClock())  # type: ignore[arg-type]
    city.deploy({"counting": COUNTING})
    city.store.close()
    return url


@pytest.fixture
def reopen(city_url: str, tmp_path: Path) -> Callable[[], City]:
    """Opens the city anew, as a process that starts after a crash does. Close its store."""

    def opened() -> City:
        store = Store(city_url)
        engine = bootstrap.make_engine(settings(city_url, tmp_path / "files"), store, clock=SystemClock())
        return City(engine=engine, store=store, worker=Worker(engine), clock=engine.machine.clock)  # type: ignore[arg-type]

    return opened


class Proof:
    """Checks the cases that changed since it last looked."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}
        self.commands = 0

    def check(self, store: Store, engine: Engine) -> None:
        with store.read() as connection:
            listed = connection.execute(select(t.cases.c.id, t.cases.c.revision).order_by(t.cases.c.id)).all()
        for case, revision in listed:
            before = self.seen.get(case, 0)
            if revision != before:
                self._check_case(store, engine, case)
                self.seen[case] = revision
                self.commands += revision - before
        self._check_numbers(store)

    def _check_case(self, store: Store, engine: Engine, case: str) -> None:
        with store.engine.connect() as connection:  # never committed
            row = cases.find_case(connection, case)
            assert row is not None
            links = connection.execute(select(t.history).where(t.history.c.chain == case).order_by(t.history.c.seq)).all()
            assert len(links) == row.history_seq
            assert first_broken_link(connection, case, row.history_head) is None

            work = engine.machine.load(connection, row, actor="system")
            rows = cases.waiting(connection, case)
            reconcile(work, rows, engine.machine.book)
            assert (work.jobs, work.chain.rows) == ([], []), f"reconcile had something to repair in {case}"
            assert cases.waiting(connection, case) == rows

            kinds = [link.kind for link in links]
            self._check_trail(row, kinds)
            done = connection.execute(select(t.tasks.c.id).where(t.tasks.c.case_id == case, t.tasks.c.status == "done")).scalars()
            subjects = [f"task:{task}" for task in done]
            assert kinds.count("task.completed") == len(subjects)
            drafts = connection.execute(select(t.drafts.c.body).where(t.drafts.c.subject.in_(subjects))).scalars()
            assert {"note": "half"} not in map(tagged.loads, drafts)  # who lost a race may have kept another
            counted = connection.execute(select(t.registers.c.version).where(t.registers.c.key == case)).scalars().all()
            assert counted == [1] * kinds.count("job.done")
            states = connection.execute(select(t.jobs.c.kind, t.jobs.c.state).where(t.jobs.c.case_id == case)).all()
            assert [kind for kind, state in states if state == "done"].count("service") == kinds.count("job.done")
            assert [kind for kind, state in states if state == "done"].count("timer") == kinds.count("timer.fired")
            assert all(kind == "service" for kind, state in states if state == "doing")
            connection.rollback()

    def _check_trail(self, row: CaseRow, kinds: list[str]) -> None:
        """Each command adds a revision and one line that tells what it was."""
        commands = ("case.started", "task.completed", "job.done", "timer.fired")
        assert row.revision == sum(kinds.count(kind) for kind in commands)
        assert all(kinds.count(kind) <= (2 if kind == "task.completed" else 1) for kind in commands)
        assert (row.status == "completed") == ("case.ended" in kinds) == (kinds.count("task.completed") == 2)

    def _check_numbers(self, store: Store) -> None:
        with store.read() as connection:
            keys = connection.execute(
                select(t.cases.c.business_key).where(t.cases.c.process == "counting").order_by(t.cases.c.id)
            ).scalars()
            numbers = [int(key.rpartition("-")[2]) for key in keys]
            assert numbers == list(range(1, len(numbers) + 1))
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.fixture
def proof() -> Proof:
    return Proof()


@pytest.fixture
def finish(reopen: Callable[[], City]) -> Callable[[], int]:
    """Does everything that is left to do, as people and a worker would; returns how many cases there are."""

    def finish_all() -> int:
        city = reopen()
        engine = city.engine
        with city.store.write() as connection:
            jobs.free_expired(connection, now=engine.machine.clock.machine() + 2 * LEASE)
        for _ in range(10):
            city.worker.drain()
            with city.store.write() as connection:  # a step that was killed three times in a row waits for an administrator
                for job in connection.execute(select(t.jobs.c.id).where(t.jobs.c.state == "parked")).scalars().all():
                    jobs.retry(connection, job, now=engine.machine.clock.machine())
            with city.store.read() as connection:
                open_tasks = connection.execute(select(t.tasks.c.id).where(t.tasks.c.status == "open")).scalars().all()
            for task in open_tasks:
                engine.complete_task(task, {"note": "after the crash"}, by="pj_unit_clerk.jiaoyu")
        with city.store.read() as connection:
            states = connection.execute(select(t.cases.c.status, func.count()).group_by(t.cases.c.status)).all()
        city.store.close()
        assert [status for status, _ in states] == ["completed"]
        return int(states[0][1])

    return finish_all
