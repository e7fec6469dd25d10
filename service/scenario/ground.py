"""The ground that scenarios stand on: one prepared database, of which each scenario gets a copy of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from service import bootstrap
from service.clock import SHANGHAI, FrozenClock
from service.engine.bundle import read_bundle
from service.engine.publishing import publish
from service.scenario.in_process import EngineDriver
from service.scenario.model import Scenario
from service.settings import Settings
from service.store import Store

PASSWORD = "scenario"
#: When a scenario that names no time takes place.
SOME_DAY = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)


class Ground:
    """Law, calendar, people and procedures in an SQLite file of their own; nothing of the installation is touched.

    `folders` are procedures that are not shipped; their handlers are loaded and run.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="chengxu-scenario-", ignore_cleanup_errors=True)
        self._folders = tuple(folders)
        self._copies = 0
        self._registers: dict[str, Any] = {}
        self._prepared = self._settings("prepared")
        for folder in (self._prepared.root, *self._folders):
            self._registers |= read_bundle(folder, handlers=False).registers
        engine, _ = bootstrap.prepare(self._prepared)
        try:
            for folder in self._folders:
                publish(engine.machine, read_bundle(folder), by="system")
            bootstrap.seed_demo(engine, self._prepared)
        finally:
            engine.machine.store.close()

    @contextmanager
    def driver(self, scenario: Scenario) -> Iterator[EngineDriver]:
        """A driver on a fresh copy, whose clock stands where the scenario begins."""
        self._copies += 1
        settings = self._settings(f"copy{self._copies}")
        shutil.copyfile(self._file("prepared"), self._file(f"copy{self._copies}"))
        store = Store(settings.database)
        clock = FrozenClock(scenario.clock or SOME_DAY)
        try:
            engine = bootstrap.make_engine(settings, store, clock=clock)
            yield EngineDriver(engine, clock, password=PASSWORD, registers=self._registers)
        finally:
            store.close()
            self._file(f"copy{self._copies}").unlink()

    def close(self) -> None:
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _file(self, name: str) -> Path:
        return Path(self._folder.name, f"{name}.db")

    def _settings(self, name: str) -> Settings:
        handlers = [str(folder / "handlers") for folder in self._folders if (folder / "handlers").is_dir()]
        return Settings.from_environment(
            {
                "CHENGXU_DATABASE": f"sqlite:///{self._file(name)}", "CHENGXU_DEMO": "1", "CHENGXU_DEMO_PASSWORD": PASSWORD,
                "CHENGXU_HANDLERS": ":".join(handlers),
            }
        )  # fmt: skip
