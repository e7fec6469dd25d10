"""Whoever a task goes to exists: its lane or its candidate groups name roles that the house knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.engine.lint.document import WAITS_FOR_PEOPLE, Document, Element, line_of
from service.errors import Problem

ID = "lane-nobody"

CORRECT = """
<bpmn:manualTask id="visit_site" name="现场核查">
  <bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="lead, clerk@center"/></bpmn:extensionElements>
</bpmn:manualTask>"""

INCORRECT = """
<bpmn:laneSet id="lanes">
  <bpmn:lane id="nobody_at_all" name="无人"> <!-- ✗ nobody_at_all -->
    <bpmn:flowNodeRef>visit_site</bpmn:flowNodeRef>
  </bpmn:lane>
</bpmn:laneSet>
<bpmn:manualTask id="visit_site" name="现场核查"/>"""

_LITERAL = re.compile(r'"([^"]*)"')


def check(document: Document) -> Iterator[Problem]:
    roles = document.setting.known.roles
    blamed: set[str] = set()
    for element in document.of(*WAITS_FOR_PEOPLE):
        if has_assignment(element):
            yield from _check_groups(document, element)
            continue
        lane = document.find_lane(element)
        if lane is None or lane.id in blamed or roles is None or (lane.id in roles and lane.id != "system"):
            continue
        blamed.add(lane.id)
        yield document.problem(
            ID,
            lane,
            f"泳道 {lane.id} 不是已知角色，{element.id} 无人办理；请把泳道编号改为角色编号，或为任务指定办理人。",
            f"The lane {lane.id} is not a known role, so nobody gets {element.id}; use a role id as the lane's id, or assign it.",
        )


def has_assignment(element: Element) -> bool:
    """Say whether a task names its own people, whatever its lane says."""
    given = element.extension("assignmentDefinition")
    return given is not None and any(given.get(name) for name in ("assignee", "candidateGroups", "candidateUsers"))


def _check_groups(document: Document, element: Element) -> Iterator[Problem]:
    given = element.extension("assignmentDefinition")
    roles = document.setting.known.roles
    if given is None or roles is None:
        return
    for role in _list_roles((given.get("candidateGroups") or "").strip()):
        if role not in roles:
            yield document.problem(
                ID,
                element,
                f"候选组中的角色 {role} 不存在；请使用已知的角色编号。",
                f"The role {role} in the candidate groups does not exist; use a known role id.",
                line=line_of(given),
            )


def _list_roles(groups: str) -> Iterator[str]:
    """The roles that can be read off: those of a literal, and in FEEL the strings that are a whole group or end in `@`."""
    if not groups.startswith("="):
        yield from (role for group in groups.split(",") if (role := group.partition("@")[0].strip()))
        return
    whole = _LITERAL.fullmatch(groups[1:].strip())
    for text in _LITERAL.findall(groups):
        for group in text.split(","):
            role, at, _ = group.strip().partition("@")
            if role and (at or whole):
                yield role
