"""Collects what is wrong with a model while it is read, in a designer's words."""

from __future__ import annotations

from service.dmn.markup import Element
from service.errors import Problem


class Faults:
    """All problems of one file, in the order they were met. Warnings do not refuse it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, rule: str, zh: str, en: str, element: Element | None = None, *, severity: str = "error") -> None:
        """Note a problem of an element."""
        self.problems.append(
            Problem(
                rule=f"dmn-{rule}",
                message=f"{zh} / {en}",
                element=element.told() if element is not None else None,
                line=element.line if element is not None else None,
                severity=severity,
            )
        )

    def warn(self, rule: str, zh: str, en: str, element: Element | None = None) -> None:
        self.add(rule, zh, en, element, severity="warning")

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity != "error")
