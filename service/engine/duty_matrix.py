"""Who can do what: which roles start each published process, and to which roles each of its steps is offered.

It is read off the diagrams, as the engine reads them: the lane of a step, or the groups that the step names. A step for a person
whom the case itself names (a reviewer who was chosen) has no role; `named` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.access import Actor, RoleBook
from service.engine.definitions import Definition
from service.engine.kernel import Element
from service.engine.machine import Machine
from service.engine.stuck.reading import ensure_may_see
from service.store import Connection
from service.store.definitions import list_latest

_WORD = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDuty:
    """A step, or with `starts` the start, of a process, and the ids of the roles that it is offered to."""

    element: Element
    roles: frozenset[str]
    starts: bool = False
    named: bool = False
    signs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDuties:
    definition: Definition
    steps: tuple[StepDuty, ...]


def read_matrix(machine: Machine, connection: Connection, actor: Actor) -> tuple[ProcessDuties, ...]:
    """Read the newest version of every published process, by regulation and name. NotAllowed for who may not see the console."""
    ensure_may_see(machine, actor)
    found = (duties_of(machine.library.latest(connection, key), machine.book) for key, *_ in list_latest(connection))
    return tuple(sorted(found, key=lambda one: (one.definition.regulation, one.definition.key)))


def duties_of(definition: Definition, book: RoleBook) -> ProcessDuties:
    return ProcessDuties(definition=definition, steps=tuple(_steps(definition, book)))


def _steps(definition: Definition, book: RoleBook) -> Iterator[StepDuty]:
    for element in definition.process.elements.values():
        if element.kind == "startEvent" and element.parent is None and element.event is None:
            roles = _starters(definition, element, book)
            if roles:
                yield StepDuty(element=element, roles=roles, starts=True)
        elif element.kind == "userTask":
            roles = _offered(element, book)
            named = element.assignee is not None or element.candidate_users is not None
            chosen = element.candidate_groups is not None and not roles  # by a variable: `=rectifier.group`
            yield StepDuty(element=element, roles=roles, named=named or chosen, signs="true" in element.values("sign"))


def _starters(definition: Definition, element: Element, book: RoleBook) -> frozenset[str]:
    """The role of the lane and the `starters`; none for a process that others call."""
    if element.lane and book.find(element.lane) is None:
        return frozenset()
    named = [one.strip() for one in (definition.setting("starters") or "").split(",")]
    return frozenset(one for one in (element.lane, *named) if one and book.find(one) is not None)


def _offered(element: Element, book: RoleBook) -> frozenset[str]:
    if element.candidate_groups is not None:
        return frozenset(word for word in _WORD.findall(element.candidate_groups) if book.find(word) is not None)
    if element.assignee is not None or element.candidate_users is not None:
        return frozenset()
    return frozenset({element.lane}) if element.lane and book.find(element.lane) is not None else frozenset()
