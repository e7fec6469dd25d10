"""A task for people stands in a lane, or says itself who does it."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import WAITS_FOR_PEOPLE, Document
from service.engine.lint.rules.lane_nobody import has_assignment
from service.errors import Problem

ID = "user-task-in-lane"

CORRECT = """
<bpmn:laneSet id="lanes">
  <bpmn:lane id="clerk" name="经办人"><bpmn:flowNodeRef>visit_site</bpmn:flowNodeRef></bpmn:lane>
</bpmn:laneSet>
<bpmn:manualTask id="visit_site" name="现场核查"/>"""

INCORRECT = """
<bpmn:laneSet id="lanes"><bpmn:lane id="clerk" name="经办人"/></bpmn:laneSet>
<bpmn:manualTask id="visit_site" name="现场核查"/> <!-- ✗ visit_site -->"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.of(*WAITS_FOR_PEOPLE):
        if document.find_lane(element) is None and (document.lanes or not has_assignment(element)):
            yield document.problem(
                ID,
                element,
                "任务不在任何泳道内；请移入办理角色的泳道。",
                "The task is in no lane; move it into the lane of the role that does it.",
            )
