"""Operation (P8) and security (P10) understand each other: what one throws is what the other starts from or counts by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from service.engine.kernel import Process

#: What P10 reads of the message that starts a drill or an assessment.
WANTED = {"project_id", "unit_id", "project_name", "contractor_unit", "trigger_date", "due"}


def thrown(process: Process, message: str) -> list[set[str]]:
    """The payload names of every event of a process that throws a message."""
    events = [
        one
        for one in process.elements.values()
        if one.kind in ("intermediateThrowEvent", "endEvent") and one.definition is not None and one.definition.name == message
    ]
    return [{target for _, target in one.inputs} for one in events]


def started(process: Process, message: str) -> list[tuple[str, ...]]:
    """The sources of the outputs of every start event that waits for a message."""
    events = [
        one
        for one in process.elements.values()
        if one.kind == "startEvent" and one.definition is not None and one.definition.name == message
    ]
    return [tuple(source for source, _ in one.outputs) for one in events]


@pytest.mark.parametrize("message", ["pj.drillDue", "pj.assessmentDue"])
def test_operation_tells_what_security_needs(shipped: Mapping[str, Any], message: str) -> None:
    payloads = thrown(shipped["processes"]["operation"], message)
    assert payloads
    assert all(payload >= WANTED for payload in payloads)
    assert started(shipped["processes"]["security_incident"], message) == [()]


@pytest.mark.parametrize("message", ["pj.drillDone", "pj.assessmentDone"])
def test_security_tells_the_day_from_which_operation_counts_the_next_year(shipped: Mapping[str, Any], message: str) -> None:
    assert thrown(shipped["processes"]["security_incident"], message) == [{"project_id", "unit_id", "done_on"}]
    assert started(shipped["processes"]["operation"], message) == [("=done_on",)]


def test_the_project_hears_of_an_incident(shipped: Mapping[str, Any]) -> None:
    assert thrown(shipped["processes"]["security_incident"], "pj.incidentOpened") == [{"project_id", "unit_id", "grade"}]
    assert len(started(shipped["processes"]["project"], "pj.incidentOpened")) == 1
