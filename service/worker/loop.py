"""Fetch what is due, run it, sleep until woken. Any number of workers may run on one database."""

from __future__ import annotations

import logging
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from service.engine import alerting, notices, running, stuck
from service.engine.facade import Engine
from service.engine.running import Ran
from service.store import jobs
from service.store.cases import JobRow
from service.worker import housekeeping

log = logging.getLogger(__name__)

#: How often a worker looks by itself; a commit in the same process wakes it at once.
TICK = timedelta(milliseconds=500)
BATCH = 50


class Worker:
    """Runs jobs of one engine, in this thread by `drain` or in the background by `start`."""

    def __init__(self, engine: Engine, *, concurrency: int = 1) -> None:
        self._engine = engine
        self._concurrency = concurrency
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._scheduler: BackgroundScheduler | None = None
        self.id = f"{socket.gethostname()}-{os.getpid()}"
        engine.machine.wake = self._wanted.set
        engine.machine.drain = self.drain

    def start(self) -> None:
        """Run in the background until `stop`."""
        scheduler = BackgroundScheduler(timezone="UTC")
        scheduler.add_job(self._wanted.set, "interval", seconds=TICK.total_seconds(), max_instances=1, coalesce=True)
        scheduler.add_job(self._keep_house, "interval", seconds=15, max_instances=1, coalesce=True)
        scheduler.add_job(self._sweep, "interval", seconds=stuck.EVERY.total_seconds(), max_instances=1, coalesce=True)
        scheduler.start()
        self._scheduler = scheduler
        self._thread = threading.Thread(target=self._run, name="chengxu-worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what runs, then end; nothing when it has ended."""
        self._stopping.set()
        self._wanted.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        if self._thread is not None:
            self._thread.join(timeout=30)

    def drain(self, *, rounds: int = 10_000) -> int:
        """Run everything that is due now, and what follows from it; returns how many jobs ran."""
        ran = 0
        for _ in range(rounds):
            done = self.run_due()
            if not done:
                break
            ran += done
        return ran

    def run_due(self) -> int:
        """Run one batch of due jobs and notices; returns how many made progress."""
        given = notices.give_due(self._engine.machine)
        due = self._list_due()
        if self._concurrency == 1 or len(due) <= 1:
            results = [self._run_one(job) for job in due]
        else:
            with ThreadPoolExecutor(self._concurrency) as pool:
                results = list(pool.map(self._run_one, due))
        return given + sum(result is not Ran.SKIPPED for result in results)

    def _run_one(self, job: JobRow) -> Ran:
        ran = running.run(self._engine.machine, job)
        if ran in (Ran.FAILED, Ran.PARKED):
            log.warning("job %s (%s) %s", job.id, job.kind, ran.value)
        return ran

    def _list_due(self) -> tuple[JobRow, ...]:
        machine = self._engine.machine
        with machine.store.read() as connection:
            return jobs.list_due(connection, now=machine.clock.now(), machine=machine.clock.machine(), limit=BATCH)

    def _run(self) -> None:
        self._keep_house()
        while not self._stopping.is_set():
            self._wanted.wait()
            self._wanted.clear()
            try:
                while not self._stopping.is_set() and self.run_due():
                    pass
            except Exception:  # the database may be away for a moment; the next tick tries again
                log.exception("the worker could not run due jobs")
                self._stopping.wait(1)

    def _keep_house(self) -> None:
        try:
            housekeeping.keep_house(self._engine.machine, self.id)
        except Exception:  # as above
            log.exception("housekeeping failed")

    def _sweep(self) -> None:
        try:
            stuck.sweep(self._engine.machine)
        except Exception:  # as above
            log.exception("the sweep for stuck cases failed")
            return
        try:
            alerting.evaluate(self._engine.machine)
        except Exception:  # as above
            log.exception("the rules of alerts could not be held against what is stuck")

    def next_due(self) -> datetime | None:
        """When the next timer is due by legal time, if any."""
        with self._engine.machine.store.read() as connection:
            return jobs.next_due(connection)[0]
