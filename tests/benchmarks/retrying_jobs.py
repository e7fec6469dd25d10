"""Incidents that are retried in one batch: how long it takes to ask for, and until every job has run."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from city import City
from drawing import chain, end, service_task, start, user_task
from growing import copied
from sqlalchemy import func, insert, select
from walks import REVIEWERS

from service.sdk import HANDLERS, Registered
from service.store import batches, new_id
from service.store.batch_subjects import Selection
from service.store.tables import cases, jobs

MONITOR, CREDIT = "monitor.zhongxin", "query_credit"


def retries(city: City, *, count: int) -> dict[str, Any]:
    """Seconds for the dry run, for asking, and for a batch over `count` parked jobs, each of a case of its own."""
    up = False

    def query(_: Any) -> dict[str, Any]:
        if not up:
            raise OSError("the credit platform does not answer")
        return {"credit": "good"}

    HANDLERS[CREDIT] = Registered(name=CREDIT, run=query, inline=False, source=__file__)
    body = start() + service_task(CREDIT, retries=1) + user_task("look", groups="pj_center_review@zhongxin") + end()
    city.deploy({"credit": body + chain("begin", CREDIT, "look", "finished")})
    case = city.engine.start_case("credit", {}, by=REVIEWERS[0]).id
    city.worker.drain()
    _copy(city, case, count - 1)
    chosen = Selection(process="credit")
    began = time.perf_counter()
    seen = city.engine.foresee_batch("retry_job", select=chosen, arguments={}, by=MONITOR)
    foreseen = time.perf_counter() - began
    assert seen.total == count

    up, began = True, time.perf_counter()
    batch = city.engine.ask_batch("retry_job", select=chosen, arguments={}, reason="信用平台已恢复", by=MONITOR).id
    asked = time.perf_counter() - began
    looked, counts = 0, dict[str, int]()
    while counts.get("done", 0) < count:
        ran = city.worker.run_due()
        city.clock.advance(timedelta(milliseconds=100) if ran else timedelta(seconds=2))
        with city.store.read() as connection:
            counts = batches.count_items(connection, batch)
        looked += 1
        assert not counts.get("failed"), counts
    took = time.perf_counter() - began
    with city.store.read() as connection:
        states = dict(connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state)).tuples().all())
    assert states.get("parked", 0) == 0, states
    del HANDLERS[CREDIT]
    return {
        "jobs": count, "dry_run_s": round(foreseen, 3), "ask_s": round(asked, 3), "seconds": round(took, 1),
        "items_per_s": round(count / took), "looks_at_progress": looked,
    }  # fmt: skip


def _copy(city: City, case: str, count: int) -> None:
    """Copy a case with its job."""
    with city.store.write() as connection:
        model = {
            table.name: dict(connection.execute(select(table).where(column == case)).mappings().one())
            for table, column in ((cases, cases.c.id), (jobs, jobs.c.case_id))
        }
        for at in range(0, count, 1000):
            ids = [new_id() for _ in range(min(1000, count - at))]
            for table in (cases, jobs):
                connection.execute(insert(table), [copied(table, model[table.name], one, own=True) for one in ids])
