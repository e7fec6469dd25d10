"""Scenarios on a ground of their own: one prepared SQLite database a run, of which each scenario gets a copy.

ground                         the prepared database
scenario("title: …")           a scenario from text, as if it stood in a file beside the shipped ones
played("title: …")             the same, played; gives its report
outcome_of(path)               what came of playing a file: {passed, lines, walked}; each is played once in a run
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.scenario import Ground, Report, Scenario, as_lines, play, read

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    with Ground() as made:
        yield made


@pytest.fixture(scope="session")
def outcome_of(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], dict[str, Any]]:
    """Whoever comes first plays a file; the others wait for it and read what it left."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "outcomes"
    folder.mkdir(exist_ok=True)

    def get(path: Path) -> dict[str, Any]:
        with (folder / f"{path.stem}.json").open("a+") as kept:
            fcntl.flock(kept, fcntl.LOCK_EX)  # let go of when the file is closed
            kept.seek(0)
            if text := kept.read():
                return dict(json.loads(text))
            outcome = _play(ground, read(path))
            json.dump(outcome, kept)
            return outcome

    return get


def _play(ground: Ground, scenario: Scenario) -> dict[str, Any]:
    with ground.driver(scenario) as driver:
        report = play(scenario, driver)
        walked = driver.list_walked(by=scenario.reader)
    return {
        "passed": report.passed,
        "lines": list(as_lines(report)),
        "walked": {process: sorted(flows) for process, flows in walked.items()},
    }


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
