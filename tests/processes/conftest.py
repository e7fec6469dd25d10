"""Shipped diagrams, forms and handlers run in memory: the kernel itself, no database, no people, child cases included.

case = stage.open("project_application", answers)
case.answer("sign_application", {...})      raises Refused with the findings of level block
case.outcome, case.walked, case.thrown, case.variables
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest

import handlers
from service.clock import SHANGHAI
from service.engine.kernel import Element, Pending, Process, Run, Thrown, parse
from service.errors import Finding, Level
from service.forms import FileFacts, Form
from service.forms import compile as compile_form
from service.sdk import HANDLERS, CaseFacts, Context, Record

ROOT = Path(__file__).parents[2]
UNIT, KEY = "jiaoyu", "PJ-2026-0001"
UNITS = [{"label": "市教育局", "value": "jiaoyu"}, {"label": "市民政局", "value": "minzheng"}]


class Refused(Exception):
    """Inline handlers left findings of level block: the command is not done."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = [finding for finding in findings if finding.level is Level.BLOCK]
        self.rules = {finding.rule for finding in self.findings}
        super().__init__(str(self.findings))


@dataclass(slots=True)
class Registers:
    entries: dict[tuple[str, str], Record] = field(default_factory=dict)

    def read(self, register: str, key: str) -> Record | None:
        return self.entries.get((register, key))

    def search(self, register: str, **equals: Any) -> Iterator[Record]:
        return iter([record for (name, _), record in self.entries.items() if name == register])


@dataclass(slots=True)
class Stage:
    """What all cases of one test share."""

    processes: Mapping[str, Process]
    forms: Mapping[str, Form]
    registers: Registers = field(default_factory=Registers)
    now: datetime = datetime(2026, 8, 20, 10, 0, tzinfo=SHANGHAI)

    def open(self, process: str, answers: Mapping[str, Any]) -> Case:
        """Start a case with its start form."""
        made = self.processes[process]
        event = made.elements[made.start_events[0]]
        given = {"unit_id": UNIT, "units": UNITS}
        typed = self.typed(event.form, answers, given)
        return self.begin(process, given | typed)

    def begin(self, process: str, variables: Mapping[str, Any]) -> Case:
        case = Case(stage=self, process=self.processes[process])
        case.run = Run.start(case.process, variables, case)
        case.settle()
        return case

    def typed(self, form: str | None, answers: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        assert form is not None
        made = self.forms[form]
        # As the engine does it: a field that is hidden now loses what it held before.
        return {**dict.fromkeys(made.keys), **made.validate(answers, variables=variables, files=_pdfs)}


def _pdfs(ids: Sequence[str]) -> dict[str, FileFacts]:
    return {one: FileFacts(name=f"{one.strip('{}')}.pdf", size=1000, media_type="application/pdf") for one in ids}


@dataclass(slots=True)
class Case:
    """One case and the host of its kernel."""

    stage: Stage
    process: Process
    run: Run = field(init=False)
    children: dict[str, Case] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    walked: list[str] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
    fresh: list[Finding] = field(default_factory=list)

    # -- the host

    def now(self) -> datetime:
        return self.stage.now

    def decide(self, decision_id: str, variables: Mapping[str, Any]) -> Any:
        raise AssertionError(f"no decision is shipped yet: {decision_id}")

    def lookup(self, name: str) -> Any:
        return {
            "deadline": self.deadline,
            "today": lambda: self.stage.now.date(),
            "now": lambda: self.stage.now,
            "case": {"id": "1", "business_key": KEY, "unit": UNIT, "started_by": "clerk", "started_on": self.stage.now.date()},
        }.get(name)

    def deadline(self, id: str, trigger: date) -> dict[str, Any]:
        assert isinstance(trigger, date), f"{id} starts at {trigger!r}"
        return {"id": id, "trigger": trigger, "effective": trigger + timedelta(days=7)}

    def inline(self, element: Element, variables: Mapping[str, Any]) -> Mapping[str, Any] | Pending | None:
        registered = HANDLERS[element.task_type or ""]
        assert registered.inline
        facts = CaseFacts(
            id="1", business_key=KEY, process=self.process.id, unit=UNIT, started_by="clerk", started_on=self.stage.now.date()
        )
        context = Context(
            variables=variables, headers=element.headers, case=facts, now=self.stage.now, registers=self.stage.registers
        )
        result = registered.run(context)
        self.fresh.extend(context.findings)
        for write in context.writes:
            known = self.stage.registers.read(write.register, write.key)
            assert write.expected == (known.version if known else 0)
            self.stage.registers.entries[write.register, write.key] = Record(
                register=write.register, key=write.key, version=write.expected + 1, data=write.data
            )
        return result

    # -- what a test does

    def answer(self, element: str, answers: Mapping[str, Any], *, nth: int = 0) -> None:
        """Complete the `nth` open task of that element, here or in a child case."""
        case, token = self.find(element)[nth]
        form = case.process.elements[element].form
        case.complete(token, case.stage.typed(form, answers, case.run.variables(token)))
        self.settle()

    def complete(self, token: str, answers: Mapping[str, Any]) -> None:
        state = self.run.dump()
        self.run = Run.load(self.process, *state, self)
        try:
            self.run.complete(token, answers)
            self.check()
        except Refused:
            self.run = Run.load(self.process, *state, self)
            raise

    def find(self, element: str) -> list[tuple[Case, str]]:
        """The open tasks of an element, here and in child cases."""
        here = [(self, task.token) for task in self.run.snapshot().tasks if task.element == element]
        return here + [found for child in self.children.values() for found in child.find(element)]

    def open_tasks(self) -> list[str]:
        return [task.element for task in self.run.snapshot().tasks] + [
            element for child in self.children.values() for element in child.open_tasks()
        ]

    def fire(self, element: str) -> None:
        """Let a timer fire, here or in a child case."""
        for case in (self, *self.children.values()):
            for timer in case.run.snapshot().timers:
                if timer.element == element:
                    case.run.fire_timer(timer.token, timer.child)
                    self.settle()
                    return
        raise AssertionError(f"no timer {element} waits")

    def settle(self) -> None:
        """Begin the child cases that are wanted, and hand over those that have ended, until nothing moves."""
        self.check()
        for row in self.run.snapshot().children:
            if row.token not in self.children:
                process, variables = self.run.child_inputs(row.token)
                self.children[row.token] = self.stage.begin(process, variables)
            child = self.children[row.token]
            child.settle()
            if child.run.snapshot().ended:
                self.walked.extend(child.walked)
                del self.children[row.token]
                self.complete(row.token, child.run.variables())
                self.settle()
                return

    def check(self) -> None:
        fresh, self.fresh = self.fresh, []
        if any(finding.level is Level.BLOCK for finding in fresh):
            raise Refused(fresh)
        self.findings.extend(fresh)
        self.walked.extend(self.run.walked)
        self.thrown.extend(self.run.thrown)
        self.run.walked.clear()
        self.run.thrown.clear()

    @property
    def outcome(self) -> str | None:
        found = self.run.snapshot()
        return found.outcomes[-1] if found.ended else None

    @property
    def variables(self) -> dict[str, Any]:
        return self.run.variables()


@pytest.fixture(scope="session")
def shipped() -> tuple[Mapping[str, Process], Mapping[str, Form]]:
    """Every diagram and form of the checkout, with all handlers imported."""
    for found in pkgutil.walk_packages(handlers.__path__, "handlers."):
        importlib.import_module(found.name)
    processes = [parse(path.read_bytes()) for path in sorted((ROOT / "processes").rglob("*.bpmn"))]
    forms = [compile_form(orjson.loads(path.read_bytes())) for path in sorted((ROOT / "forms").rglob("*.form"))]
    return {process.id: process for process in processes}, {form.id: form for form in forms}


@pytest.fixture
def stage(shipped: tuple[Mapping[str, Process], Mapping[str, Form]]) -> Stage:
    return Stage(processes=shipped[0], forms=shipped[1])


@pytest.fixture(scope="session")
def s01() -> ModuleType:
    return importlib.import_module("tests.processes.s01_application")


@pytest.fixture(scope="session")
def refused() -> type[Refused]:
    return Refused
