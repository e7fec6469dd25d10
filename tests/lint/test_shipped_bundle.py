"""What is shipped passes its own lint, in less than a second of the processor."""

from __future__ import annotations

import time
from pathlib import Path

from service.engine.bundle import definitions, read_bundle
from service.engine.lint import Known, check

ROOT = Path(__file__).parents[2]


def test_the_shipped_diagrams_and_forms_have_no_fault() -> None:
    problems = check(read_bundle(ROOT), Known())

    assert [str(problem) for problem in problems] == []


def test_lint_of_everything_shipped_takes_less_than_a_second() -> None:
    bundle = read_bundle(ROOT)
    check(bundle, Known())  # the first run builds the FEEL grammar
    begun = time.process_time()

    check(bundle, Known())

    assert time.process_time() - begun < 1.0


def test_each_shipped_diagram_is_a_draft() -> None:
    bundle = read_bundle(ROOT)

    assert {draft.file for draft in definitions(bundle)} == set(bundle.diagrams)
