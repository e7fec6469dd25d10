"""Who changed which answer of a case from what to what. Open this when a difference is missing or is none.

Only answers that the reader may see are compared; a field that is closed to them has no versions either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from service.engine.definitions import Definition
from service.engine.events import Event
from service.forms import Form
from service.store.entries import AttachmentRow
from service.store.history import Link
from service.web.pages.facts import NOTHING, SAID, answers_in_words
from service.web.pages.reading import Reader

_ROW = re.compile(r" \d+$")
_WORDS = re.compile(r"[A-Za-z0-9.,]+|.", re.DOTALL)
#: Texts that are less alike than this are shown whole, one after the other.
_ALIKE = 0.4


class Version(NamedTuple):
    """An answer as one step left it."""

    text: str
    at: datetime
    who: str
    step: str


def changes_of(
    reader: Reader, links: Iterable[Link], definition: Definition, *, variables: Mapping[str, Any], files: Sequence[AttachmentRow]
) -> list[dict[str, Any]]:
    """List {label, at, who, step, number, before, after, pieces} of every change, newest first: `number` counts versions."""
    ordered = [link for link in links if link.kind in (Event.CASE_STARTED, Event.TASK_COMPLETED)]
    names = reader.people({link.actor for link in ordered})
    known: dict[tuple[str, str], list[Version]] = {}
    found: list[dict[str, Any]] = []
    for link in ordered:
        element = definition.process.elements.get(link.element or "")
        form = definition.form_of(element) if element is not None else None
        answers = (link.payload or {}).get("answers") or {}
        if element is None or form is None or element.multi is not None:
            continue  # what several people answer at once are not versions of one answer
        step = element.name or element.id
        told = {
            field: text
            for field, text in _fields(reader, form, answers, variables, files)
            if field[0] not in SAID
        }  # fmt: skip
        kept = {field for field in known if field[0] in answers}
        for field in dict.fromkeys((*told, *sorted(kept))):
            text, before = told.get(field, NOTHING), known.get(field)
            version = Version(text, link.at, names.get(link.actor, link.actor), step)
            if before is not None and before[-1].text != text:
                found.append(_change(field[1], before[-1], version, len(before) + 1))
            if before is None or before[-1].text != text:
                known.setdefault(field, []).append(version)
    return found[::-1]


def _fields(
    reader: Reader, form: Form, answers: Mapping[str, Any], variables: Mapping[str, Any], files: Sequence[AttachmentRow]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield ((key, label), text); a row of a list is a field of its own."""
    keys = {question.label.bare: question.path[0] for question in form.root.questions}
    for fact in answers_in_words(reader, form, answers, variables=variables, files=files):
        label = fact["label"]
        key = keys.get(label) or keys.get(_ROW.sub("", label))
        if key is not None:
            yield (key, label), fact["value"]


def _change(label: str, before: Version, after: Version, number: int) -> dict[str, Any]:
    return {
        "label": label, "at": after.at, "who": after.who, "step": after.step, "number": number, "before": before.text,
        "after": after.text, "pieces": pieces(before.text, after.text),
    }  # fmt: skip


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    """Cut two texts into ("same" | "del" | "ins", text), by characters and whole numbers."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return [("del", before), ("ins", after)]
    found: list[tuple[str, str]] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(old[i:j])))
            continue
        found += [(kind, "".join(part)) for kind, part in (("del", old[i:j]), ("ins", new[k:m])) if part]
    return found
