"""Walk a scenario: each step finds its open task in the family of a case and completes it in its actor's name."""

from __future__ import annotations

from typing import Any

from city import PASSWORD, City

from service.engine.completing import Completed
from service.store import reads


def find_task(city: City, root: str, element: str, *, where: dict[str, Any] | None = None) -> str:
    """The id of the first open task of an element; `where` compares variables that the task sees."""
    from service.engine.people import get_actor
    from service.engine.reads import view_task

    for waiting in city.tasks(root):
        if waiting.element != element:
            continue
        if where is None:
            return waiting.id
        with city.store.read() as connection:
            reader = get_actor(connection, "monitor.zhongxin")
            view = view_task(city.engine.machine, connection, waiting.id, reader)
        if all(view.variables.get(name) == value for name, value in where.items()):
            return waiting.id
    waiting_now = [waiting.element for waiting in city.tasks(root)]
    raise AssertionError(f"no open task {element} {where or ''}; open: {waiting_now}; {explain(city, root)}")


def step(
    city: City, root: str, account: str, element: str, answers: dict[str, Any], *, where: dict[str, Any] | None = None
) -> Completed:
    """Complete a task, signing if it must be signed, and run what follows."""
    task = find_task(city, root, element, where=where)
    with city.store.read() as connection:
        from service.engine.people import get_actor
        from service.engine.reads import view_task

        signs = view_task(city.engine.machine, connection, task, get_actor(connection, account)).signs
    signature = city.engine.sign(by=account, password=PASSWORD) if signs else None
    done = city.engine.complete_task(task, answers, by=account, signature=signature)
    city.worker.drain()
    return done


def explain(city: City, root: str) -> list[str]:
    """What every case of a family waits for; for the message of a failed walk."""
    with city.store.read() as connection:
        family = reads.list_family(connection, root)
        jobs = reads.list_case_jobs(connection, [case["id"] for case in family])
    lines = [f"{case['process']}: {case['status']} {case['outcome'] or ''}" for case in family]
    return lines + [f"{job['kind']} {job['element']} {job['state']} {job['error'] or ''}" for job in jobs]
