"""The bench: `chengxu bench`, or `PYTHONPATH=tests/support python tests/benchmarks [--quick] [--json]` in the checkout.

Prints one JSON document or a table on stdout, progress on stderr. `duel` says how a command is compared with its floor, `floor`
what the floor is, `counting` what a statement is, `budgets` what is promised.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(folder) for folder in (HERE, HERE.parent / "support") if str(folder) not in sys.path]

import archiving_cases  # noqa: E402
import crowding  # noqa: E402
import disks  # noqa: E402
import form_page  # noqa: E402
import growing  # noqa: E402
import listing  # noqa: E402
import migrating_cases  # noqa: E402
import over_http  # noqa: E402
import populous  # noqa: E402
import report as reporting  # noqa: E402
import retrying_jobs  # noqa: E402
import walks  # noqa: E402
import watching  # noqa: E402
from city import City, make_city  # noqa: E402
from duel import duel  # noqa: E402
from floor import Commits, PostgresCommits, SqliteCommits  # noqa: E402

from service.clock import SHANGHAI, FrozenClock  # noqa: E402

NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured: quick keeps within four minutes, and is what the budgets of a commit are read from."""

    sequential: int
    project: int
    http_cases: int
    loop_cases: int
    crowd_rounds: int
    stored: int
    waiting: int
    timers: int
    projects: int
    page_rounds: int
    listed: int
    migrated: int
    retried: int


QUICK = Sizes(
    sequential=40, project=25, http_cases=20, loop_cases=2, crowd_rounds=10, stored=1_000, waiting=2_000, timers=200,
    projects=1_000, page_rounds=20, listed=20_000, migrated=1_000, retried=500,
)  # fmt: skip
FULL = Sizes(
    sequential=200, project=100, http_cases=100, loop_cases=5, crowd_rounds=50, stored=10_000, waiting=100_000, timers=1_000,
    projects=10_000, page_rounds=100, listed=100_000, migrated=10_000, retried=10_000,
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Bench:
    """One run: its databases are made as they are needed, each section with its own."""

    folder: Path
    sizes: Sizes
    server: disks.Postgres
    began: float

    def city(self, name: str, *, pg: bool = False) -> City:
        url = self.server.create(name) if pg else f"sqlite:///{self.folder / name}.db"
        made = make_city(url, self.folder / f"{name}_files", FrozenClock(NOON), processes=True)
        if not pg:
            disks.preheat(self.folder / f"{name}.db")
        return made

    def commits(self, name: str, *, pg: bool) -> Commits:
        return PostgresCommits(self.server.create(name)) if pg else SqliteCommits(self.folder / f"{name}.db")

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201

    # -- sections

    def complete_task(self, *, pg: bool, project: bool) -> dict[str, Any]:
        name = f"complete_{'project' if project else 'sequential'}{'_pg' if pg else ''}"
        city, commits = self.city(name, pg=pg), self.commits(f"{name}_floor", pg=pg)
        if project:
            walk = walks.application_walk(city)
        else:
            walks.deploy_sequential(city)
            walk = walks.sequential_walk()
        figures = duel(city, commits, walk, rounds=self.sizes.project if project else self.sizes.sequential)
        commits.close()
        city.store.close()
        return figures.as_json()

    def http(self) -> dict[str, Any]:
        city = self.city("http")
        walks.deploy_sequential(city)
        found = over_http.pairs_over_http(
            city, walks.sequential_walk(), f"sqlite:///{self.folder / 'http.db'}", self.folder / "http_files",
            cases=self.sizes.http_cases,
        )  # fmt: skip
        city.store.close()
        return found

    def loop_growth(self) -> dict[str, Any]:
        city = self.city("loop")
        growing.deploy_loop(city)
        found = growing.loop_growth(city, rounds=self.sizes.loop_cases)
        city.store.close()
        return found

    def on_both(self, name: str, measure: Callable[[City], dict[str, Any]]) -> dict[str, Any]:
        found = {}
        for kind in ("sqlite", "postgresql"):
            city = self.city(f"{name}_{kind}", pg=kind == "postgresql")
            found[kind] = measure(city)
            city.store.close()
        return found

    def idle_tick(self, city: City) -> dict[str, Any]:
        growing.deploy_waiting(city)
        return growing.idle_tick(city, count=self.sizes.waiting)

    def one_task(self, city: City) -> dict[str, Any]:
        walks.deploy_sequential(city)
        return crowding.one_task(city, walks.sequential_walk(), rounds=self.sizes.crowd_rounds)

    def five_tasks(self, city: City) -> dict[str, Any]:
        crowding.deploy_five(city)
        return crowding.five_tasks(city, rounds=self.sizes.crowd_rounds)

    def stored_bytes(self) -> dict[str, Any]:
        city = self.city("stored", pg=True)
        walks.deploy_sequential(city)
        found = growing.stored_bytes(city, walks.sequential_walk(), count=self.sizes.stored)
        city.store.close()
        return found

    def due_timers(self) -> dict[str, Any]:
        city = self.city("timers", pg=True)
        growing.deploy_waiting(city)
        found = growing.due_timers(city, count=self.sizes.timers)
        city.store.close()
        return found

    def seeded(self) -> dict[str, Any]:
        city, url, files = self.city("seeded"), f"sqlite:///{self.folder / 'seeded.db'}", self.folder / "seeded_files"
        found = populous.seed(city, url, files, projects=self.sizes.projects, say=self.say)
        found |= populous.waits(city, url, files, rounds=self.sizes.page_rounds)
        city.store.close()
        return found

    def inbox(self) -> dict[str, Any]:
        city, url, files = self.city("inbox"), f"sqlite:///{self.folder / 'inbox.db'}", self.folder / "inbox_files"
        found = listing.waits(city, url, files, count=self.sizes.listed, rounds=self.sizes.page_rounds)
        city.store.close()
        return found

    def migration(self) -> dict[str, Any]:
        city = self.city("migration")
        found = migrating_cases.migration(city, count=self.sizes.migrated)
        city.store.close()
        return found

    def batches(self) -> dict[str, Any]:
        city = self.city("batches")
        found = retrying_jobs.retries(city, count=self.sizes.retried)
        city.store.close()
        return found

    def monitor(self) -> dict[str, Any]:
        city, url, files = self.city("monitor"), f"sqlite:///{self.folder / 'monitor.db'}", self.folder / "monitor_files"
        found = watching.monitor(city, url, files, count=self.sizes.listed, rounds=self.sizes.page_rounds)
        city.store.close()
        return found

    def archive(self) -> dict[str, Any]:
        city, url, files = self.city("archive"), f"sqlite:///{self.folder / 'archive.db'}", self.folder / "archive_files"
        walks.deploy_sequential(city)
        found = archiving_cases.archive(
            city, walks.sequential_walk(), url, files, count=self.sizes.sequential, rounds=self.sizes.page_rounds
        )
        city.store.close()
        return found

    def form_page(self) -> dict[str, Any]:
        city = self.city("form_page")
        found = form_page.form_page(city, f"sqlite:///{self.folder / 'form_page.db'}", self.folder / "form_page_files")
        city.store.close()
        return found

    def run(self, only: Sequence[str]) -> dict[str, Any]:
        sections: dict[str, Callable[[], dict[str, Any]]] = {
            "complete_task": lambda: self.complete_task(pg=False, project=False),
            "complete_task_project": lambda: self.complete_task(pg=False, project=True),
            "complete_task_pg": lambda: self.complete_task(pg=True, project=False),
            "complete_task_project_pg": lambda: self.complete_task(pg=True, project=True),
            "http": self.http,
            "one_task": lambda: self.on_both("one_task", self.one_task),
            "five_tasks": lambda: self.on_both("five_tasks", self.five_tasks),
            "loop_growth": self.loop_growth,
            "stored_bytes": self.stored_bytes,
            "idle_tick": lambda: self.on_both("idle_tick", self.idle_tick),
            "due_timers": self.due_timers,
            "full_life": populous.full_life,
            "seeded": self.seeded,
            "form_page": self.form_page,
            "inbox": self.inbox,
            "monitor": self.monitor,
            "archive": self.archive,
            "migration": self.migration,
            "batches": self.batches,
        }
        if unknown := set(only) - sections.keys():
            raise SystemExit(f"no such section: {', '.join(sorted(unknown))}; there are: {', '.join(sections)}")
        found: dict[str, Any] = {}
        for name, section in sections.items():
            if not only or name in only:
                self.say(name)
                found[name] = section()
        return found


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print. 0 when done, whatever the figures are; 1 with --strict when a budget is exceeded."""
    parser = argparse.ArgumentParser(prog="chengxu bench", description="Measure, and compare with the budgets.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions; at most four minutes")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a budget is exceeded")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="on a disk, not in memory")
    parser.add_argument("--only", action="append", default=[], metavar="SECTION", help="may be repeated")
    given = parser.parse_args(argv)
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    began = time.monotonic()
    with disks.bench_folder(given.folder) as folder, disks.postgres(folder) as server:
        bench = Bench(folder=folder, sizes=QUICK if given.quick else FULL, server=server, began=began)
        found = bench.run(given.only)
        found["machine"] = {
            "python": platform.python_version(), "system": platform.platform(), "file_system": disks.file_system(folder),
            "quick": given.quick, "seconds": round(time.monotonic() - began, 1),
        }  # fmt: skip
    text = json.dumps(found, ensure_ascii=False, indent=2) if given.json else reporting.table(found)
    print(text)  # noqa: T201
    return 1 if given.strict and reporting.broken(found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
