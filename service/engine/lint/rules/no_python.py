"""There is no program in a diagram: a script task is a FEEL expression with a result variable."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.lint.document import BPMN, Document, children, line_of
from service.errors import Problem

ID = "no-python"

CORRECT = """
<bpmn:scriptTask id="add_up" name="合计">
  <bpmn:extensionElements><zeebe:script expression="=sum(amounts)" resultVariable="total"/></bpmn:extensionElements>
</bpmn:scriptTask>"""

INCORRECT = """
<bpmn:scriptTask id="add_up" name="合计" scriptFormat="python">
  <bpmn:script>total = sum(amounts)</bpmn:script> <!-- ✗ add_up -->
</bpmn:scriptTask>"""


def check(document: Document) -> Iterator[Problem]:
    for element in document.of("scriptTask"):
        scripts = list(children(element.node, "script"))
        language = element.node.get("scriptFormat") or "FEEL"
        expression = element.extension("script")
        if scripts or language.upper() != "FEEL":
            yield document.problem(
                ID,
                element,
                "图中不能写程序；请用 zeebe:script 写 FEEL 表达式，或改为服务任务并编写处理程序。",
                "A diagram holds no program; write a FEEL expression in zeebe:script, or a service task with a handler.",
                line=line_of(scripts[0]) if scripts else None,
            )
        elif element.extension("taskDefinition") is not None:
            continue  # a handler does it
        elif expression is None or not expression.get("expression") or not expression.get("resultVariable"):
            yield document.problem(
                ID,
                element,
                "脚本任务需要 zeebe:script 的 expression 和 resultVariable。",
                "A script task needs expression and resultVariable of zeebe:script.",
            )
        elif not (expression.get("expression") or "").startswith("="):
            yield document.problem(
                ID,
                element,
                "脚本表达式应以 = 开头，否则只是一段文字。",
                "The expression must begin with =, or it is a mere text.",
                line=line_of(expression),
            )
    for node in document.root.iter(f"{{{BPMN}}}conditionExpression"):
        language = node.get("language") or "FEEL"
        if "feel" not in language.lower():
            flow = node.getparent()
            yield Problem(
                rule=ID,
                message=f"条件的语言只能是 FEEL，不能是 {language}。 / A condition is FEEL, not {language}.",
                element=flow.get("id") if flow is not None else None,
                file=document.file,
                line=line_of(node),
            )
