"""Many at once: the same task, and different tasks of one case."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from city import City
from drawing import chain, end, flow, start, user_task
from duel import open_task
from walks import REVIEWERS, Step, Walk

from service.errors import TaskTaken

FIVE = "five_at_once"
WRITERS = 8


def at_once(*acts: Callable[[], object]) -> list[tuple[float, Exception | None]]:
    """Run all in threads that start together; gives for each its seconds and the error that it met."""
    barrier = threading.Barrier(len(acts))
    results: list[tuple[float, Exception | None]] = [(0.0, None)] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        error: Exception | None = None
        barrier.wait()
        began = time.perf_counter()
        try:
            act()
        except Exception as caught:  # noqa: BLE001 - what went wrong is the result
            error = caught
        results[number] = time.perf_counter() - began, error

    threads = [threading.Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def one_task(city: City, walk: Walk, *, rounds: int) -> dict[str, Any]:
    """Eight people submit one task: one wins, the others are told at once who did."""
    won, refused, other, slowest = [], 0, 0, []
    step = walk.steps[0]
    for _ in range(rounds):
        case = city.engine.start_case(walk.process, walk.answers, by=walk.by).id
        task = open_task(city, case, step.element)

        def submit(task: str = task) -> None:
            city.engine.complete_task(task, step.answers, by=step.by)

        results = at_once(*[submit] * WRITERS)
        won.append(sum(error is None for _, error in results))
        refused += sum(isinstance(error, TaskTaken) for _, error in results)
        other += sum(error is not None and not isinstance(error, TaskTaken) for _, error in results)
        slowest.append(max(seconds for seconds, _ in results))
    return {
        "rounds": rounds, "writers": WRITERS, "always_one_winner": set(won) == {1}, "refused": refused, "other_errors": other,
        "slowest_ms": round(median(slowest) * 1000, 2),
    }  # fmt: skip


def deploy_five(city: City) -> None:
    ids = [f"opinion_{number}" for number in range(1, 6)]
    body = start() + '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>' + end() + chain("begin", "split")
    tasks = (user_task(name, groups="pj_center_review@zhongxin") + flow("split", name) + flow(name, "join") for name in ids)
    body += "".join(tasks)
    city.deploy({FIVE: body + chain("join", "finished")})


def five_tasks(city: City, *, rounds: int) -> dict[str, Any]:
    """Five people submit five different tasks of one case at once; against the same tasks one after the other."""
    ids = [f"opinion_{number}" for number in range(1, 6)]
    slowest, alone, failed = [], [], 0
    for number in range(rounds * 2):
        case = city.engine.start_case(FIVE, {}, by=REVIEWERS[0]).id
        acts = [_submit(city, open_task(city, case, name), name) for name in ids]
        if number % 2:
            results = at_once(*acts)
            slowest.append(max(seconds for seconds, _ in results))
        else:
            results = [at_once(act)[0] for act in acts]
            alone += [seconds for seconds, _ in results]
        failed += sum(error is not None for _, error in results)
    single = median(alone)
    return {
        "rounds": rounds, "failed": failed, "single_ms": round(single * 1000, 2), "slowest_ms": round(median(slowest) * 1000, 2),
        "ratio": round(median(slowest) / single, 2),
    }  # fmt: skip


def _submit(city: City, task: str, element: str) -> Callable[[], object]:
    step = Step(element=element, by=REVIEWERS[0], answers={}, stock={})
    return lambda: city.engine.complete_task(task, step.answers, by=step.by)
