"""Two workers share the due jobs of one database: each job is done once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from city import City
from drawing import chain, end, start, user_task
from sqlalchemy import func, select

from service.engine.facade import Engine
from service.engine.machine import Machine
from service.store import Store
from service.store.tables import cases, history, jobs
from service.worker import Worker

CLERK = "pj_unit_clerk.jiaoyu"
#: Waits a day, then has something to do.
PATIENT = (
    start() + '<bpmn:intermediateCatchEvent id="wait" name="等待"><bpmn:timerEventDefinition>'
    '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P1D</bpmn:timeDuration></bpmn:timerEventDefinition>'
    "</bpmn:intermediateCatchEvent>" + user_task("check") + end() + chain("begin", "wait", "check", "finished")
)


@pytest.mark.slow
def test_two_workers_fire_every_timer_once(city: City, city_url: str) -> None:
    city.deploy({"patient": PATIENT})
    started = {city.engine.start_case("patient", {}, by=CLERK).id for _ in range(300)}
    city.clock.advance(timedelta(days=2))
    stores = [Store(city_url) for _ in range(2)]
    machine = city.engine.machine
    concurrency = 1 if city.store.is_sqlite else 3
    workers = [
        Worker(
            Engine(Machine(store=store, clock=city.clock, blobs=machine.blobs, rules=machine.rules)), concurrency=concurrency
        )
        for store in stores
    ]  # fmt: skip
    together = threading.Barrier(2, timeout=60)

    def drain(worker: Worker) -> int:
        together.wait()
        done = 0
        while worker.next_due() is not None:  # a batch of which the other holds every case makes no progress, and is no end
            done += worker.run_due()
        return done

    with ThreadPoolExecutor(2) as pool:
        ran = list(pool.map(drain, workers))
    for store in stores:
        store.close()

    with city.store.read() as connection:
        fired = dict(
            connection.execute(
                select(history.c.chain, func.count()).where(history.c.kind == "timer.fired").group_by(history.c.chain)
            ).all()
        )
        states = dict(connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state)).all())
        revisions = set(connection.execute(select(cases.c.revision)).scalars())
    assert fired == dict.fromkeys(started, 1)
    assert states == {"done": 300}
    assert revisions == {2}
    assert sum(ran) == 300
