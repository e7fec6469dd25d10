"""Bids before the opening, and scores before the last expert has given theirs, are seen by nobody whom they do not concern."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.scenario import Ground, as_lines, play, read
from service.scenario.model import Complete

SCENARIO = Path(__file__).parents[1] / "scenarios" / "s06_procurement.yaml"
KEY = "PJ-2026-0001"
#: Who may read the case of the lot, and did not give the scores in question.
OTHERS = ("monitor.zhongxin", "pj_trade.jiaoyi", "pj_center_proc.zhongxin", "pj_audit.shenji", "pj_expert.shuju")


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground() as made:
        yield made


@contextmanager
def played_until(ground: Ground, element: str, who: str) -> Iterator[Any]:
    """A driver on S06 as it stands after the first time that somebody completes a step without being refused."""
    scenario = read(SCENARIO)
    number = next(
        number
        for number, step in enumerate(scenario.steps, 1)
        if isinstance(step.action, Complete)
        and (step.action.element, step.action.who) == (element, who)
        and not step.expects_refusal
    )
    with ground.driver(replace(scenario, steps=scenario.steps[:number])) as driver:
        report = play(replace(scenario, steps=scenario.steps[:number]), driver)
        assert report.passed, "\n".join(as_lines(report))
        yield driver


def scores(driver: Any, *, by: str) -> list[Any]:
    """The scores that an account reads in the history of the project's cases; experts read none but those of lots."""
    case = driver.find_case("procurement_lot", KEY, by=by)
    lines = driver.list_history(case, by=by)
    done = [line for line in lines if (line.kind, line.element) == ("task.completed", "score_bids")]
    assert done
    return [line.payload["answers"]["scores"] for line in done if "scores" in line.payload["answers"]]


def test_scores_are_closed_to_all_others_until_the_last_expert_is_done(ground: Ground) -> None:
    with played_until(ground, "score_bids", "pj_expert.xinxiyuan") as driver:
        assert {by: scores(driver, by=by) for by in OTHERS} == {by: [] for by in OTHERS}
        assert len(scores(driver, by="pj_expert.ligong")) == 1


def test_scores_are_open_once_all_are_in(ground: Ground) -> None:
    with played_until(ground, "score_bids", "pj_expert.shuju") as driver:
        assert {by: len(scores(driver, by=by)) for by in OTHERS} == dict.fromkeys(OTHERS, 3)
