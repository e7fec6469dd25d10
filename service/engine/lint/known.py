"""What the house knows besides the diagram at hand: roles, handlers, periods, articles, the other diagrams, the forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Ids = frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Ids that a diagram may name. None = not checked, for a workbench that does not know them.

    `memberships` are the (role, unit) pairs that some active account holds.
    """

    roles: Ids = None
    handlers: Ids = None
    periods: Ids = None
    articles: Ids = None
    processes: Ids = None
    decisions: Ids = None
    memberships: frozenset[tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What surrounds one diagram in its bundle.

    `forms` maps a form id to (file, bytes); `elements` holds the ids of all elements of all diagrams; `processes` and
    `decisions` of `known` include those of the bundle.
    """

    known: Known = field(default_factory=Known)
    forms: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    elements: frozenset[str] = frozenset()
