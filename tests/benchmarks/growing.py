"""What must not grow: a step with the loops behind it, a tick with the cases that wait, a case with its bytes."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from statistics import median
from typing import Any

from city import City
from drawing import chain, end, flow, form, start, user_task
from duel import open_task
from sqlalchemy import Table, func, insert, select, text
from walks import REVIEWERS, TEXT, Walk

from service.store import new_id
from service.store.tables import cases, jobs, tasks
from service.worker import Worker

LOOP, WAITING = "loop_200", "waiting_with_timer"
LOOPS, EDGE = 200, 5
DAYS_OF_TIMER = 30


# -- loops


def deploy_loop(city: City) -> None:
    body = start() + user_task("again", groups="pj_center_review@zhongxin", form=f"{LOOP}.again") + end()
    body += '<bpmn:exclusiveGateway id="merge"/><bpmn:exclusiveGateway id="enough" default="enough_to_merge"/>'
    body += chain("begin", "merge", "again", "enough", "merge") + flow("enough", "finished", "=stop = true")
    fields: list[dict[str, object]] = [
        {"type": "textfield", "key": f"note_{number}", "label": "note", "id": f"note_{number}"} for number in range(10)
    ]
    fields.append({"type": "checkbox", "key": "stop", "label": "stop", "id": "stop"})
    city.deploy({LOOP: body}, {f"{LOOP}.again": form(f"{LOOP}.again", *fields)})


def loop_growth(city: City, *, rounds: int) -> dict[str, Any]:
    """Milliseconds of the first and the last five of 200 loops of a case; the best of each case, then the mean."""
    first, last = [], []
    answers = {f"note_{number}": TEXT for number in range(10)} | {"stop": False}
    for _ in range(rounds + 1):
        case = city.engine.start_case(LOOP, {}, by=REVIEWERS[0]).id
        took = []
        for _ in range(LOOPS):
            task = open_task(city, case, "again")
            began = time.perf_counter()
            city.engine.complete_task(task, answers, by=REVIEWERS[0])
            took.append(time.perf_counter() - began)
        first.append(median(took[:EDGE]) * 1000)
        last.append(median(took[-EDGE:]) * 1000)
    before, after = median(first[1:]), median(last[1:])  # the first case warms up
    return {"first_ms": round(before, 3), "last_ms": round(after, 3), "ratio": round(after / before, 3), "loops": LOOPS}


# -- bytes


def stored_bytes(city: City, walk: Walk, *, count: int) -> dict[str, Any]:
    """Bytes of tables and indexes for one more open case at its first step. PostgreSQL only."""
    sizes = text(
        "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    with city.store.read() as connection:
        before: dict[str, int] = dict(connection.execute(sizes).tuples().all())
    for _ in range(count):
        city.engine.start_case(walk.process, walk.answers, by=walk.by)
    with city.store.read() as connection:
        grown = {name: (size - before[name]) / count for name, size in connection.execute(sizes).tuples()}
    return {
        "cases": count, "bytes": round(sum(grown.values())),
        "tables": {name: round(size) for name, size in sorted(grown.items(), key=lambda item: -item[1]) if size >= 1},
    }  # fmt: skip


# -- what waits


def deploy_waiting(city: City) -> None:
    """A task with a timer at its edge, so that each open case has a task row and a job row."""
    timer = (
        '<bpmn:boundaryEvent id="late" attachedToRef="wait" cancelActivity="false"><bpmn:timerEventDefinition>'
        f'<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P{DAYS_OF_TIMER}D</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    body = start() + user_task("wait", groups="pj_center_review@zhongxin") + timer + end() + end("noted")
    city.deploy({WAITING: body + chain("begin", "wait", "finished") + flow("late", "noted")})


def copy_waiting(city: City, count: int) -> None:
    """Start one waiting case and copy its rows until there are `count`."""
    case = city.engine.start_case(WAITING, {}, by=REVIEWERS[0]).id
    with city.store.write() as connection:
        model = {
            table.name: dict(connection.execute(select(table).where(column == case)).mappings().one())
            for table, column in ((cases, cases.c.id), (tasks, tasks.c.case_id), (jobs, jobs.c.case_id))
        }
        for at in range(0, count - 1, 1000):
            ids = [new_id() for _ in range(min(1000, count - 1 - at))]
            for table, own in ((cases, {}), (tasks, {"id": ...}), (jobs, {"id": ...})):
                connection.execute(insert(table), [copied(table, model[table.name], one, own=bool(own)) for one in ids])


def copied(table: Table, row: dict[str, Any], case: str, *, own: bool) -> dict[str, Any]:
    """A row of a case as one of another case; `own` gives it an id of its own."""
    if table is cases:
        return {**row, "id": case, "root": case}
    changed = {**row, "case_id": case, "id": new_id() if own else case}
    return changed | ({"root": case} if "root" in table.c else {})


def idle_tick(city: City, *, count: int, ticks: int = 50) -> dict[str, Any]:
    """Milliseconds of a look for due work when nothing is due and `count` cases wait with a task and a timer each."""
    few = _ticks(city.worker, ticks)
    copy_waiting(city, count)
    with city.store.write() as connection:
        connection.execute(text("ANALYZE"))
    many = _ticks(city.worker, ticks)
    return {"cases": count, "median_ms": round(many, 3), "median_ms_of_no_case": round(few, 3)}


def _ticks(worker: Worker, count: int) -> float:
    took = []
    for _ in range(count):
        began = time.perf_counter()
        assert worker.run_due() == 0, "the tick is not idle"
        took.append(time.perf_counter() - began)
    return median(took) * 1000


def due_timers(city: City, *, count: int, workers: int = 2) -> dict[str, Any]:
    """Timers a second when `count` of them fall due at once; workers are threads of one process here."""
    for _ in range(count):
        city.engine.start_case(WAITING, {}, by=REVIEWERS[0])
    city.clock.advance(timedelta(days=DAYS_OF_TIMER + 1))
    done: list[int] = []
    threads = [threading.Thread(target=lambda: done.append(Worker(city.engine).drain())) for _ in range(workers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    with city.store.read() as connection:
        left = connection.execute(
            select(func.count()).select_from(jobs).where(jobs.c.state == "todo", jobs.c.due_at <= city.clock.now())
        ).scalar_one()
    return {"timers": count, "workers": workers, "per_s": round(count / took, 1), "left": left, "ran": sum(done)}
