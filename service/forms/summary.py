"""Answers in words: labels instead of keys, option labels instead of values. Used for signing digests and the case page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from service.forms.amounts import written
from service.forms.choices import option_key
from service.forms.model import FileFacts, Question, Section, holds, take
from service.forms.moments import shown
from service.forms.scope import Scope
from service.forms.uploads import size

NOTHING = "—"
YUAN = "元"


def summarise(
    root: Section, answers: Mapping[str, Any], variables: Mapping[str, Any], files: Mapping[str, FileFacts]
) -> list[tuple[str, str]]:
    """Return (label, text) for every answer there is; a row's label is `项目列表 2 · 金额`. Hidden fields are left out."""
    return list(_section(root, answers, Scope(answers, root.keys, variables), files, ""))


def _section(
    section: Section, answers: Mapping[str, Any], scope: Scope, files: Mapping[str, FileFacts], prefix: str
) -> Iterator[tuple[str, str]]:
    for question in section.questions:
        if not holds(answers, question.path):
            continue
        label, value = prefix + question.label.bare, take(answers, question.path)
        if question.rows is None or not isinstance(value, list) or not value:
            yield label, _text(question, value, scope, files)
            continue
        for position, row in enumerate(value):
            if isinstance(row, Mapping):
                yield from _section(question.rows, row, scope.within(row, position), files, f"{label} {position + 1} · ")


def _text(question: Question, value: Any, scope: Scope, files: Mapping[str, FileFacts]) -> str:
    if value is None or value == [] or value == "":
        return NOTHING
    if question.options is not None:
        table = question.options(scope)
        chosen = value if isinstance(value, list) else [value]
        return "、".join(table.get(option_key(one), str(one)) for one in chosen)
    if question.files is not None and isinstance(value, list):
        return "、".join(_file(one, files.get(one)) for one in value)
    if isinstance(value, Decimal):
        suffix = question.suffix or (YUAN if question.money else "")
        return f"{written(value) if question.money else format(value, 'f')}{' ' if suffix else ''}{suffix}"
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (date, time)):
        return shown(value)
    if isinstance(value, list):
        return "、".join(map(_plain, value))
    if isinstance(value, dict):
        return "；".join(f"{key}：{_plain(one)}" for key, one in value.items())
    return NOTHING if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def _file(identity: str, facts: FileFacts | None) -> str:
    return identity if facts is None else f"{facts.name}（{size(facts.size)}）"
