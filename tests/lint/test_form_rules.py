"""Forms are linted with the bundle: JSON, the id that their path says, what the server can validate, and who uses them."""

from __future__ import annotations

import json
from typing import Any

from service.engine.bundle import Bundle
from service.engine.lint import Known, check

FILE = "forms/town/grant/review.form"


def lint_form(data: bytes) -> list[tuple[str, str | None, str]]:
    problems = check(Bundle(forms={"grant.review": (FILE, data)}), Known())
    assert {problem.file for problem in problems} == {FILE}
    return [(problem.rule, problem.element, problem.severity) for problem in problems if problem.rule != "form-without-element"]


def form(**changes: Any) -> bytes:
    return json.dumps({"type": "default", "id": "grant.review", "components": [], **changes}).encode()


def test_a_form_that_compiles_is_fine() -> None:
    assert lint_form(form(components=[{"type": "textfield", "key": "opinion", "label": "意见", "id": "opinion"}])) == []


def test_a_form_that_is_not_json_is_refused_with_its_line() -> None:
    problems = check(Bundle(forms={"grant.review": (FILE, b'{\n"id": }')}), Known())

    assert ("form-invalid", 2, "error") in [(problem.rule, problem.line, problem.severity) for problem in problems]


def test_a_form_that_is_no_object_is_refused() -> None:
    assert lint_form(b"[]") == [("form-invalid", "grant.review", "error")]


def test_a_form_whose_id_is_not_its_path_is_refused() -> None:
    assert lint_form(form(id="review")) == [("form-invalid", "grant.review", "error")]


def test_a_component_that_the_server_cannot_validate_is_refused() -> None:
    found = lint_form(form(components=[{"type": "hologram", "key": "opinion", "label": "意见", "id": "opinion"}]))

    assert [(rule, severity) for rule, _, severity in found] == [("form-invalid", "error")]


def test_a_form_that_nobody_uses_is_a_warning() -> None:
    (problem,) = check(Bundle(forms={"grant.review": (FILE, form())}), Known())

    assert (problem.rule, problem.element, problem.severity) == ("form-without-element", "grant.review", "warning")
