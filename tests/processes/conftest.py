"""Shipped diagrams, forms and handlers run in memory: the kernel itself, no database, no people, child cases included.

case = stage.open("project_application", answers)
case.answer("sign_application", {...})      raises Refused with the findings of level block
case.outcome, case.walked, case.thrown, case.variables
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest
import yaml

import handlers
from service import dmn
from service.clock import SHANGHAI
from service.engine.kernel import Element, Pending, Process, Run, Thrown, parse
from service.errors import Finding, Level
from service.forms import FileFacts, Form
from service.forms import compile as compile_form
from service.law import Catalogue
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
        found = [record for (name, _), record in self.entries.items() if name == register]
        return iter([record for record in found if all(record.data.get(key) == value for key, value in equals.items())])

    def search_alike(self, register: str, texts: Mapping[str, str], *, limit: int = 100, **equals: Any) -> Iterator[Record]:
        """All of them: what a sieve leaves of so few."""
        return self.search(register, **equals)

    def put(self, register: str, key: str, **data: Any) -> None:
        """Load an entry, as an import does."""
        self.entries[register, key] = Record(register=register, key=key, version=1, data=data)


@dataclass(slots=True)
class Stage:
    """What all cases of one test share."""

    processes: Mapping[str, Process]
    forms: Mapping[str, Form]
    decisions: Mapping[str, dmn.Model]
    law: Catalogue
    registers: Registers = field(default_factory=Registers)
    now: datetime = datetime(2026, 8, 20, 10, 0, tzinfo=SHANGHAI)

    def open(self, process: str, answers: Mapping[str, Any], *, level: str = "city") -> Case:
        """Start a case with its start form, for a unit of that level."""
        made = self.processes[process]
        event = made.elements[made.start_events[0]]
        given = {"unit_id": UNIT, "unit_level": level, "units": UNITS}
        typed = self.typed(event.form, answers, given)
        return self.begin(process, given | typed)

    def decide(self, decision: str, given: Mapping[str, Any]) -> Any:
        """What a shipped table says."""
        return self.decisions[decision].evaluate(decision, given).value

    def begin(self, process: str, variables: Mapping[str, Any]) -> Case:
        case = Case(stage=self, process=self.processes[process], started=self.now.date())
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
    started: date
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
        return self.stage.decide(decision_id, variables)

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
        today, started = self.stage.now.date(), self.started
        context = Context(
            variables=variables, headers=element.headers, case=facts, now=self.stage.now, registers=self.stage.registers,
            parameters=lambda name: self.stage.law.get_parameter_for_case(name, started=started, today=today).value,
        )  # fmt: skip
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
                self.findings.extend(child.findings)
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
def shipped() -> dict[str, Any]:
    """Every diagram, form and table of the checkout and its law, with all handlers imported."""
    for found in pkgutil.walk_packages(handlers.__path__, "handlers."):
        importlib.import_module(found.name)
    processes = [parse(path.read_bytes()) for path in sorted((ROOT / "processes").rglob("*.bpmn"))]
    forms = [compile_form(orjson.loads(path.read_bytes())) for path in sorted((ROOT / "forms").rglob("*.form"))]
    tables = {path.stem: dmn.parse(path.read_bytes()) for path in sorted((ROOT / "processes").rglob("*.dmn"))}
    return {
        "processes": {process.id: process for process in processes},
        "forms": {form.id: form for form in forms},
        "decisions": tables,
        "law": Catalogue.from_yaml_data(law_documents()),
    }


def law_documents() -> list[dict[str, Any]]:
    """The shipped law as it is written."""
    return [yaml.safe_load(path.read_bytes()) for path in sorted((ROOT / "processes").glob("*/regulation.yaml"))]


@pytest.fixture
def amended(stage: Stage) -> Callable[..., None]:
    """Add a version of a parameter of the Panjin measures to the law of this test, in force from a day."""

    def amend(id: str, value: Any, *, since: date, open_cases: bool = False) -> None:
        documents = law_documents()
        (panjin,) = (found for found in documents if found.get("regulation", {}).get("id") == "pj-2020")
        entry = next(found for found in panjin["parameters"] if found["id"] == id)
        panjin["parameters"].append(entry | {"value": value, "from": since, "applies_to_open_cases": open_cases})
        stage.law = Catalogue.from_yaml_data(documents)

    return amend


@pytest.fixture
def stage(shipped: dict[str, Any]) -> Stage:
    return Stage(**shipped)


@pytest.fixture(scope="session")
def s01() -> ModuleType:
    return importlib.import_module("tests.processes.s01_application")


@pytest.fixture(scope="session")
def refused() -> type[Refused]:
    return Refused
