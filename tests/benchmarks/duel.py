"""One case of ours, one case of the floor, in turns: the same steps, the same minute, the same disk.

The figure of a step is its median over all cases; the figure of a walk is the mean over its steps, and the ratio is that of the
two means. What the worker does after a command (child cases, messages) is outside both: it is told apart as `jobs_ms`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from city import City
from counting import Count, counted
from floor import Commits, Stock
from sqlalchemy import select
from walks import Step, Walk

from service.engine.completing import Signature
from service.store.tables import cases, tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Milliseconds per step; `statements` and `commits` are those of the worst step, `written` its mean bytes."""

    ratio_to_floor: float
    statements: int
    commits: int
    median_ms: float
    floor_ms: float
    jobs_ms: float
    written: int
    cases: int
    steps: dict[str, dict[str, float]]

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def open_task(city: City, case: str, element: str) -> str:
    """The first open task of the element in the family of a case."""
    query = (
        select(tasks.c.id)
        .join_from(tasks, cases, cases.c.id == tasks.c.case_id)
        .where(cases.c.root == case, tasks.c.element == element, tasks.c.status.in_(("open", "claimed")))
        .order_by(tasks.c.id)
    )
    with city.store.read() as connection:
        found = connection.execute(query).scalars().first()
    assert found is not None, f"{element} is not open"
    return str(found)


def complete(city: City, task: str, step: Step) -> None:
    signature = Signature(account=step.by, at=city.clock.now()) if step.signed else None
    city.engine.complete_task(task, step.answers, by=step.by, signature=signature)


def walk_ours(city: City, walk: Walk, *, count: bool = False) -> Iterator[tuple[Step, float, float, Count]]:
    """Walk one case; gives for each step the seconds of the command, the seconds of the jobs it left, and what was counted."""
    case = city.engine.start_case(walk.process, walk.answers, by=walk.by).id
    city.worker.drain()
    for step in walk.steps:
        task = open_task(city, case, step.element)
        block: AbstractContextManager[Count] = counted(city.store.engine) if count else nullcontext(Count())
        with block as counts:
            began = time.perf_counter()
            complete(city, task, step)
            took = time.perf_counter() - began
        began = time.perf_counter()
        city.worker.drain()
        yield step, took, time.perf_counter() - began, counts
    with city.store.read() as connection:
        status = connection.execute(select(cases.c.status).where(cases.c.id == case)).scalar()
    assert status == "completed", f"the case is {status}, so that not all of the walk was measured"


def walk_floor(stock: Stock, commits: Commits, walk: Walk, written: list[int]) -> Iterator[float]:
    """Walk the same case on the floor; gives the seconds of each step."""
    state = stock.start(walk.stock)
    for step, size in zip(walk.steps, written, strict=True):
        began = time.perf_counter()
        state = stock.complete(state, step.element, step.stock)
        commits.commit(size)
        yield time.perf_counter() - began


def duel(city: City, commits: Commits, walk: Walk, *, rounds: int, warm_up: int = 3) -> Figures:
    """Count one case, warm both up, then measure `rounds` cases of each in turns."""
    stock = Stock(walk.diagram, walk.process)
    for _ in range(warm_up):
        list(walk_ours(city, walk))
    counts = [count for *_, count in walk_ours(city, walk, count=True)]
    written = [count.written for count in counts]
    for _ in range(warm_up):
        list(walk_floor(stock, commits, walk, written))
    gc.collect()
    ours: list[list[float]] = []
    jobs: list[list[float]] = []
    floors: list[list[float]] = []
    for _ in range(rounds):
        steps = list(walk_ours(city, walk))
        ours.append([took for _, took, _, _ in steps])
        jobs.append([left for _, _, left, _ in steps])
        floors.append(list(walk_floor(stock, commits, walk, written)))
    mine, left, theirs = _medians(ours), _medians(jobs), _medians(floors)
    return Figures(
        ratio_to_floor=round(fmean(mine) / fmean(theirs), 3),
        statements=max(count.statements for count in counts),
        commits=max(count.commits for count in counts),
        median_ms=round(fmean(mine), 3),
        floor_ms=round(fmean(theirs), 3),
        jobs_ms=round(fmean(left), 3),
        written=round(fmean(written)),
        cases=rounds,
        steps={
            f"{number}. {step.element}": {
                "median_ms": round(own, 3), "floor_ms": round(other, 3), "jobs_ms": round(after, 3),
                "statements": count.statements, "written": count.written,
            }
            for number, (step, own, other, after, count) in enumerate(
                zip(walk.steps, mine, theirs, left, counts, strict=True), start=1
            )
        },
    )  # fmt: skip


def _medians(rounds: list[list[float]]) -> list[float]:
    """Milliseconds of each step, median over the rounds."""
    return [median(step) * 1000 for step in zip(*rounds, strict=True)]
