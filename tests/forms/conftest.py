"""Short ways to compile a form of a few components and to submit to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from service.errors import InvalidAnswers, InvalidDefinition
from service.forms import FileFacts, Form, compile


class Submission:
    """A form and what surrounds it; `files` are the attachments that exist."""

    def __init__(
        self, components: Sequence[Mapping[str, Any]], variables: Mapping[str, Any], files: Mapping[str, FileFacts]
    ) -> None:
        self.form: Form = compile({"type": "default", "id": "p.step", "components": list(components)})
        self.variables = variables
        self.attachments = files
        self.asked: list[tuple[str, ...]] = []

    def files(self, ids: Sequence[str]) -> Mapping[str, FileFacts]:
        self.asked.append(tuple(ids))
        return {one: self.attachments[one] for one in ids if one in self.attachments}

    def send(self, answers: Any) -> dict[str, Any]:
        return self.form.validate(answers, variables=self.variables, files=self.files)

    def refused(self, answers: Any) -> list[tuple[str, str]]:
        """The (field, rule) pairs of all findings."""
        with pytest.raises(InvalidAnswers) as caught:
            self.send(answers)
        return [(finding.field, finding.rule) for finding in caught.value.findings]

    def messages(self, answers: Any) -> list[str]:
        with pytest.raises(InvalidAnswers) as caught:
            self.send(answers)
        return [finding.message for finding in caught.value.findings]


@pytest.fixture
def submission() -> Callable[..., Submission]:
    def make(
        *components: Mapping[str, Any], variables: Mapping[str, Any] | None = None, files: Mapping[str, FileFacts] | None = None
    ) -> Submission:
        return Submission(components, variables or {}, files or {})

    return make


@pytest.fixture
def problems() -> Callable[..., list[tuple[str, str | None]]]:
    """Compile a form that is wrong and give the (rule, element) pairs of its problems."""

    def make(*components: Any, **attributes: Any) -> list[tuple[str, str | None]]:
        with pytest.raises(InvalidDefinition) as caught:
            compile({"type": "default", "id": "p.step", "components": list(components), **attributes})
        return [(problem.rule, problem.element) for problem in caught.value.problems]

    return make
