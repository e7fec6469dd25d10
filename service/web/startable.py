"""Which processes somebody may start, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass

from service.access import Actor
from service.engine.definitions import Definition
from service.engine.kernel import Element
from service.engine.starting import ensure_may_start
from service.errors import NotAllowed, NotFound
from service.store import Connection
from service.store.definitions import list_latest
from service.web import current


@dataclass(frozen=True, slots=True, kw_only=True)
class Startable:
    """A process as somebody sees it before starting it. `refused` says why they may not; `unit` is whom they start it for."""

    definition: Definition
    start: Element | None
    unit: str
    refused: NotAllowed | NotFound | None

    def ensure(self) -> None:
        """Raise what keeps them from it."""
        if self.refused is not None:
            raise self.refused


def list_startable(connection: Connection, actor: Actor) -> tuple[Startable, ...]:
    """List every published process, those too that the actor may not start."""
    library = current.engine().machine.library
    return tuple(look_at(library.latest(connection, key), actor) for key, *_ in list_latest(connection))


def look_at(definition: Definition, actor: Actor) -> Startable:
    """Find out whether the actor may start a process."""
    machine, start = current.engine().machine, None
    try:
        start = definition.start
        return Startable(definition=definition, start=start, unit=ensure_may_start(machine, definition, actor), refused=None)
    except (NotAllowed, NotFound) as refusal:
        return Startable(definition=definition, start=start, unit="", refused=refusal)
