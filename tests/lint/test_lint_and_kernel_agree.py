"""Lint refuses all that the kernel does not run, and the kernel takes whatever lint has no error for."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from service.engine.kernel import parse
from service.engine.kernel.supported import UNSUPPORTED
from service.engine.lint import Known
from service.engine.lint.rules import DOCUMENT_RULES


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.ID) for rule in DOCUMENT_RULES])
def test_the_kernel_takes_what_lint_passes(rule: ModuleType, examples: Any) -> None:
    assert parse(examples.frame(rule.CORRECT).encode()).id == "example"


@pytest.mark.parametrize("construct", UNSUPPORTED)
def test_what_the_kernel_does_not_run_is_refused_in_its_words(construct: str, examples: Any) -> None:
    name, _, attribute = construct.partition("@")
    key, _, value = attribute.partition("=")
    given = f' {key}="{value or "x"}"' if key else ""
    snippet = f'<bpmn:task id="file_papers" name="归档">\n<bpmn:{name}{given}/>\n</bpmn:task>'

    found = [problem for problem in examples.lint(snippet, known=Known()) if problem.rule == "unknown-element"]

    assert [(problem.element, problem.message) for problem in found] == [("file_papers", " / ".join(UNSUPPORTED[construct]))]
