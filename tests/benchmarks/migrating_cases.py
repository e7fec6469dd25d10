"""Running cases that are moved to another version: how long the report takes, and the batch that moves them."""

from __future__ import annotations

import time
from typing import Any

from city import City
from drawing import chain, end, flow, start, user_task
from growing import DAYS_OF_TIMER, WAITING, copy_waiting, deploy_waiting
from sqlalchemy import func, select

from service.store.batch_subjects import Selection
from service.store.tables import batch_items, cases

MONITOR = "monitor.zhongxin"
MAPPING = {"wait": "await", "late": "tardy"}


def deploy_newer(city: City) -> None:
    """The same with other names, and one more timer at its edge."""
    timers = "".join(
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="await" cancelActivity="false"><bpmn:timerEventDefinition>'
        f'<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P{days}D</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        for name, days in (("tardy", DAYS_OF_TIMER), ("tardier", 2 * DAYS_OF_TIMER))
    )
    body = start() + user_task("await", groups="pj_center_review@zhongxin") + timers + end() + end("noted")
    city.deploy({WAITING: body + chain("begin", "await", "finished") + flow("tardy", "noted") + flow("tardier", "noted")})


def migration(city: City, *, count: int) -> dict[str, Any]:
    """Seconds for the plan over `count` running cases and for moving them all, each a transaction with a task and a timer."""
    deploy_waiting(city)
    copy_waiting(city, count)
    deploy_newer(city)
    began = time.perf_counter()
    plan = city.engine.plan_migration(WAITING, 1, 2, MAPPING, by=MONITOR)
    planned = time.perf_counter() - began
    arguments = {"from_version": 1, "to_version": 2, "mapping": MAPPING}
    chosen = Selection(process=WAITING, version=1)
    began = time.perf_counter()
    batch = city.engine.ask_batch("migrate", select=chosen, arguments=arguments, reason="新版流程", by=MONITOR)
    city.worker.drain()
    took = time.perf_counter() - began
    with city.store.read() as connection:
        versions = dict(connection.execute(select(cases.c.version, func.count()).group_by(cases.c.version)).tuples().all())
        states = select(batch_items.c.state, func.count()).where(batch_items.c.batch_id == batch.id).group_by(batch_items.c.state)
        items = dict(connection.execute(states).tuples().all())
    assert (plan.movable, versions, items) == (count, {2: count}, {"done": count}), (versions, items)
    return {
        "cases": count, "plan_s": round(planned, 3), "seconds": round(took, 1), "cases_per_s": round(count / took),
    }  # fmt: skip
