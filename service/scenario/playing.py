"""Play a scenario: give what is given, do each step, look at what is then the case. Any driver will do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine.moving import later
from service.errors import ChengxuError
from service.scenario.driver import CannotTell, Driver, Reply
from service.scenario.expectations import CHECKS, Scene, Verdict, find_open_task
from service.scenario.model import Complete, Expectation, Fill, Move, Scenario, Search, Send, Start, Step, Try
from service.scenario.report import Report, State, StepReport, told
from service.scenario.samples import SAMPLES


class StepFailed(Exception):
    """A step could not be done; the message says why."""


def play(scenario: Scenario, driver: Driver) -> Report:
    """Play all steps. After one that could not be done, or was refused unexpectedly, the rest is not run."""
    player = _Player(scenario, driver)
    try:
        player.give()
    except (CannotTell, ChengxuError) as error:
        steps = tuple(StepReport(step=step, state=State.NOT_RUN) for step in scenario.steps)
        return Report(scenario=scenario, steps=steps, fault=_said(error))
    reports: list[StepReport] = []
    for step in scenario.steps:
        if any(report.state is State.FAILED and report.fault for report in reports):
            reports.append(StepReport(step=step, state=State.NOT_RUN))
        else:
            reports.append(player.play(step))
    return Report(scenario=scenario, steps=tuple(reports), cases=tuple(dict.fromkeys(player.started)))


class _Player:
    """One scenario under way: which case goes by which name, and which files were uploaded by whom."""

    def __init__(self, scenario: Scenario, driver: Driver) -> None:
        self._scenario = scenario
        self._driver = driver
        self._current: str | None = None
        self._cases: dict[str, str] = {}
        self._uploaded: dict[tuple[str, str], str] = {}
        self.started: list[str] = []

    def give(self) -> None:
        if self._scenario.clock is not None and self._driver.now() != self._scenario.clock:
            self._driver.move_clock(self._scenario.clock)
        for register, entries in self._scenario.registers.items():
            for key, data in entries.items():
                self._driver.put_entry(register, key, data)

    def play(self, step: Step) -> StepReport:
        if step.case is not None and not isinstance(step.action, Start):
            found = self._find_case(step.case)
            if found is None:
                fault = f"没有案件“{step.case}” / there is no case {step.case}"
                return StepReport(step=step, state=State.FAILED, fault=fault)
            self._current = found
        who = getattr(step.action, "who", None) or self._scenario.reader
        counts = any(each.what == "cases" for each in step.expect)
        try:
            before = self._driver.count_cases(by=who) if counts else 0
            reply = self._do(step)
            added = self._driver.count_cases(by=who) - before if counts else 0
        except CannotTell as error:
            return StepReport(step=step, state=State.PASSED, verdicts=(_untold(told(step), error),))
        except (StepFailed, ChengxuError, ValueError) as error:
            return StepReport(step=step, state=State.FAILED, fault=_said(error))
        if reply is not None and reply.refusal is not None and not step.expects_refusal:
            findings = "；".join(f"{each['field']}：{each['message']} [{each['rule']}]" for each in reply.refusal.findings)
            fault = f"被拒绝 / refused: {reply.refusal.message} {findings}".strip()
            return StepReport(step=step, state=State.FAILED, fault=fault)
        scene = Scene(driver=self._driver, reader=self._scenario.reader, case=self._current, reply=reply, added=added)
        verdicts = tuple(verdict for each in step.expect for verdict in _judge(each, scene))
        failed = any(verdict.passed is False for verdict in verdicts)
        return StepReport(step=step, state=State.FAILED if failed else State.PASSED, verdicts=verdicts)

    def _find_case(self, wanted: str | Search) -> str | None:
        if isinstance(wanted, Search):
            return self._driver.find_case(wanted.process, wanted.key, by=self._scenario.reader)
        return self._cases.get(wanted)

    def _do(self, step: Step) -> Reply | None:
        match step.action:
            case Start() as start:
                reply = self._driver.start(start.process, self._filed(start.answers, start.who), by=start.who)
                if reply.case is not None:
                    self._current = reply.case
                    self.started.append(reply.case)
                    if isinstance(step.case, str):
                        self._cases[step.case] = reply.case
                return reply
            case Complete() as complete:
                return self._complete(complete)
            case Move() as move:
                self._driver.move_clock(move.to or later(self._driver.now(), move.by or ""))
                return None
            case Send() as send:
                return self._driver.send(send.name, send.key, send.payload, by=send.who)
            case Try() as tried:
                return self._driver.try_handler(tried.handler, tried.variables, tried.headers)
            case Fill() as filled:
                answers = self._filed(filled.answers, filled.who)
                return self._driver.try_form(filled.form, answers, filled.variables, by=filled.who)
            case _:
                return None

    def _complete(self, step: Complete) -> Reply:
        scene = Scene(driver=self._driver, reader=self._scenario.reader, case=self._current, reply=None, added=0)
        try:
            task = find_open_task(scene, step.element, step.where, who=step.who)
        except LookupError as error:
            raise StepFailed(str(error)) from error
        if task is None:
            waiting = "、".join(sorted({each.element for each in scene.view().tasks})) or "无"
            raise StepFailed(f"没有待办 {step.element}；现有待办：{waiting} / no such task is open")
        sign = step.sign
        if sign is None:
            sight = self._driver.find_task(task.id, by=step.who)
            sign = sight is not None and sight.signs
        return self._driver.complete(task.id, self._filed(step.answers, step.who), by=step.who, sign=sign)

    def _filed(self, answers: Mapping[str, Any], who: str) -> dict[str, Any]:
        """The answers with each name of a given file replaced by the id of its upload."""
        return {name: self._replaced(value, who) for name, value in answers.items()}

    def _replaced(self, value: Any, who: str) -> Any:
        if isinstance(value, list):
            return [self._replaced(item, who) for item in value]
        if isinstance(value, dict):
            return {name: self._replaced(item, who) for name, item in value.items()}
        kind = self._scenario.files.get(value) if isinstance(value, str) else None
        if kind is None:
            return value
        if (value, who) not in self._uploaded:
            content, media_type = SAMPLES[kind]
            self._uploaded[value, who] = self._driver.upload(value, content, media_type, by=who)
        return self._uploaded[value, who]


def _judge(each: Expectation, scene: Scene) -> tuple[Verdict, ...]:
    try:
        return tuple(CHECKS[each.what].judge(each.value, scene))
    except CannotTell as error:
        return (_untold(each.what, error),)
    except (ChengxuError, LookupError) as error:
        return (Verdict(what=each.what, passed=False, expected="", got=_said(error)),)


def _untold(what: str, error: CannotTell) -> Verdict:
    return Verdict(what=what, passed=None, expected="", got=str(error))


def _said(error: Exception) -> str:
    return error.message if isinstance(error, ChengxuError) else str(error)
