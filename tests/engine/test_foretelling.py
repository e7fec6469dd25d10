"""What the diagrams say comes next, before anything is decided."""

from __future__ import annotations

from pathlib import Path

import pytest
from city import ROOT, diagram
from drawing import chain, end, start, user_task

from service.engine import kernel
from service.engine.foretelling import Arrival, Outlook, foretell


def shipped(process: str) -> kernel.Process:
    (path,) = Path(ROOT, "processes").glob(f"*/{process}.bpmn")
    return kernel.parse(path.read_bytes())


def told(outlook: Outlook) -> list[tuple[str, list[tuple[str | None, str | None]]]]:
    return [(road.element.id, [(branch.question, branch.answer) for branch in road.branches]) for road in outlook.roads]


def test_the_roads_of_a_signature_are_told_by_the_names_of_the_flows() -> None:
    outlook = foretell(shipped("project_application"), "sign_application")

    assert told(outlook) == [
        ("revise_application", [("是否同意申报？", "退回")]),
        ("override", [("是否同意申报？", "同意"), ("须破例审批？", "是")]),
        ("intake_check", [("是否同意申报？", "同意"), ("须破例审批？", "否")]),
    ]
    assert [road.arrival for road in outlook.roads] == [Arrival.STEP, Arrival.CHILD, Arrival.STEP]
    assert outlook.roads[2].deadlines == ("D-PJ-18a",)
    assert not outlook.sure


def test_a_road_without_a_choice_is_sure() -> None:
    outlook = foretell(shipped("project_application"), "fix_indicators")

    assert told(outlook) == [("sign_decision", [])]
    assert outlook.sure


def test_a_form_that_starts_a_case_is_foretold_as_well() -> None:
    outlook = foretell(shipped("project_application"), "application_filed")

    assert told(outlook) == [
        ("out_of_scope", [("是否适用本办法？", "不适用")]),
        ("county_recorded", [("是否适用本办法？", "县区")]),
        ("sign_application", [("是否适用本办法？", "是")]),
    ]


def test_who_does_a_step_with_others_is_not_told_that_it_goes_on() -> None:
    outlook = foretell(shipped("bid_evaluation"), "score_bids")

    assert outlook.others_first
    assert not outlook.sure


def test_a_join_makes_the_step_behind_it_wait_for_others() -> None:
    outlook = foretell(shipped("initial_acceptance"), "apply_initial")

    assert [(road.element.id, road.joins, road.sure) for road in outlook.roads] == [("prepare_panel", True, False)]


def test_an_end_beside_other_branches_is_not_promised() -> None:
    (road,) = foretell(shipped("construction"), "complete_building").roads

    assert (road.arrival, road.sure) == (Arrival.END, False)


def test_a_loop_comes_to_an_end() -> None:
    loop = '<bpmn:exclusiveGateway id="again" name="再来？"/><bpmn:serviceTask id="machine"/>'
    body = start() + user_task("write") + loop + end() + chain("begin", "write", "again")
    body += '<bpmn:sequenceFlow id="yes" name="是" sourceRef="again" targetRef="machine"/>'
    body += '<bpmn:sequenceFlow id="back" sourceRef="machine" targetRef="again"/>'
    body += '<bpmn:sequenceFlow id="no" name="否" sourceRef="again" targetRef="finished"/>'
    elements = diagram("loop", body)

    outlook = foretell(_parsed_loosely(elements), "write")

    assert told(outlook) == [("finished", [("再来？", "否")])]


def _parsed_loosely(xml: bytes) -> kernel.Process:
    """Parse a diagram that a designer would not be allowed to publish."""
    from lxml import etree

    from service.engine.kernel.elements import Definitions, read_elements, read_flows

    root = etree.fromstring(xml)
    process = root.find("{*}process")
    assert process is not None
    return kernel.Process(
        id="loop", name="loop", spec=None, subspecs={}, elements=read_elements(process, Definitions(root)),
        flows=read_flows(process), start_events=("begin",), messages={}, properties=(), lanes={},
    )  # fmt: skip


@pytest.mark.parametrize("path", sorted(Path(ROOT, "processes").glob("*/*.bpmn")), ids=lambda path: path.stem)
def test_every_step_of_every_shipped_diagram_is_foretold(path: Path) -> None:
    process = kernel.parse(path.read_bytes())
    steps = [one for one in process.elements.values() if one.kind == "userTask"]

    for step in steps:
        outlook = foretell(process, step.id)
        assert all(road.element.name for road in outlook.roads), step.id
        around, beside = step.parent, False
        while around is not None:  # what is done beside a case ends where it is
            beside, around = beside or process.elements[around].event_sub_process, process.elements[around].parent
        assert outlook.roads or beside, f"{step.id} leads nowhere"
