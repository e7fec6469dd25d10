"""What the drawing shows truly: boxes, names and lines, to the pixel."""

from __future__ import annotations

import pytest

from service.engine.bundle import Bundle
from service.engine.lint import Known, check
from service.engine.lint.drawing import Box
from service.engine.lint.rules import di_edge_through_shape, di_label_overlap, di_missing, di_outside_lane, di_overlap

BOX = Box(x=100, y=100, width=100, height=80)


def rules_of(text: str) -> list[tuple[str, str]]:
    bundle = Bundle(diagrams={"processes/test/example.bpmn": text.strip().encode()})
    return [(problem.rule, problem.severity) for problem in check(bundle, Known()) if problem.rule.startswith("di-")]


@pytest.mark.parametrize(
    ("start", "end", "crossed"),
    [
        ((0, 140), (300, 140), True),
        ((0, 100), (300, 100), False),  # along the upper side
        ((0, 99), (300, 99), False),
        ((150, 0), (150, 120), True),  # ends inside
        ((0, 0), (90, 300), False),
        ((90, 90), (210, 190), True),  # across
        ((120, 120), (180, 160), True),  # wholly inside
        ((201, 0), (201, 300), False),
    ],
)
def test_a_line_crosses_a_box_when_it_passes_through_its_inside(
    start: tuple[float, float], end: tuple[float, float], crossed: bool
) -> None:
    assert BOX.is_crossed(start, end) is crossed
    assert BOX.is_crossed(end, start) is crossed


def test_boxes_that_touch_do_not_overlap() -> None:
    assert not BOX.overlaps(Box(x=200, y=100, width=10, height=10))
    assert BOX.overlaps(Box(x=198, y=100, width=10, height=10))


def test_a_name_may_stand_in_the_free_corner_of_a_gateway() -> None:
    gateway = Box(x=100, y=100, width=50, height=50)
    assert not Box(x=140, y=140, width=40, height=14).covers_diamond(gateway)
    assert Box(x=125, y=140, width=40, height=14).covers_diamond(gateway)


@pytest.mark.parametrize(
    "rule", [di_missing, di_overlap, di_outside_lane, di_edge_through_shape, di_label_overlap], ids=lambda rule: rule.ID
)
def test_a_wrong_drawing_is_an_error(rule: object) -> None:
    assert rules_of(rule.INCORRECT) == [(rule.ID, "error")]  # type: ignore[attr-defined]


def test_a_diagram_that_is_not_drawn_at_all_is_a_warning_only() -> None:
    text = di_missing.INCORRECT
    bare = text[: text.index("<bpmndi:BPMNDiagram>")] + "</definitions>"
    assert rules_of(bare) == [("di-missing", "warning")]


def test_a_boundary_event_lies_on_its_task_and_elements_in_their_subprocess() -> None:
    text = di_overlap.CORRECT.replace(
        '<task id="file_papers" name="归档"/>',
        '<subProcess id="file_papers" name="归档"><startEvent id="inner"/><sequenceFlow id="to_inner_end" sourceRef="inner"'
        ' targetRef="inner_end"/><endEvent id="inner_end" name="完"/></subProcess>'
        '<boundaryEvent id="late" name="逾期" attachedToRef="file_papers"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        '</timerEventDefinition></boundaryEvent><sequenceFlow id="to_done_late" sourceRef="late" targetRef="done"/>',
    ).replace(
        '<bpmndi:BPMNEdge bpmnElement="to_done"/>',
        '<bpmndi:BPMNEdge bpmnElement="to_done"/><bpmndi:BPMNEdge bpmnElement="to_done_late"/>'
        '<bpmndi:BPMNEdge bpmnElement="to_inner_end"/>'
        '<bpmndi:BPMNShape bpmnElement="inner"><dc:Bounds x="205" y="110" width="36" height="36"/></bpmndi:BPMNShape>'
        '<bpmndi:BPMNShape bpmnElement="inner_end"><dc:Bounds x="250" y="110" width="36" height="36"/></bpmndi:BPMNShape>'
        '<bpmndi:BPMNShape bpmnElement="late"><dc:Bounds x="230" y="162" width="36" height="36"/></bpmndi:BPMNShape>',
    )
    assert rules_of(text) == []
    assert rules_of(text.replace('x="230" y="162"', 'x="355" y="162"').replace('y="162"', 'y="150"')) == [("di-overlap", "error")]
