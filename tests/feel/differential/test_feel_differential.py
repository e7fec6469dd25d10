"""Our answers beside those of npm's feelin, another FEEL (recorded by `record.mjs`): alike, or the difference is explained.

`recorded.json` holds `[expression, answer of feelin]`. `differences.json` holds the reasons, each with the expressions it
explains and what we answer to them; a difference that is not there fails, and so does an explanation nobody needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from service import feel
from service.tagged import Months

FOLDER = Path(__file__).parent
RECORDED: list[list[Any]] = json.loads((FOLDER / "recorded.json").read_text("utf-8"))
DIFFERENCES: list[dict[str, Any]] = json.loads((FOLDER / "differences.json").read_text("utf-8"))
EXPLAINED = {source: ours for reason in DIFFERENCES for source, ours in reason["ours"].items()}


def told(value: Any) -> Any:
    """Write a value as the recorder does; numbers by twelve digits, since feelin's are binary."""
    if isinstance(value, Decimal):
        return {"number": float(f"{value:.12g}")}
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, list):
        return [told(item) for item in value]
    if isinstance(value, dict):
        return {"context": [[key, told(item)] for key, item in value.items()]}
    if isinstance(value, feel.Range):
        return {"range": [value.start_included, told(value.start), told(value.end), value.end_included]}
    if isinstance(value, (date, datetime, time, timedelta, Months)):
        return {"iso": feel.to_text(value)}
    return {"function": True}


def answer(source: str) -> Any:
    try:
        return told(feel.compile(source)({}))
    except feel.FeelError:
        return {"error": "syntax"}


def alike(left: Any, right: Any) -> bool:
    if isinstance(left, dict) and isinstance(right, dict) and "context" in left and "context" in right:
        ours, theirs = dict(left["context"]), dict(right["context"])
        return ours.keys() == theirs.keys() and all(alike(ours[key], theirs[key]) for key in ours)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(alike(one, other) for one, other in zip(left, right, strict=True))
    return bool(left == right)


def differing() -> Iterator[str]:
    for source, theirs in RECORDED:
        if not alike(answer(source), theirs):
            yield source


@pytest.mark.parametrize(("source", "theirs"), RECORDED)
def test_an_answer_is_feelins_or_the_difference_is_explained(source: str, theirs: Any) -> None:
    ours = answer(source)

    assert alike(ours, EXPLAINED.get(source, theirs))


def test_every_explanation_names_a_difference_that_exists() -> None:
    assert set(EXPLAINED) == set(differing())
    assert all(len(reason["why"]) > 20 for reason in DIFFERENCES)


def test_hundreds_of_expressions_are_compared() -> None:
    assert len(RECORDED) > 300
    assert len({source for source, _ in RECORDED}) == len(RECORDED)
