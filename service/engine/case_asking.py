"""What an administrator asks of the list of all cases: read from text by the forms of the chosen process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.clock import midnight
from service.engine.definitions import Definition
from service.engine.searching import MAX_TEXT, split_terms
from service.errors import Finding
from service.forms import Form
from service.forms.amounts import read_number
from service.forms.model import Kind, Question
from service.store.all_cases import OPEN_CASE, CaseFilter, ValueFilter

STATES = ("open", *OPEN_CASE, "completed", "terminated", "archived")
#: More words than this narrow nothing further, and each costs a look-up.
TERMS = 12
#: Before the name of a variable in an address; after it `.from` and `.to` where it has an order.
VALUE = "v."
#: The variable that says which unit a case belongs to; its values are ids.
UNIT = "unit_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """A variable that cases of a process can be found by. `order`: "number", "date", or "" for what has none.

    `form` is the form that asks for it, `choices` the values that this form lists; none where they come from a register.
    """

    name: str
    question: Question | None = None
    form: Form | None = None
    order: str = ""
    choices: tuple[str, ...] = ()


def list_searchable(definition: Definition) -> tuple[Searchable, ...]:
    """List the searchable variables of a process, in the order of its diagram."""
    names = [name.strip() for name in (definition.setting("searchable") or "").split(",") if name.strip()]
    return tuple(_searchable(definition, name) for name in names)


def _searchable(definition: Definition, name: str) -> Searchable:
    for form in definition.forms.values():
        for question in form.root.questions:
            if question.path != (name,):
                continue
            if question.kind is Kind.CHECK:
                return Searchable(name=name, question=question, form=form, choices=("true", "false"))
            order = "date" if question.kind is Kind.MOMENT else "number" if question.kind is Kind.NUMBER or question.money else ""
            values = tuple(_listed(form.schema.get("components") or (), name)) if question.kind is Kind.ONE else ()
            return Searchable(name=name, question=question, form=form, order=order, choices=values)
    return Searchable(name=name)


def _listed(components: Iterable[Mapping[str, Any]], key: str) -> Iterator[str]:
    for one in components:
        if one.get("key") == key:
            yield from (str(each["value"]) for each in one.get("values") or () if "value" in each)
        yield from _listed(one.get("components") or (), key)


def read_asked(given: Mapping[str, str], definition: Definition | None) -> tuple[CaseFilter, tuple[Finding, ...]]:
    """Read an address; a condition that can not be understood is left out and named."""
    faults: list[Finding] = []
    version = given.get("version") or ""
    if version and not (version.isdecimal() and len(version) <= 6):
        faults.append(_fault("version", f"版本“{version[:20]}”不是数字", f"The version {version[:20]!r} is no number"))
    status = given.get("status") or None
    if status is not None and status not in STATES:
        faults.append(_fault("status", f"没有“{status[:20]}”这种状态", f"There is no state {status[:20]!r}"))
        status = None
    since, until = (_day(given.get(name), name, faults) for name in ("since", "until"))
    return CaseFilter(
        process=given.get("process") or None,
        version=int(version) if version.isdecimal() and len(version) <= 6 else None,
        status=status,
        element=given.get("element") or None,
        unit=given.get("unit") or None,
        terms=tuple(dict.fromkeys(split_terms(given.get("q") or "")))[:TERMS],
        started=(midnight(since) if since else None, midnight(until + timedelta(days=1)) if until else None),
        values=tuple(_values(given, definition, faults)) if definition is not None else (),
    ), tuple(faults)


def _values(given: Mapping[str, str], definition: Definition, faults: list[Finding]) -> Iterator[ValueFilter]:
    for one in list_searchable(definition):
        name = VALUE + one.name
        if one.order:
            read = _day if one.order == "date" else _number
            least, most = (read(given.get(f"{name}.{end}"), f"{name}.{end}", faults) for end in ("from", "to"))
            if least is not None or most is not None:
                yield ValueFilter(name=one.name, least=least, most=most)
        elif text := (given.get(name) or "").strip()[:MAX_TEXT]:
            exact = text in one.choices or one.name == UNIT
            yield ValueFilter(name=one.name, equals=text) if exact else ValueFilter(name=one.name, contains=text)


def _number(text: str | None, field: str, faults: list[Finding]) -> float | None:
    if not text:
        return None
    found = read_number(text.replace(",", "").replace("，", "").strip())
    if found is None:
        faults.append(_fault(field, f"“{text[:40]}”不是数字", f"{text[:40]!r} is no number"))
    return None if found is None else float(found)


def _day(text: str | None, field: str, faults: list[Finding]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        faults.append(_fault(field, f"“{text[:20]}”不是日期", f"{text[:20]!r} is no date"))
        return None


def _fault(field: str, zh: str, en: str) -> Finding:
    zh, en = f"{zh}，没有按它筛选。", f"{en}; the list is not narrowed by it."
    return Finding(field=field, rule="filter", message=zh, message_en=en)
