"""Who is told of a deadline: the queues of a role in a case. Open this when a notice reaches the wrong people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from service.access import Group, Scope
from service.engine.machine import Rules

Variables = Callable[[], Mapping[str, Any]]


def queues_of(rules: Rules, roles: Iterable[str], *, unit: str, variables: Variables) -> tuple[str, ...]:
    """The queues of some roles in a case of `unit`.

    Unit roles mean their holders in that unit; the role of a firm (`unit_in`) its holders in the unit that a variable of the case
    names, or its deputy while there is none. `variables` is asked for those only.
    """
    found = (_queue(rules, role, unit, variables) for role in roles)
    return tuple(dict.fromkeys(queue for queue in found if queue is not None))


def _queue(rules: Rules, role_id: str, unit: str, variables: Variables) -> str | None:
    role, entry = rules.book.find(role_id), rules.catalogue.roles.get(role_id)
    if role is None or entry is None:
        return None
    if entry.unit_in:
        firm = variables().get(entry.unit_in)
        if isinstance(firm, str) and firm:
            return str(Group(role=role_id, unit=firm))
        return _queue(rules, entry.deputy, unit, variables) if entry.deputy else None
    return str(Group(role=role_id, unit=(unit or None) if role.scope is Scope.UNIT else None))
