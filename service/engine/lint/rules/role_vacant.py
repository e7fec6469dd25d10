"""The role that gets a task is held by somebody, in the unit that is named. A warning: accounts may come later."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import WAITS_FOR_PEOPLE, Document, Element
from service.engine.lint.rules.lane_nobody import has_assignment
from service.errors import Problem

ID = "role-vacant"

CORRECT = """
<bpmn:manualTask id="visit_site" name="现场核查">
  <bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="lead@center"/></bpmn:extensionElements>
</bpmn:manualTask>"""

INCORRECT = """
<bpmn:manualTask id="visit_site" name="现场核查"> <!-- ✗ visit_site -->
  <bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="lead@harbour"/></bpmn:extensionElements>
</bpmn:manualTask>"""


def check(document: Document) -> Iterator[Problem]:
    held = document.setting.known.memberships
    if held is None:
        return
    roles = {role for role, _ in held}
    for element in document.of(*WAITS_FOR_PEOPLE):
        for group in _list_groups(document, element):
            role, at, unit = group.partition("@")
            known = document.setting.known.roles
            if known is not None and role not in known:
                continue  # lane-nobody says it
            if (role, unit) not in held if at else role not in roles:
                yield document.problem(
                    ID,
                    element,
                    f"没有账号担任 {group}，此待办无人办理；请创建账号或更正角色。",
                    f"No account holds {group}, so nobody gets this task; create one or correct the role.",
                    severity="warning",
                )


def _list_groups(document: Document, element: Element) -> Iterator[str]:
    """The groups that can be read off: the lane's role, or those of a literal."""
    if not has_assignment(element):
        lane = document.find_lane(element)
        if lane is not None and lane.id != "system":
            yield lane.id
        return
    given = element.extension("assignmentDefinition")
    groups = (given.get("candidateGroups") or "").strip() if given is not None else ""
    if not groups.startswith("="):
        yield from (name for group in groups.split(",") if (name := group.strip()))
