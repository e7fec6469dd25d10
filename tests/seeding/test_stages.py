"""The file of stages: each can be rendered for any day, and the projects are shared out among them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from service.scenario.model import Move
from service.seeding.sowing import allot
from service.seeding.stages import Stages

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages.of(ROOT)


def test_every_stage_goes_on_where_an_earlier_one_left_off(stages: Stages) -> None:
    seen: dict[str, int] = {}
    for stage in stages.stages:
        assert stage.after is None or seen[stage.after] < stage.days
        seen[stage.id] = stage.days
    assert [stage.id for stage in stages.stages if stage.after is None] == ["filed"]


@pytest.mark.parametrize("filed_on", [date(2024, 2, 29), date(2026, 8, 20), date(2025, 12, 31)])
def test_the_way_to_each_stage_can_be_written_for_any_day_and_time_never_goes_back(
    stages: Stages, filed_on: date, tmp_path: Path
) -> None:
    for stage in stages.stages:
        way = stages.way_to(stage, filed_on=filed_on, folder=tmp_path)
        moments = [step.action.to for scenario in way for step in scenario.steps if isinstance(step.action, Move)]
        told = [moment for moment in moments if moment is not None]

        assert told == sorted(told)
        assert all((moment.date() - filed_on).days <= stage.days for moment in told)
        assert stages.begins(filed_on).date() == filed_on


@pytest.mark.parametrize("projects", [1, 27, 28, 200, 10_000])
def test_every_project_is_allotted_by_the_shares_of_the_stages(stages: Stages, projects: int) -> None:
    counts: dict[str, int] = {}
    for variant, count in allot(stages.variants, projects):
        counts[variant.stage.id] = counts.get(variant.stage.id, 0) + count

    whole = sum(stage.share for stage in stages.stages)
    assert sum(counts.values()) == projects
    assert all(abs(counts[stage.id] - projects * stage.share / whole) <= len(stage.ages) for stage in stages.stages)
