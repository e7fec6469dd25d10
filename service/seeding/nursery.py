"""Where patterns are raised: one prepared database, of which each pattern gets a copy, and one set of compiled procedures."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from service import bootstrap
from service.clock import FrozenClock
from service.engine.definitions import Library
from service.engine.facade import Engine
from service.engine.machine import Machine
from service.scenario.in_process import EngineDriver
from service.settings import Settings
from service.store import Store
from service.store.blobs import Blobs

_PASSWORD = "pattern-of-projects"


class Nursery:
    """Law, calendar, people and the shipped procedures in files of their own; nothing of the installation is touched."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="chengxu-seed-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        settings = Settings.from_environment(
            {"CHENGXU_DATABASE": f"sqlite:///{self._prepared}", "CHENGXU_DEMO": "1", "CHENGXU_DEMO_PASSWORD": _PASSWORD}
        )
        self._described = bootstrap.shipped_bundle(settings).registers
        engine, _ = bootstrap.prepare(settings)
        bootstrap.seed_demo(engine, settings)
        with engine.machine.store.read() as connection:
            engine.machine.refresh_rules(connection)
        engine.machine.store.close()
        self._rules, self._library = engine.machine.rules, Library()

    @contextmanager
    def driver(self, start: datetime) -> Iterator[EngineDriver]:
        """A driver on a fresh copy, whose clock stands at `start`."""
        file = self.folder / "copy.db"
        shutil.copyfile(self._prepared, file)
        store, clock = Store(f"sqlite:///{file}"), FrozenClock(start)
        machine = Machine(
            store=store, clock=clock, blobs=Blobs(self.folder / "files"), rules=self._rules, library=self._library
        )  # fmt: skip
        try:
            yield EngineDriver(Engine(machine), clock, password=_PASSWORD, registers=self._described)
        finally:
            store.close()
            file.unlink()

    def close(self) -> None:
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _prepared(self) -> Path:
        return self.folder / "prepared.db"
