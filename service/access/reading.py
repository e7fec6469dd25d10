"""Who may read a case. The same rule twice: as a question about one case, and as a scope that lists turn into SQL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from service.access.candidates import actor_queues
from service.access.roles import PLATFORM, Actor, Reads, RoleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingScope:
    """What an actor may read. A case is readable when any of these holds:

    `everything`; its regulation is in `regulations`; its (regulation, process) is in `processes`; its (regulation, unit) is in
    `units`; a unit that is a party to it is in `parties` with its regulation; `account` took part in it (started it, holds or
    held a task); or one of its open tasks stands in one of `queues`.
    """

    account: str
    everything: bool
    regulations: frozenset[str]
    units: frozenset[tuple[str, str]]
    queues: frozenset[str]
    processes: frozenset[tuple[str, str]] = frozenset()
    parties: frozenset[tuple[str, str]] = frozenset()

    def covers(
        self, *, regulation: str, unit: str, participants: Collection[str], open_queues: Collection[str] = (),
        process: str = "", parties: Collection[str] = (),
    ) -> bool:  # fmt: skip
        return (
            self.everything
            or regulation in self.regulations
            or (regulation, process) in self.processes
            or (regulation, unit) in self.units
            or any((regulation, party) in self.parties for party in parties)
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
        processes=frozenset((role.regulation, process) for role, _ in held for process in role.processes),
        parties=frozenset((role.regulation, unit) for role, unit in held if role.reads is not Reads.PUBLIC),
    )


def may_read(
    actor: Actor,
    *,
    book: RoleBook,
    regulation: str,
    case_unit: str,
    participants: Collection[str],
    open_queues: Collection[str] = (),
    process: str = "",
    parties: Collection[str] = (),
) -> bool:
    """Whether the actor may read one case; who may not is told that it does not exist.

    `regulation` is a catalogue id ("pj-2020"). `participants` are the accounts that started the case, or hold or held a task in
    it or in a case above or below it; `open_queues` the queues of the open tasks there; `parties` the units that it concerns.
    """
    scope = reading_scope(actor, book)
    return scope.covers(
        regulation=regulation,
        unit=case_unit,
        participants=participants,
        open_queues=open_queues,
        process=process,
        parties=parties,
    )
