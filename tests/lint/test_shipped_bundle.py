"""What is shipped passes its own lint, which costs little more than reading the files."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from service.engine.bundle import definitions, read_bundle
from service.engine.lint import Known, check

ROOT = Path(__file__).parents[2]


def test_the_shipped_diagrams_and_forms_have_no_fault() -> None:
    problems = check(read_bundle(ROOT), Known())

    assert [str(problem) for problem in problems] == []


def test_lint_of_everything_shipped_costs_no_more_than_a_few_readings_of_it() -> None:
    bundle = read_bundle(ROOT)
    check(bundle, Known())  # the first run builds the FEEL grammar

    reading = min(taken(lambda: read_bundle(ROOT)) for _ in range(3))
    linting = min(taken(lambda: check(bundle, Known())) for _ in range(3))

    assert linting < 4 * reading  # 1.6 when it was measured


def taken(work: Callable[[], object]) -> float:
    """Processor time in seconds."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def test_each_shipped_diagram_is_a_draft() -> None:
    bundle = read_bundle(ROOT)

    assert {draft.file for draft in definitions(bundle)} == set(bundle.diagrams)
