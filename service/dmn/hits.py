"""Hit policies: what a table gives when no rule, one rule or several rules match. DMN 1.3 §8.2.8 to §8.2.11."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from service.feel.builtins_aggregate import maximum, minimum, total
from service.feel.compare import equal
from service.feel.values import Value


class Policy(StrEnum):
    """The hit policies, by the letter that a table shows."""

    UNIQUE = "U"
    ANY = "A"
    PRIORITY = "P"
    FIRST = "F"
    RULE_ORDER = "R"
    OUTPUT_ORDER = "O"
    COLLECT = "C"
    SUM = "C+"
    MIN = "C<"
    MAX = "C>"
    COUNT = "C#"


#: How the attribute `hitPolicy` spells them.
SPELLED: Final[Mapping[str, Policy]] = {
    "": Policy.UNIQUE,
    "UNIQUE": Policy.UNIQUE,
    "ANY": Policy.ANY,
    "PRIORITY": Policy.PRIORITY,
    "FIRST": Policy.FIRST,
    "RULE ORDER": Policy.RULE_ORDER,
    "OUTPUT ORDER": Policy.OUTPUT_ORDER,
    "COLLECT": Policy.COLLECT,
}
#: How the attribute `aggregation` spells them.
AGGREGATIONS: Final[Mapping[str, Policy]] = {
    "": Policy.COLLECT,
    "SUM": Policy.SUM,
    "MIN": Policy.MIN,
    "MAX": Policy.MAX,
    "COUNT": Policy.COUNT,
}
#: Policies that give a list of all hits.
LISTS: Final = frozenset({Policy.RULE_ORDER, Policy.OUTPUT_ORDER, Policy.COLLECT})
#: Policies that need the outputs' values in their order.
ORDERED: Final = frozenset({Policy.PRIORITY, Policy.OUTPUT_ORDER})
#: Policies that make one number of all hits.
AGGREGATES: Final[Mapping[Policy, Callable[[list[Value]], Value]]] = {
    Policy.SUM: total,
    Policy.MIN: minimum,
    Policy.MAX: maximum,
    Policy.COUNT: lambda values: len(values),
}


def order(rows: Sequence[Sequence[Value]], values: Sequence[Sequence[Value]]) -> list[int]:
    """Return the places of rows by the order of the outputs' values, the first output first; unlisted values last."""

    def rank(at: int) -> tuple[int, ...]:
        return tuple(_rank(value, listed) for value, listed in zip(rows[at], values, strict=True))

    return sorted(range(len(rows)), key=rank)


def _rank(value: Value, listed: Sequence[Value]) -> int:
    return next((place for place, known in enumerate(listed) if equal(value, known) is True), len(listed))


def are_alike(rows: Sequence[Sequence[Value]]) -> bool:
    """Tell whether all rows hold the same values."""
    return all(all(equal(one, other) is True for one, other in zip(rows[0], row, strict=True)) for row in rows[1:])
