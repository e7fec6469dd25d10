"""A timer says when: one date, duration or cycle, as FEEL or as ISO 8601, and a cycle only where it may repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.engine.lint.document import Document, Element, children, kind_of, line_of
from service.errors import Problem

ID = "timer-without-time"

CORRECT = """
<bpmn:intermediateCatchEvent id="ten_days_over" name="十日届满">
  <bpmn:timerEventDefinition><bpmn:timeDuration>P10D</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:intermediateCatchEvent>"""

INCORRECT = """
<bpmn:intermediateCatchEvent id="ten_days_over" name="十日届满">
  <bpmn:timerEventDefinition/> <!-- ✗ ten_days_over -->
</bpmn:intermediateCatchEvent>"""

_DURATION = r"P(?!$|/)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
_DATE = r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?"
_FORMS = {
    "timeDate": (re.compile(_DATE), "2026-04-07 或 2026-04-07T09:00:00+08:00", "2026-04-07 or 2026-04-07T09:00:00+08:00"),
    "timeDuration": (re.compile(_DURATION), "P10D、PT2H", "P10D or PT2H"),
    "timeCycle": (re.compile(rf"R\d*/({_DATE}/)?{_DURATION}"), "R3/PT1H", "R3/PT1H"),
}


def check(document: Document) -> Iterator[Problem]:
    for element in document.elements.values():
        timer = element.event
        if timer is None or kind_of(timer) != "timerEventDefinition":
            continue
        times = [node for node in children(timer) if kind_of(node) in _FORMS]
        if len(times) != 1 or not (times[0].text or "").strip():
            yield document.problem(
                ID,
                element,
                "定时器没有时间；请填写日期、时长或周期中的一种。",
                "The timer has no time; give one of date, duration or cycle.",
                line=line_of(timer),
            )
            continue
        kind, text = kind_of(times[0]), (times[0].text or "").strip()
        pattern, zh, en = _FORMS[kind]
        if not text.startswith("=") and not pattern.fullmatch(text):
            yield document.problem(
                ID,
                element,
                f"“{text}”不是有效的时间；请写成 {zh}，或以 = 开头的表达式。",
                f"'{text}' is not a time; write {en}, or an expression after =.",
                line=line_of(times[0]),
            )
        if kind == "timeCycle" and not _may_repeat(element):
            yield document.problem(
                ID,
                element,
                "此处的定时器只能触发一次；请用日期或时长，周期只用于开始事件和非中断的边界事件。",
                "This timer fires once; use a date or duration. Cycles are for start events and non-interrupting boundaries.",
                line=line_of(times[0]),
            )


def _may_repeat(element: Element) -> bool:
    if element.kind == "boundaryEvent":
        return element.node.get("cancelActivity") == "false"
    return element.kind == "startEvent"
