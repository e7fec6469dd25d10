"""What is promised, and what the nearest peer needed on such a machine. The peer's figures are quoted, not measured here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A figure of the report: `path` leads to it; `limit` bounds it from above, or from below when `least`."""

    path: tuple[str, ...]
    what: str
    limit: float
    unit: str = ""
    least: bool = False
    peer: str = ""

    def find(self, report: Mapping[str, Any]) -> float | None:
        """The measured figure; None where it was not measured."""
        found: Any = report
        for name in self.path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return None if found is None else float(found)

    def kept(self, figure: float) -> bool:
        return figure >= self.limit if self.least else figure <= self.limit


_PEER_TASK = "52.9 ms, 79 statements, 5 commits"
_PEER_TICK = "17.7 s at 990 cases"
_PEER_PAGE = "25 ms, then N+1"
_PEER_CROWD = "sleeps, then 500"


def _task(name: str, what: str, ratio: float) -> tuple[Budget, ...]:
    return (
        Budget(path=(name, "ratio_to_floor"), what=f"complete a task, {what}", limit=ratio, unit="× floor", peer=_PEER_TASK),
        Budget(path=(name, "statements"), what="    statements", limit=12, peer="79"),
        Budget(path=(name, "commits"), what="    commits", limit=1, peer="5"),
    )


def _page(name: str, what: str) -> Budget:
    return Budget(path=("seeded", "p95_ms", name), what=what, limit=200, unit="ms", peer=_PEER_PAGE)


def _list(name: str, what: str) -> Budget:
    return Budget(path=("inbox", "p95_ms", name), what=what, limit=100, unit="ms", peer=_PEER_PAGE)


BUDGETS: tuple[Budget, ...] = (
    *_task("complete_task", "sequential_10, SQLite", 1.5),
    *_task("complete_task_project", "project_application, SQLite", 1.0),
    *_task("complete_task_pg", "sequential_10, PostgreSQL", 2.0),
    *_task("complete_task_project_pg", "project_application, PostgreSQL", 1.5),
    Budget(
        path=("http", "pairs_per_s"), what="GET task + POST complete", limit=100, unit="pairs/s", least=True, peer="12 tasks/s"
    ),
    Budget(path=("idle_tick", "sqlite", "median_ms"), what="idle tick, SQLite", limit=5, unit="ms", peer=_PEER_TICK),
    Budget(path=("idle_tick", "postgresql", "median_ms"), what="idle tick, PostgreSQL", limit=5, unit="ms", peer=_PEER_TICK),
    Budget(path=("due_timers", "per_s"), what="due timers, PostgreSQL", limit=200, unit="/s", least=True, peer="minutes"),
    Budget(path=("loop_growth", "ratio"), what="200th loop against the 1st", limit=1.3, unit="×", peer="grows, stalls at 250"),
    Budget(path=("stored_bytes", "bytes"), what="open case at step 1 of 10", limit=6144, unit="bytes", peer="12 KB"),
    Budget(path=("one_task", "sqlite", "other_errors"), what="8 at one task, SQLite: not 409", limit=0, peer=_PEER_CROWD),
    Budget(path=("one_task", "postgresql", "other_errors"), what="    the same, PostgreSQL", limit=0, peer=_PEER_CROWD),
    Budget(path=("five_tasks", "sqlite", "ratio"), what="5 tasks of a case, SQLite", limit=5, unit="× one", peer="as above"),
    Budget(path=("five_tasks", "postgresql", "ratio"), what="    the same, PostgreSQL", limit=5, unit="× one", peer="as above"),
    Budget(path=("full_life", "seconds"), what="a project's whole life, 2026–2032", limit=10, unit="s", peer="none"),
    Budget(path=("seeded", "whole_s"), what="seed 10,000 projects, SQLite", limit=300, unit="s", peer="none"),
    _page("inbox_clerk", "p95: inbox of a unit's clerk"),
    _page("inbox_reviewer", "    of a reviewer at the Centre"),
    _page("inbox_head", "    of the head of the Centre"),
    _page("inbox_api", "    of a unit's clerk, API"),
    _page("cases_clerk", "p95: cases of a unit's clerk"),
    _page("projects_first", "p95: projects, first page"),
    _page("projects_deep", "    a page deep in the list"),
    _page("projects_filtered", "    by unit and status"),
    _page("projects_found", "    by words"),
    _page("projects_of_a_unit", "    of one's own unit"),
    _page("projects_api", "    sorted, API"),
    _page("projects_api_found", "    by words, API"),
    _page("similarity", "p95: file, compared with every project"),
    Budget(path=("form_page", "open_worst_ms"), what="open a form: 60 fields, 20 files", limit=1000, unit="ms", peer="none"),
    Budget(path=("form_page", "slowest_key_ms"), what="    type into it: the slowest key", limit=100, unit="ms", peer="none"),
    _list("clerk", "p95: 100,000 open tasks, a clerk's inbox"),
    _list("reviewer", "    a reviewer's, of 30,000"),
    _list("deep", "    a page deep in it"),
    _list("overdue", "    what is overdue"),
    _list("amount", "    by amount"),
    _list("words", "    by words"),
    _list("rare_words", "    by words that are rare"),
    _list("started", "    what one started"),
    _list("copied", "    what one was given a copy of"),
    _list("counts", "    counts for the poll, API"),
    Budget(path=("monitor", "p95_ms", "page"), what="p95: monitor, 100,000 open cases, page", limit=300, unit="ms", peer="none"),
    Budget(path=("monitor", "p95_ms", "filtered"), what="    filtered", limit=300, unit="ms", peer="none"),
    Budget(path=("monitor", "p95_ms", "api"), what="    API", limit=300, unit="ms", peer="none"),
    *(
        Budget(path=("monitor", "p95_ms", name), what=f"    {what}", limit=300, unit="ms", peer="none")
        for name, what in (
            ("cases", "all cases"),
            ("cases_filtered", "    by process, unit and state"),
            ("cases_value", "    by an amount"),
            ("cases_words", "    by words"),
            ("cases_step", "    by a step where none stand"),
            ("processes", "processes"),
            ("process", "    the figures of one"),
        )
    ),
    Budget(path=("monitor", "first_sweep_s"), what="    the first sweep", limit=60, unit="s", peer="none"),
    Budget(path=("archive", "per_s"), what="archive cases of ten steps, SQLite", limit=50, unit="/s", least=True, peer="none"),
    Budget(path=("archive", "smaller"), what="    smaller than before", limit=3, unit="×", least=True, peer="none"),
    Budget(path=("archive", "archived_page_ms"), what="    p95: the page of an archived case", limit=300, unit="ms", peer="none"),
    Budget(
        path=("migration", "cases_per_s"),
        what="migrate running cases, a batch, SQLite",
        limit=50,
        unit="/s",
        least=True,
        peer="none",
    ),
    Budget(path=("migration", "plan_s"), what="    the report before it", limit=5, unit="s", peer="none"),
    Budget(
        path=("batches", "items_per_s"),
        what="retry incidents until they ran, a batch, SQLite",
        limit=25,
        unit="/s",
        least=True,
        peer="none",
    ),
    Budget(path=("batches", "ask_s"), what="    asking for it", limit=2, unit="s", peer="none"),
)
