"""What every page reads with: one connection, the reader with their roles, the time and the language of this request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import get_locale

from service.access import Actor, actor_queues
from service.engine.definitions import Definition
from service.engine.machine import Machine, Rules
from service.engine.reads import scope_of
from service.store import Connection, definitions, people, reads
from service.store.reads import Scope
from service.web import auth, current
from service.web.pages import due


@dataclass(slots=True, kw_only=True)
class Reader:
    """Who looks at a page, and through what. Names are looked up once a page."""

    machine: Machine
    connection: Connection
    actor: Actor
    now: datetime
    lang: str
    _units: dict[str, str] | None = field(default=None, init=False)
    _processes: dict[str, str] | None = field(default=None, init=False)
    _todo: int | None = field(default=None, init=False)

    @property
    def rules(self) -> Rules:
        return self.machine.rules

    @property
    def english(self) -> bool:
        return self.lang.startswith("en")

    @property
    def queues(self) -> frozenset[str]:
        return actor_queues(self.actor, self.machine.book)

    @property
    def scope(self) -> Scope:
        return scope_of(self.actor, self.machine.book)

    @property
    def todo(self) -> int:
        """How many tasks wait for the reader, at most 1000; counted once a page, for its badge and its tab."""
        if self._todo is None:
            self._todo = reads.count_todo(
                self.connection, account=self.actor.account, queues=self.queues, principals=self.actor.principals
            )
        return self._todo

    @property
    def units(self) -> dict[str, str]:
        """Unit names by id."""
        if self._units is None:
            self._units = reads.unit_names(self.connection)
        return self._units

    @property
    def processes(self) -> dict[str, str]:
        """Names of the published processes by id."""
        if self._processes is None:
            self._processes = {row[0]: row[3] for row in definitions.list_latest(self.connection)}
        return self._processes

    def people(self, names: Iterator[str] | list[str] | set[str]) -> dict[str, str]:
        """Display names by account."""
        return people.display_names(self.connection, sorted({name for name in names if name}))

    def definition(self, case: Mapping[str, Any]) -> Definition:
        """The definition that a case row is pinned to."""
        return self.machine.library.get(self.connection, case["process"], case["digest"])

    def role(self, role_id: str) -> str:
        role = self.machine.book.find(role_id)
        return role_id if role is None else role.en if self.english else role.zh

    def due(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The due badge of a task row."""
        return due.due_words(row["due"], row["due_at"], now=self.now, rules=self.rules, lang=self.lang)


@contextmanager
def reading() -> Iterator[Reader]:
    """Open the reader of this request; NotSignedIn when nobody is signed in."""
    actor = auth.current_actor()
    machine = current.engine().machine
    with machine.store.read() as connection:
        yield Reader(machine=machine, connection=connection, actor=actor, now=machine.clock.now(), lang=str(get_locale() or ""))
