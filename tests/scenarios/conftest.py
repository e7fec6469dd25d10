"""Scenarios on a ground of their own: one prepared SQLite database a run, of which each scenario gets a copy.

ground                         the prepared database
scenario("title: …")           a scenario from text, as if it stood in a file beside the shipped ones
played("title: …")             the same, played; gives its report
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.scenario import Ground, Report, Scenario, play, read

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    with Ground() as made:
        yield made


@pytest.fixture
def scenario(tmp_path: Path) -> Callable[[str], Scenario]:
    def make(text: str) -> Scenario:
        (tmp_path / "s01_application.yaml").write_text((HERE / "s01_application.yaml").read_text("utf-8"), "utf-8")
        path = tmp_path / "scenario.yaml"
        path.write_text(text, "utf-8")
        return read(path)

    return make


@pytest.fixture
def played(ground: Ground, scenario: Callable[[str], Scenario]) -> Callable[[str], Report]:
    def make(text: str) -> Report:
        made = scenario(text)
        with ground.driver(made) as driver:
            return play(made, driver)

    return make
