"""Who acts: accounts read afresh in every command, and who has done what in the family of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import orjson

from service.access import Actor, Membership, StandIn
from service.access.duties import SUBMITTER
from service.errors import NotAllowed
from service.store import Connection, people

#: Who acts when no person does: timers, jobs, messages.
SYSTEM = "system"


def get_actor(connection: Connection, account: str, *, on: date | None = None) -> Actor:
    """Read an account with the roles that it holds now, and with whom it stands in for on a day if one is given.

    NotAllowed when it does not exist or is disabled.
    """
    return ensure_active(people.find_account(connection, account, on=on), account)


def ensure_active(row: people.AccountRow | None, account: str) -> Actor:
    """NotAllowed for an account that does not exist or is disabled."""
    if row is None or not row.active:
        raise NotAllowed(f"账号 {account} 不存在或已停用。", message_en=f"Account {account} does not exist or is disabled.")
    return as_actor(row)


def as_actor(row: people.AccountRow) -> Actor:
    """Whom an account is to the engine: what it holds in closed units does not count."""
    return Actor(
        account=row.name,
        display_name=row.display_name,
        memberships=frozenset(Membership(role=role, unit=unit) for role, unit in row.memberships if unit not in row.closed),
        stands_in=frozenset(
            StandIn(account=account, role=role, unit=unit, whole=whole) for account, role, unit, whole in row.stands_in
        ),
    )


@dataclass(slots=True)
class Actors:
    """Who did which element: in this case, and in its parents and ended children. Separation of duty asks both."""

    here: dict[str, list[str]] = field(default_factory=dict)
    family: dict[str, list[str]] = field(default_factory=dict)
    #: Who did a step in rounds that are over, because it was sent back: they may take part in it once more.
    earlier: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> Actors:
        document = orjson.loads(text)
        return cls(document.get("here", {}), document.get("family", {}), document.get("earlier", {}))

    def as_text(self) -> str:
        earlier = {"earlier": self.earlier} if self.earlier else {}
        return orjson.dumps({"here": self.here, "family": self.family, **earlier}).decode()

    def add(self, element: str, account: str) -> None:
        known = self.here.setdefault(element, [])
        if account not in known:
            known.append(account)
        if account in self.earlier.get(element, ()):
            self.earlier[element].remove(account)

    def begin_round(self, element: str) -> None:
        """Let everybody who has done a part of a step do one again."""
        if self.here.get(element):
            self.earlier[element] = list(self.here[element])

    def this_round(self, element: str) -> list[str]:
        """Who has done a part of a step since it last began."""
        return [account for account in self.here.get(element, ()) if account not in self.earlier.get(element, ())]

    def merge(self, others: Mapping[str, Sequence[str]]) -> None:
        """Take over what was done in another case of the family."""
        for element, accounts in others.items():
            known = self.family.setdefault(element, [])
            known += [account for account in accounts if account not in known]

    def everywhere(self) -> dict[str, list[str]]:
        """What was done in the whole family, as far as it is known here."""
        merged = {element: list(accounts) for element, accounts in self.family.items()}
        for element, accounts in self.here.items():
            known = merged.setdefault(element, [])
            known += [account for account in accounts if account not in known]
        return merged

    def submitters(self) -> list[str]:
        return self.everywhere().get(SUBMITTER, [])
