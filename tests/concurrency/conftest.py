"""A city on both databases, made once a run and copied, with a process so small that a thousand cases of it are cheap."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from city import City, make_city, settings
from drawing import chain, end, start, user_task

from service import bootstrap
from service.clock import SHANGHAI, FrozenClock
from service.store import Store
from service.worker import Worker

MORNING = datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI)
ONE_STEP = start() + user_task("check") + end() + chain("begin", "check", "finished")


@pytest.fixture(scope="session")
def city_of(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Gives the URL of a city that nobody has open, for copying. It goes with its server at the end of the run."""
    made: dict[str, str] = {}
    name = f"template_city_{os.getpid()}"

    def template(kind: str) -> str:
        if kind not in made:
            folder = tmp_path_factory.mktemp("city")
            if kind == "sqlite":
                made[kind] = f"sqlite:///{folder / 'city.db'}"
            else:
                server = request.getfixturevalue("postgres_server")
                server.create(name)
                made[kind] = server.url(name)
            city = make_city(made[kind], folder / "files", FrozenClock(MORNING))
            city.deploy({"one_step": ONE_STEP})
            city.store.close()
        return made[kind]

    return template


@pytest.fixture(params=["sqlite", "postgresql"])
def city_url(request: pytest.FixtureRequest, databases: Any, city_of: Callable[[str], str]) -> str:
    """URL of a database with a city, of each kind in turn."""
    copied: str = databases.copy(city_of(request.param))
    return copied


@pytest.fixture
def city(city_url: str, tmp_path: Path) -> Iterator[City]:
    """A city with the process `one_step`: one task, for a clerk of jiaoyu."""
    store, clock = Store(city_url), FrozenClock(MORNING)
    engine = bootstrap.make_engine(settings(city_url, tmp_path / "files"), store, clock=clock)
    yield City(engine=engine, store=store, worker=Worker(engine), clock=clock)
    store.close()
