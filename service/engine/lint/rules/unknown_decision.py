"""A business rule task names a decision table that exists, and the variable that takes the result."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import Document, line_of
from service.errors import Problem

ID = "unknown-decision"

CORRECT = """
<bpmn:businessRuleTask id="choose_route" name="确定路径">
  <bpmn:extensionElements><zeebe:calledDecision decisionId="route" resultVariable="route"/></bpmn:extensionElements>
</bpmn:businessRuleTask>"""

INCORRECT = """
<bpmn:businessRuleTask id="choose_route" name="确定路径">
  <bpmn:extensionElements>
    <zeebe:calledDecision decisionId="rout" resultVariable="route"/> <!-- ✗ choose_route -->
  </bpmn:extensionElements>
</bpmn:businessRuleTask>"""


def check(document: Document) -> Iterator[Problem]:
    known = document.setting.known.decisions
    for element in document.of("businessRuleTask"):
        called = element.extension("calledDecision")
        if called is None:
            if element.extension("taskDefinition") is None:
                yield document.problem(
                    ID,
                    element,
                    "没有指定决策表；请设置 zeebe:calledDecision decisionId 和 resultVariable。",
                    "No decision is named; set decisionId and resultVariable of zeebe:calledDecision.",
                )
            continue
        id = (called.get("decisionId") or "").strip()
        if not id or (known is not None and not id.startswith("=") and id not in known):
            yield document.problem(
                ID,
                element,
                f"没有决策表“{id}”；请更正 decisionId，或加入 .dmn 文件。",
                f"There is no decision '{id}'; correct the decisionId, or add the .dmn file.",
                line=line_of(called),
            )
        if not called.get("resultVariable"):
            yield document.problem(
                ID,
                element,
                "没有指定 resultVariable，决策结果会丢失。",
                "There is no resultVariable; the result would be lost.",
                line=line_of(called),
            )
