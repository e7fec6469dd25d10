"""What came of playing a scenario, and how it is told: lines for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.scenario.expectations import Verdict
from service.scenario.model import Complete, Fill, Move, Scenario, Send, Start, Step, Try


class State(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"  # a step before it failed


_SIGNS = {State.PASSED: "✓", State.FAILED: "✗", State.NOT_RUN: "·"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """One step; `fault` says why it could not be done, `verdicts` how each expectation turned out."""

    step: Step
    state: State
    fault: str = ""
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    scenario: Scenario
    steps: tuple[StepReport, ...]
    fault: str = ""
    cases: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.fault and all(step.state is State.PASSED for step in self.steps)


def told(step: Step) -> str:
    """A step in words."""
    match step.action:
        case Start(who=who, process=process):
            done = f"{who} 发起 {process}"
        case Complete(who=who, element=element, where=where):
            done = f"{who} 办理 {element}" + (f"（{'，'.join(map(str, where.values()))}）" if where else "")
        case Move(to=to, by=by):
            done = f"时间到 {to:%Y-%m-%d %H:%M}" if to else f"过了 {by}"
        case Try(handler=handler):
            done = f"处理程序 {handler}"
        case Fill(who=who, form=form):
            done = f"{who} 填写表单 {form}"
        case Send(name=name, key=key):
            done = f"收到消息 {name}（{key}）"
        case _:
            done = "核对"
    return f"{done}　{step.note}" if step.note else done


def as_lines(report: Report) -> Iterator[str]:
    """Tell a report to people: every step, and for each failure what was expected and what was found."""
    yield f"{'通过' if report.passed else '不通过'}　{report.scenario.title}（{report.scenario.file}）"
    if report.fault:
        yield f"  {report.fault}"
    for each in report.steps:
        yield f"  {_SIGNS[each.state]} {each.step.number}. 第 {each.step.line} 行　{told(each.step)}"
        if each.fault:
            yield f"      {each.fault}"
        for verdict in each.verdicts:
            if verdict.passed is False:
                yield f"      {verdict.what}：应为 {verdict.expected}，实为 {verdict.got}"
            elif verdict.passed is None:
                yield f"      {verdict.what}：未核对，{verdict.got}"


def as_json(report: Report) -> dict[str, Any]:
    """Tell a report to programs."""
    return {
        "file": report.scenario.file,
        "title": report.scenario.title,
        "cites": list(report.scenario.cites),
        "passed": report.passed,
        "fault": report.fault or None,
        "steps": [
            {
                "number": each.step.number,
                "line": each.step.line,
                "step": told(each.step),
                "state": each.state.value,
                "fault": each.fault or None,
                "checks": [
                    {"what": verdict.what, "passed": verdict.passed, "expected": verdict.expected, "got": verdict.got}
                    for verdict in each.verdicts
                ],
            }
            for each in report.steps
        ],
    }
