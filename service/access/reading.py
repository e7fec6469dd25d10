"""Who may read a case. The same rule twice: as a question about one case, and as a scope that lists turn into SQL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from service.access.candidates import actor_queues
from service.access.roles import PLATFORM, Actor, Reads, RoleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingScope:
    """What an actor may read. A case is readable when any of these holds:

    `everything`; its regulation is in `regulations`; its (regulation, unit) is in `units`; `account` took part in it (started
    it, holds or held a task, is a named party); or one of its open tasks stands in one of `queues`.
    """

    account: str
    everything: bool
    regulations: frozenset[str]
    units: frozenset[tuple[str, str]]
    queues: frozenset[str]

    def covers(self, *, regulation: str, unit: str, participants: Collection[str], open_queues: Collection[str] = ()) -> bool:
        return (
            self.everything
            or regulation in self.regulations
            or (regulation, unit) in self.units
            or self.account in participants
            or not self.queues.isdisjoint(open_queues)
        )


def reading_scope(actor: Actor, book: RoleBook) -> ReadingScope:
    """Find what the actor may read, over all roles held."""
    held = book.held_by(actor)
    regulations = frozenset(role.regulation for role, _ in held if role.reads is Reads.ALL)
    return ReadingScope(
        account=actor.account,
        everything=PLATFORM in regulations,
        regulations=regulations - {PLATFORM},
        units=frozenset((role.regulation, unit) for role, unit in held if role.reads is Reads.OWN),
        queues=actor_queues(actor, book),
    )


def may_read(
    actor: Actor,
    *,
    book: RoleBook,
    regulation: str,
    case_unit: str,
    participants: Collection[str],
    open_queues: Collection[str] = (),
) -> bool:
    """Whether the actor may read one case; who may not is told that it does not exist.

    `regulation` is a catalogue id ("pj-2020"). `participants` are the accounts that started the case, hold or held a task in it,
    or are a party to it; `open_queues` the queues of its open tasks.
    """
    scope = reading_scope(actor, book)
    return scope.covers(regulation=regulation, unit=case_unit, participants=participants, open_queues=open_queues)
