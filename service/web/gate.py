"""The question that a form asks first: until it has its opening answer, nothing else is kept (R-PJ-40: secret projects).

A field of a form is that question when it has the property `gate`; `gate_open` is the answer that opens the rest ("false" for
"is it secret?"). Open this when a draft is refused, or vanishes, because of such a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from service.errors import Finding, InvalidAnswers
from service.forms import Form
from service.web import current


class Standing(StrEnum):
    """What the answers say to the gate."""

    OPEN = "open"
    CLOSED = "closed"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The first question of a form, and the answer that opens the rest."""

    key: str
    label: str
    label_en: str
    opens: str
    article: str | None

    def standing(self, answers: Mapping[str, Any]) -> Standing:
        answer = answers.get(self.key)
        if _is_empty(answer):
            return Standing.UNANSWERED
        return Standing.OPEN if _text(answer) == self.opens else Standing.CLOSED

    def guards(self, answers: Mapping[str, Any]) -> bool:
        """Whether there is anything besides the answer to the gate itself."""
        return any(key != self.key and not _is_empty(value) for key, value in answers.items())


@lru_cache(maxsize=512)
def find_gate(form: Form) -> Gate | None:
    """The gate of a form; most forms have none."""
    for field in _fields(form.schema.get("components") or ()):
        properties = field.get("properties") or {}
        if _text(properties.get("gate")) == "true":
            label = str(field.get("label") or field["key"])
            return Gate(
                key=str(field["key"]), label=label, label_en=str(properties.get("label_en") or label),
                opens=_text(properties.get("gate_open", True)), article=properties.get("article"),
            )  # fmt: skip
    return None


def save_draft(form: Form | None, subject: str, answers: Mapping[str, Any], *, by: str) -> datetime:
    """Keep a draft, if its gate is open; returns when. A closing answer deletes what was kept before, with its files.

    InvalidAnswers for anything that is sent while the gate is unanswered.
    """
    engine = current.engine()
    gate = find_gate(form) if form is not None else None
    if form is None or gate is None or gate.standing(answers) is Standing.OPEN:
        return engine.save_draft(subject, answers, by=by)
    if gate.standing(answers) is Standing.CLOSED:
        engine.discard_draft(subject, form, answers, by=by)
    elif gate.guards(answers):
        raise InvalidAnswers([_unanswered(gate)])
    return engine.machine.clock.now()


def let_through(form: Form | None, subject: str, answers: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
    """What of the answers of a submission may reach the engine: behind a closed gate only the answer that closed it."""
    gate = find_gate(form) if form is not None else None
    if form is None or gate is None or gate.standing(answers) is not Standing.CLOSED:
        return answers
    current.engine().discard_draft(subject, form, answers, by=by)
    return {gate.key: answers[gate.key]}


def _unanswered(gate: Gate) -> Finding:
    return Finding(
        field=gate.key, rule="gate", article=gate.article,
        message=f"请先回答“{gate.label}”：在此之前不保存任何其他内容。",
        message_en=f"Answer “{gate.label_en}” first: nothing else is kept before that.",
    )  # fmt: skip


def _fields(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in components:
        if one.get("key"):
            yield one
        yield from _fields(one.get("components") or ())


def _text(value: Any) -> str:
    """A value as JavaScript would write it: properties are text when the modeller wrote them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}
