"""What lists and search go by: the title of a case, its facts (searchable variables), its terms, the units that are parties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from service import tagged
from service.engine.seals import closed_names
from service.store import cases, terms

if TYPE_CHECKING:
    from service.engine.work import Work

_WORD = re.compile(r"[0-9A-Za-z]+|[\u3400-\u9fff\uf900-\ufaff]+")
MAX_TEXT = 200


def searchable(work: Work) -> tuple[str, ...]:
    names = work.definition.setting("searchable") or ""
    return tuple(name.strip() for name in names.split(",") if name.strip())


def refresh_facts(work: Work) -> None:
    """Bring facts, title, values and terms up to date; writes nothing when nothing that is shown has changed."""
    names = searchable(work)
    title_source = work.definition.setting("title")
    if not names and not title_source:
        return
    variables = work.run.variables(None)
    # A seal that opens by time opens here with the next command on the case.
    shut = closed_names(work.definition.seals, work.run, work.at)
    facts = {name: variables[name] for name in names if name not in shut and variables.get(name) not in (None, "")}
    text = orjson.dumps(tagged.plain(facts)).decode()
    if text == work.row.facts:
        return
    work.row.facts = text
    if title_source:
        work.row.title = title_of(work, title_source)
    terms.replace(
        work.connection,
        work.row.id,
        values=[_value(name, value) for name, value in facts.items()],
        terms=case_terms(work.row.title, work.row.business_key, facts),
    )


def refresh_parties(work: Work) -> None:
    """Bring the units that are parties to the case up to date (property `parties`: variables with units or lists of them)."""
    names = [name.strip() for text in work.definition.process.values("parties") for name in text.split(",") if name.strip()]
    if not names:
        return
    variables = work.run.variables(None)
    values = [variables.get(name) for name in names]
    listed = [unit for value in values for unit in (value if isinstance(value, list) else [value])]
    units = {unit for unit in listed if isinstance(unit, str) and unit}
    text = orjson.dumps(sorted(units)).decode()
    if text != work.row.parties:
        work.row.parties = text
        cases.replace_parties(work.connection, work.row.id, sorted(units))


def title_of(work: Work, source: str) -> str:
    """The title of a case: the FEEL of its start event, else the name of the process."""
    title = work.run.evaluate(None, source)
    return str(title)[:MAX_TEXT] if title else work.definition.name


def case_terms(title: str, business_key: str, facts: Mapping[str, Any]) -> frozenset[str]:
    texts = [title, business_key, *(value for value in facts.values() if isinstance(value, str))]
    return frozenset(term for text in texts for term in split_terms(text))


def split_terms(text: str) -> Iterable[str]:
    """Cut a text into pairs of neighbouring Chinese characters and Latin words (at most 8 letters, lower case)."""
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if word[0].isascii():
            yield word[:8]
        elif len(word) == 1:
            yield word
        else:
            yield from (word[index : index + 2] for index in range(len(word) - 1))


def _value(name: str, value: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "text": None, "number": None, "day": None}
    if isinstance(value, bool):
        row["text"] = "true" if value else "false"
    elif isinstance(value, (int, Decimal)):
        row["number"] = float(value)
    elif isinstance(value, date):
        row["day"] = value
    else:
        row["text"] = str(value)[:MAX_TEXT]
    return row
