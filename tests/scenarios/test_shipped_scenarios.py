"""Every scenario file of this folder passes through the engine, and together they walk every sequence flow that is shipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from service.engine.bundle import read_bundle
from service.scenario.coverage import cover

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))

Outcome = Mapping[str, Any]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_scenario_passes(path: Path, outcome_of: Callable[[Path], Outcome]) -> None:
    outcome = outcome_of(path)
    assert outcome["passed"], "\n".join(outcome["lines"])


def test_the_histories_say_which_flows_a_scenario_walks(outcome_of: Callable[[Path], Outcome]) -> None:
    walked = {"s01_application.yaml": outcome_of(HERE / "s01_application.yaml")["walked"]}
    found = {one.process: one for one in cover(read_bundle(HERE.parents[1]), walked)}
    application = found["project_application"]
    assert application.flows["filing_agreed"] == ("s01_application.yaml",)
    assert "supplement_wanted" in application.missing
    assert set(found["supplement"].missing) == set(found["supplement"].flows)


def test_a_scenario_is_played_once_whoever_asks_for_its_outcome(tmp_path: Path, outcome_of: Callable[[Path], Outcome]) -> None:
    path = tmp_path / "short.yaml"
    path.write_text("title: 短\nsteps:\n  - {clock: 2026-08-20 12:00}\n", "utf-8")
    first = outcome_of(path)
    path.write_text("title: 坏", "utf-8")
    assert outcome_of(path) == first


def test_every_sequence_flow_is_walked_by_some_scenario(outcome_of: Callable[[Path], Outcome]) -> None:
    walked = {path.name: outcome_of(path)["walked"] for path in FILES}
    missing = {one.process: one.missing for one in cover(read_bundle(HERE.parents[1]), walked) if one.missing}
    assert missing == {}, "chengxu scenario coverage says more"
