"""What the kernel asks of the engine while a case advances: the time, inline handlers, decisions, FEEL functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from service import dmn, tagged
from service.engine import kernel
from service.engine.pending import Pending
from service.engine.register_schema import RegisterBook
from service.errors import Failed, Finding, InvalidAnswers, Level
from service.sdk import CaseFacts, Context, Notification, Publication, Registered, RegisterReader, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is the same for all cases, given by `Machine`.

    `functions` are FEEL functions of ours by name; `find_handler` finds a handler by its name; `find_parameter` the value of a
    dated parameter for a case that started on a day; `registers` gives the schemas of the registers in force.
    """

    functions: Mapping[str, Callable[..., Any]]
    find_handler: Callable[[str | None], Registered | None]
    find_parameter: Callable[[str, date], Any]
    find_definition: Callable[..., Any] | None = None  # (connection, process, digest) -> Definition
    registers: Callable[[], RegisterBook] = RegisterBook


@dataclass(slots=True, kw_only=True)
class CaseHost:
    """The kernel's host for one command on one case. Collects what inline handlers leave behind."""

    moment: datetime
    facts: CaseFacts
    registers: RegisterReader
    world: World
    decisions: Mapping[str, dmn.Model]
    findings: list[Finding] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    notices: list[Notification] = field(default_factory=list)
    decided: list[dict[str, Any]] = field(default_factory=list)
    _case: dict[str, Any] | None = None

    def now(self) -> datetime:
        return self.moment

    def lookup(self, name: str) -> Any:
        if name == "case":
            if self._case is None:
                self._case = {
                    "id": self.facts.id,
                    "business_key": self.facts.business_key,
                    "process": self.facts.process,
                    "unit": self.facts.unit,
                    "started_by": self.facts.started_by,
                    "started_on": self.facts.started_on,
                }
            return self._case
        if name == "now":
            return lambda: self.moment
        if name == "today":
            return lambda: self.moment.date()
        if name == "parameter":
            return self.parameter
        return self.world.functions.get(name)

    def inline(self, element: kernel.Element, variables: Mapping[str, Any]) -> Mapping[str, Any] | kernel.Pending | None:
        """Run a pure handler at once; a handler that is not inline becomes a job."""
        registered = self.world.find_handler(element.task_type)
        if registered is None:
            raise Failed(
                f"没有名为“{element.task_type}”的处理程序（步骤 {element.id}）；请检查 handlers/ 目录与 CHENGXU_HANDLERS。",
                message_en=f"No handler is called {element.task_type!r} ({element.id}); see CHENGXU_HANDLERS.",
            )
        if not registered.inline:
            return kernel.PENDING
        context = self.context(element, variables)
        result = registered.run(context)
        self.collect(context)
        if blocks := [finding for finding in context.findings if finding.level is Level.BLOCK]:
            raise InvalidAnswers([*self.findings] if len(self.findings) > len(blocks) else blocks)
        return result

    def decide(self, decision_id: str, variables: Mapping[str, Any]) -> Any:
        """Evaluate a decision of the definition over the variables of the step; keeps why it came out so."""
        model = self.decisions.get(decision_id)
        if model is None:
            raise Failed(f"没有决策 {decision_id}。", message_en=f"There is no decision {decision_id}.")
        given = {name: self.lookup(name) for name in ("today", "now", "case")}
        result = model.evaluate(decision_id, {**given, **self.world.functions, **variables})
        self.decided.append({"decision": decision_id, **tagged.plain(result.as_json())})
        return result.value

    def context(self, element: kernel.Element, variables: Mapping[str, Any], *, key: str = "") -> Context:
        return Context(
            variables=variables, headers=element.headers, case=self.facts, now=self.moment,
            registers=Pending(self.registers, self.writes),            idempotency_key=key, parameters=self.parameter,
        )  # fmt: skip

    def parameter(self, name: object) -> Any:
        """The value of a dated parameter, as the case goes by it."""
        return self.world.find_parameter(str(name), self.facts.started_at or self.facts.started_on)

    def collect(self, context: Context) -> None:
        """Take over what a handler left behind, to be applied in the transaction of this command."""
        self.findings += context.findings
        self.writes += context.writes
        self.publications += context.publications
        self.notices += context.notices
