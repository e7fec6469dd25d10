"""Variables of a case as label and value, by the forms of its definition. Open this when a fact shows a key or a raw value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from service.engine.definitions import Definition
from service.engine.events import Event
from service.engine.list_asking import AMOUNTS
from service.engine.opinions import OPINIONS, VERDICTS
from service.forms import FileFacts, Form, schema_for_client
from service.forms import compile as compile_form
from service.forms.model import Question
from service.store.entries import AttachmentRow
from service.store.history import Link
from service.web.pages import wording
from service.web.pages.reading import Reader

#: From this length on a value keeps its line breaks and may use the whole width.
LONG = 60
#: How a form says that nothing was answered.
NOTHING = "—"
#: Every page says for itself which unit a case belongs to.
UNIT = "unit_id"
_ENGLISH = {"是": "Yes", "否": "No", "元": "yuan"}
#: Each form once, for as long as its definition is kept.
_ENGLISH_FORMS: WeakKeyDictionary[Form, Form] = WeakKeyDictionary()
#: What the timeline says of a step.
SAID = frozenset((*VERDICTS, *OPINIONS))


def amount_of(facts: Mapping[str, Any]) -> Any:
    """The amount that a list shows for a case, in yuan; None when it has none."""
    return next((wording.amount(facts[name]) for name in AMOUNTS if facts.get(name) is not None), None)


def case_facts(reader: Reader, facts: Mapping[str, Any] | str, definition: Definition, *, title: str) -> list[dict[str, Any]]:
    """List the searchable variables of a case, but not the one that is its title already."""
    known = orjson.loads(facts) if isinstance(facts, str) else facts
    questions = _questions(definition)
    listed = []
    for name, value in known.items():
        question = questions.get(name)
        if value == title or name == UNIT or question is None:
            continue
        shown, hover = _shown(reader, question, value)
        label = question.label.en[1:-1] if reader.english else question.label.bare
        listed.append({"label": label, "value": _word(reader, shown), "title": None if reader.english else hover})
    return listed


def _questions(definition: Definition) -> dict[str, Question]:
    return {
        question.path[0]: question
        for form in reversed(list(definition.forms.values()))
        for question in form.root.questions
        if len(question.path) == 1
    }


def _shown(reader: Reader, question: Question, value: Any) -> tuple[str, str | None]:
    if question.money:
        return f"{wording.yuan(value)} 元", wording.wan(value)
    if isinstance(value, bool):
        return ("是" if value else "否"), None
    text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return reader.units.get(text, text), None


def answers_in_words(
    reader: Reader, form: Form, answers: Mapping[str, Any], *, variables: Mapping[str, Any], files: Iterable[AttachmentRow]
) -> list[dict[str, Any]]:
    """List what was answered, without what was left empty."""
    known = {row.id: FileFacts(name=row.name, size=row.size, media_type=row.media_type) for row in files}
    told = _in_words(reader, form).summary(answers, variables=variables, files=known)
    return [
        {"label": label, "value": _word(reader, reader.units.get(text, text)), "long": len(text) > LONG or "\n" in text}
        for label, text in _by_row(told)
        if text != NOTHING
    ]


def _by_row(told: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Put the answers of one row of a list into one line: 年度投资额 1: 年度 2027；金额 2,000,000.00 元."""
    row, parts = "", [""]
    for label, text in told:
        name, inside, column = label.rpartition(" · ")
        if row and name != row:
            yield row, "；".join(parts) or NOTHING
        if name != row:
            row, parts = name, []
        if not inside:
            yield label, text
        elif text != NOTHING:
            parts.append(f"{column} {text}")
    if row:
        yield row, "；".join(parts) or NOTHING


def _in_words(reader: Reader, form: Form) -> Form:
    """The form in the reader's language."""
    if not reader.english:
        return form
    if form not in _ENGLISH_FORMS:
        _ENGLISH_FORMS[form] = compile_form(schema_for_client(form, english=True))
    return _ENGLISH_FORMS[form]


def chosen_word(reader: Reader, form: Form, keys: Collection[str], value: str) -> str:
    """What a form calls one of the values that it offers for one of the keys, in the reader's language."""
    offered = _offered(_in_words(reader, form).schema.get("components") or (), keys)
    return next((str(one["label"]) for one in offered if one.get("value") == value and one.get("label")), value)


def _offered(components: Iterable[Mapping[str, Any]], keys: Collection[str]) -> Iterator[Mapping[str, Any]]:
    for one in components:
        if one.get("key") in keys:
            yield from one.get("values") or ()
        yield from _offered(one.get("components") or (), keys)


def _word(reader: Reader, text: str) -> str:
    """What the form itself says in the reader's language: yes, no, and yuan."""
    if not reader.english:
        return text
    return _ENGLISH.get(text) or (f"{text[:-2]} yuan" if text.endswith(" 元") else text)


def data_groups(
    reader: Reader, links: Iterable[Link], definition: Definition, *, variables: Mapping[str, Any], files: Iterable[AttachmentRow]
) -> list[dict[str, Any]]:
    """List what the steps of a case have answered, one group a step with its latest answers, in the order of the steps."""
    groups: dict[str, dict[str, Any]] = {}
    kept = tuple(files)
    for link in links:
        if link.kind not in (Event.CASE_STARTED, Event.TASK_COMPLETED) or not link.payload.get("answers"):
            continue
        element = definition.process.elements.get(link.element or "")
        form = definition.form_of(element) if element is not None else None
        if element is None or form is None:
            continue
        answers = link.payload["answers"]
        subject = answers.get(element.multi.element) if element.multi is not None and element.multi.element else None
        title = f"{element.name or element.id}：{subject}" if isinstance(subject, str) else element.name or element.id
        if answers.keys() <= SAID:
            continue  # the timeline says it
        parts = answers_in_parts(reader, form, answers, variables=variables, files=kept)
        if parts:
            groups[title] = {"title": title, "parts": parts}
    return list(groups.values())


def answers_in_parts(
    reader: Reader, form: Form, answers: Mapping[str, Any], *, variables: Mapping[str, Any], files: Iterable[AttachmentRow]
) -> list[dict[str, Any]]:
    """List {heading, facts} and {heading, columns, rows}: what was answered as the form has it, with its groups and tables."""
    known = {row.id: FileFacts(name=row.name, size=row.size, media_type=row.media_type) for row in files}
    form = _in_words(reader, form)
    keys = {question.label.bare: question.path[0] for question in form.root.questions}
    headings = dict(_grouped(form.schema.get("components") or (), None))
    parts: list[dict[str, Any]] = []
    for label, text in form.summary(answers, variables=variables, files=known):
        row, inside, column = label.rpartition(" · ")
        text = _word(reader, reader.units.get(text, text))
        if inside:
            name = row.split(" · ")[0].rpartition(" ")[0]
            if not parts or parts[-1].get("heading") != name or "rows" not in parts[-1]:
                parts.append({"heading": name, "columns": [], "rows": {}})
            column = label.removeprefix(label.split(" · ")[0] + " · ")
            parts[-1]["columns"] = list(dict.fromkeys((*parts[-1]["columns"], column)))
            parts[-1]["rows"].setdefault(label.split(" · ")[0], {})[column] = text
        elif text != NOTHING:
            heading = headings.get(keys.get(label, ""))
            if not parts or "rows" in parts[-1] or parts[-1]["heading"] != heading:
                parts.append({"heading": heading, "facts": []})
            parts[-1]["facts"].append({"label": label, "value": text, "long": len(text) > LONG or "\n" in text})
    return [_in_order(part) if "rows" in part else part for part in parts]


def _in_order(part: Mapping[str, Any]) -> dict[str, Any]:
    """A table by its columns; a cell that was not answered is empty."""
    rows = [[row.get(column, "") for column in part["columns"]] for row in part["rows"].values()]
    return {**part, "rows": rows}


def _grouped(components: Iterable[Any], heading: str | None) -> Iterator[tuple[str, str | None]]:
    """Yield (key, label of the group that it stands in) of every input of a schema."""
    for one in components:
        label = one.get("label") if one.get("type") == "group" else None
        if one.get("key"):
            yield str(one["key"]), heading
        if one.get("type") == "group":
            yield from _grouped(one.get("components") or (), str(label) if label else heading)
