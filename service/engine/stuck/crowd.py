"""Who is behind the queues of tasks today: members that may act, those on leave, and why nobody is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from service.access import RoleBook
from service.engine import waiting_words
from service.engine.waiting_words import Said
from service.store import Connection, crowds


@dataclass
class Crowd:
    """The people of one moment, read at once."""

    connection: Connection
    book: RoleBook
    day: date
    _members: dict[str, set[str]] = field(init=False, default_factory=dict)
    _by_role: dict[str, set[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.names = crowds.list_active(self.connection)
        self.units = crowds.list_unit_names(self.connection)
        self.away = crowds.list_away(self.connection, self.day)
        closed = crowds.list_closed_units(self.connection, self.day)
        for account, role, unit in crowds.list_memberships(self.connection):
            if account in self.names and unit not in closed:
                self._members.setdefault(f"{role}@{unit}", set()).add(account)
                self._by_role.setdefault(role, set()).add(account)

    def members(self, queue: str) -> frozenset[str]:
        """The accounts behind a queue that may act at all."""
        role, _, unit = queue.partition("@")
        if not role:
            return frozenset({unit} & self.names.keys())
        return frozenset(self._members.get(queue, ()) if unit else self._by_role.get(role, ()))

    def label(self, queue: str) -> Said:
        """Whom a queue stands for."""
        role_id, _, unit = queue.partition("@")
        if not role_id:
            name = self.names.get(unit, unit)
            return Said(name, name)
        role = self.book.find(role_id)
        zh, en = (role.zh, role.en) if role is not None else (role_id, role_id)
        return waiting_words.role(zh, en, self.units.get(unit, unit) if unit else None)

    def display(self, accounts: list[str]) -> list[str]:
        return [self.names.get(account, account) for account in accounts]
