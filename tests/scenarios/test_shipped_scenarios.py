"""Every scenario file of this folder passes through the engine, and its steps are told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.engine.bundle import read_bundle
from service.scenario import Ground, as_lines, play, read
from service.scenario.coverage import cover

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_scenario_passes(path: Path, ground: Ground) -> None:
    scenario = read(path)
    with ground.driver(scenario) as driver:
        report = play(scenario, driver)
    assert report.passed, "\n".join(as_lines(report))


def test_the_histories_say_which_flows_a_scenario_walks(ground: Ground) -> None:
    scenario = read(HERE / "s01_application.yaml")
    with ground.driver(scenario) as driver:
        (case,) = play(scenario, driver).cases
        walked = driver.list_walked(case)
    found = {one.process: one for one in cover(read_bundle(HERE.parents[1]), {scenario.file: walked})}
    application = found["project_application"]
    assert application.flows["filing_agreed"] == ("s01_application.yaml",)
    assert "supplement_wanted" in application.missing
    assert set(found["supplement"].missing) == set(found["supplement"].flows)
