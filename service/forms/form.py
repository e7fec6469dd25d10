"""A compiled form: the one validator of page and API. Open this to see what a submission goes through, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError

from service.errors import Finding, InvalidAnswers
from service.forms.fault import Fault
from service.forms.inspection import Files, Inspection
from service.forms.limits import oversized
from service.forms.model import FileFacts, Kind, Question, Section, holds, take
from service.forms.settle import settle
from service.forms.summary import summarise
from service.forms.texts import excerpt, finding, labelled

_WHOLE = labelled("表单", "the form")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Form:
    """Made by `compile`. `keys` are the top-level names it answers; `file_keys` and `labels` use static paths (`items.proof`)."""

    id: str
    schema: Mapping[str, Any]
    root: Section
    keys: tuple[str, ...] = field(init=False)
    file_keys: tuple[str, ...] = field(init=False)
    labels: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        every = tuple(_questions(self.root, ()))
        setter = object.__setattr__
        setter(self, "keys", tuple(dict.fromkeys(question.path[0] for question in self.root.questions)))
        setter(self, "file_keys", tuple(".".join(path) for path, question in every if question.kind is Kind.FILES))
        setter(self, "labels", MappingProxyType({".".join(path): question.label.bare for path, question in every}))

    def validate(self, answers: Mapping[str, Any], *, variables: Mapping[str, Any], files: Files) -> dict[str, Any]:
        """Return the typed answers of every visible field, or raise InvalidAnswers with all findings.

        Numbers are Decimal, dates date, date-times aware in Shanghai. An empty field is None, False or []; a hidden one is
        absent; a locked one keeps its value from `variables`. `files` is asked once, for all ids together, and only for visible
        fields; an id it does not return is refused.
        """
        loaded, errors = self._load(answers)
        settled = settle(self.root, loaded, variables)
        findings = Inspection(errors, variables).run(self.root, loaded, settled, files)
        if findings:
            raise InvalidAnswers(findings)
        return settled

    def settled(self, answers: Mapping[str, Any], *, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the typed answers of every visible field as `validate` does, but judge none; unreadable ones count as empty."""
        loaded, _ = self._load(answers)
        return settle(self.root, loaded, variables)

    def visible_keys(self, answers: Mapping[str, Any], *, variables: Mapping[str, Any]) -> frozenset[str]:
        """Return the paths of the fields that these answers leave visible (`items.0.amount`); unreadable ones count as empty."""
        loaded, _ = self._load(answers)
        return frozenset(_visible(self.root, settle(self.root, loaded, variables), ""))

    def file_ids(self, answers: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the attachment ids in validated answers, each once, in the order of the form."""
        return tuple(dict.fromkeys(_ids(self.root, answers)))

    def summary(
        self,
        answers: Mapping[str, Any],
        *,
        variables: Mapping[str, Any] | None = None,
        files: Mapping[str, FileFacts] | None = None,
    ) -> list[tuple[str, str]]:
        """Return validated answers as (label, text) in the order of the form, for signing digests and the case page."""
        return summarise(self.root, answers, variables or {}, files or {})

    def _load(self, answers: Any) -> tuple[Mapping[str, Any], Mapping[Any, Any]]:
        """Let marshmallow read the answers: what could be read, and the faults of the rest."""
        if not isinstance(answers, Mapping):
            raise InvalidAnswers([finding(Fault(rule="type", text="type.form"), (), _WHOLE)])
        excess = oversized(answers)
        if excess is not None:
            raise InvalidAnswers([self._too_large(*excess)])
        try:
            return self.root.shape.load(answers), {}
        except ValidationError as error:
            valid = error.valid_data
            return valid if isinstance(valid, dict) else {}, error.messages_dict

    def _too_large(self, key: str, fault: Fault) -> Finding:
        shown = excerpt(key)
        label = next((question.label for question in self.root.questions if question.path[0] == key), labelled(shown, shown))
        return finding(fault, (shown,), label)


def _questions(section: Section, prefix: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Question]]:
    for question in section.questions:
        path = prefix + question.path
        yield path, question
        if question.rows is not None:
            yield from _questions(question.rows, path)


def _visible(section: Section, answers: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for question in section.questions:
        if holds(answers, question.path):
            path = prefix + ".".join(question.path)
            yield path
            if question.rows is not None:
                for number, row in enumerate(take(answers, question.path) or ()):
                    yield from _visible(question.rows, row, f"{path}.{number}.")


def _ids(section: Section, answers: Any) -> Iterator[str]:
    for question in section.questions:
        value = take(answers, question.path)
        if not isinstance(value, list):
            continue
        if question.kind is Kind.FILES:
            yield from (one for one in value if isinstance(one, str))
        elif question.rows is not None:
            for row in value:
                yield from _ids(question.rows, row)
