"""Lists of the house that a form offers for choice (`valuesKey`): a page gets the newest entries and searches for the others.

A page that shows a form asks `listed`; what somebody has chosen is checked against `admitted`, which looks at the chosen keys
only, so that an entry counts whether or not it was among those offered. No form reckons with these lists by FEEL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.engine.definitions import Definition
from service.forms import Form
from service.sdk import Record
from service.store import Connection, people
from service.store.register_index import Indexing
from service.store.register_lists import Wanted, list_records
from service.store.registers import Registers, list_by_keys

#: By what registers are found without decoding them (`RegisterBook.indexings`).
Indexings = Mapping[str, Indexing] | None
Option = dict[str, str]

UNITS, UNIT_ID = "units", "unit_id"
#: Entries of one list that a form gets at once, and that one search finds.
LISTED, FOUND = 200, 20
LONGEST_KEY = 80
#: More keys than this are in no form: the rest counts as unknown.
MOST_CHOSEN = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A list that is a register: the field that names an entry, and whether only those of the unit are offered."""

    register: str
    title: str
    own: bool = False


#: The lists that are registers, by the name that forms call them.
REGISTERS: Mapping[str, Choices] = {
    "projects": Choices(register="project", title="project_name", own=True),
    "all_projects": Choices(register="project", title="project_name"),
    "lots": Choices(register="lot", title="lot_name"),
    "experts": Choices(register="expert", title="name"),
    "systems": Choices(register="system", title="name"),
}


def listed(
    connection: Connection, definition: Definition, form: Form | None, *, unit: str = "", indexings: Indexings = None,
    chosen: Iterable[Mapping[str, Any]] = (),
) -> dict[str, list[Option]]:  # fmt: skip
    """The lists that a form offers, each [{label, value}]: the newest `LISTED` entries, and those that are `chosen` already.

    `chosen` are answers as they are stored or kept in a draft.
    """
    lists = admitted(connection, definition, form, unit=unit, chosen=chosen)
    known = Registers(connection, indexings)
    for name in lists.keys() & REGISTERS.keys():
        choices = REGISTERS[name]
        newest = _options(choices, known.newest(choices.register, limit=LISTED, **_scope(choices, unit)))
        there = {option["value"] for option in newest}
        lists[name] = [*newest, *(option for option in lists[name] if option["value"] not in there)]
    return lists


def admitted(
    connection: Connection, definition: Definition, form: Form | None, *, unit: str = "", chosen: Iterable[Mapping[str, Any]]
) -> dict[str, list[Option]]:
    """The lists of a form with nothing in them but what is `chosen` and may be."""
    wanted = offered_by(definition, form)
    lists: dict[str, list[Option]] = {}
    if UNITS in wanted:
        lists[UNITS] = [{"label": row["name"], "value": row["id"]} for row in people.list_units(connection)]
    of_registers = wanted & REGISTERS.keys()
    if form is None or not of_registers:
        return lists
    keys = _chosen(form, of_registers, chosen)
    for name in sorted(of_registers):
        choices = REGISTERS[name]
        scope = _scope(choices, unit).items()
        found = list_by_keys(connection, choices.register, sorted(keys[name])[:MOST_CHOSEN])
        records = [one for one in found.values() if all(one.data.get(field) == value for field, value in scope)]
        lists[name] = _options(choices, records)
    return lists


def offered_by(definition: Definition, form: Form | None) -> frozenset[str]:
    """The names of the lists that a form offers."""
    return definition.offers.get(form.id, frozenset()) if form is not None else frozenset()


def are_cut(lists: Mapping[str, Any]) -> frozenset[str]:
    """The lists of which a form may not have got every entry: a page searches these."""
    return frozenset(name for name in REGISTERS if len(lists.get(name) or ()) >= LISTED)


def search(connection: Connection, name: str, q: str, *, within: tuple[str, frozenset[str]] | None) -> list[Option]:
    """The newest entries of a list that have all the words of `q`; of these what is `within` (field, values), if it is given."""
    choices = REGISTERS[name]
    page = list_records(connection, choices.register, Wanted(q=q, within=within, sort="-key"), after=None, limit=FOUND)
    return _options(choices, page.records)


def of_unit(name: str, unit: str) -> tuple[str, frozenset[str]] | None:
    """What a form of a unit offers of a list, as `search` takes it."""
    return (UNIT_ID, frozenset({unit})) if REGISTERS[name].own else None


def _scope(choices: Choices, unit: str) -> dict[str, Any]:
    return {UNIT_ID: unit} if choices.own else {}


def _options(choices: Choices, found: Iterable[Record]) -> list[Option]:
    return [{"label": f"{one.data.get(choices.title) or one.key}（{one.key}）", "value": one.key} for one in found]


def _chosen(form: Form, lists: frozenset[str], answers: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """The keys in some answers, by the list that their fields take options from."""
    fields: dict[str, set[str]] = {}
    for component in _components(form.schema):
        if component.get("valuesKey") in lists and isinstance(component.get("key"), str):
            fields.setdefault(component["key"].rpartition(".")[2], set()).add(component["valuesKey"])
    found: dict[str, set[str]] = {name: set() for name in lists}
    rest: list[tuple[frozenset[str] | set[str], Any]] = [
        (frozenset(), {name: given[name] for name in form.keys if name in given})
        for given in answers
        if isinstance(given, Mapping)
    ]
    while rest:  # by hand, because what was sent may be nested deeper than calls may be
        names, value = rest.pop()
        if isinstance(value, Mapping):
            rest += [(fields.get(key, frozenset()), inner) for key, inner in value.items()]
        elif isinstance(value, (list, tuple)):
            rest += [(names, inner) for inner in value]
        elif isinstance(value, str) and 0 < len(value) <= LONGEST_KEY and value.isprintable():
            for name in names:
                found[name].add(value)
    return found


def _components(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for component in schema.get("components") or ():
        yield component
        yield from _components(component)
