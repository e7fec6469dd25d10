"""Starts cases and does their tasks and jobs until killed: what `test_kill_command_runner` kills.

    python command_runner.py DATABASE_URL FILES_FOLDER

For each line on standard input a child process begins to work; its number is printed, and, once somebody has killed it, how it
ended. Only the child opens the database.
"""

from __future__ import annotations

import itertools
import os
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from city import settings  # noqa: E402

from service import bootstrap  # noqa: E402
from service.settings import Settings  # noqa: E402
from service.store import Store, reads  # noqa: E402
from service.worker import Worker  # noqa: E402

CLERK = "pj_unit_clerk.jiaoyu"
QUEUES = frozenset({"pj_unit_clerk@jiaoyu"})


def say(what: object) -> None:
    print(what, flush=True)  # noqa: T201


def work(where: Settings) -> None:
    engine = bootstrap.make_engine(where, Store(where.database))
    worker = Worker(engine)
    say(os.getpid())
    for number in itertools.count():
        if number % 3 == 0:
            engine.start_case("counting", {}, by=CLERK)
        with engine.machine.store.read() as connection:
            page = reads.list_todo(
                connection, account=CLERK, queues=QUEUES, where=reads.TaskFilter(), sort="received", after=None, limit=4
            )
        for task in page.rows:
            engine.save_draft(f"task:{task['id']}", {"note": "half"}, by=CLERK)
            engine.complete_task(task["id"], {"note": "whole"}, by=CLERK)
        worker.run_due()


def main(url: str, files: str) -> None:
    where = settings(url, Path(files))
    bootstrap.load_handlers([*where.handler_folders, Path(__file__).parent / "handlers"])
    say("ready")
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(where)
            except BaseException:  # noqa: BLE001 - a child must never come back into the parent's loop
                traceback.print_exc()
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        say(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(*sys.argv[1:])
