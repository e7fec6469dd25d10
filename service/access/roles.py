"""Who somebody is: accounts with their roles in units, and what each role may read. Open this when a role gets a new property."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from service.errors import Invalid, NotFound

#: Where roles stand that belong to no regulation; reading `all` there means every regulation.
PLATFORM = "platform"


class Reads(StrEnum):
    """Which cases a role may read, besides those in which the account itself takes or took part."""

    OWN = "own"  # cases of the role's regulation in the unit in which it is held
    ALL = "all"  # every case of the role's regulation; secret projects never become a case
    ASSIGNED = "assigned"  # none but those with a task of theirs
    PUBLIC = "public"  # only what is published, which is not read through cases


class Scope(StrEnum):
    """Whom a task means when its lane names the role without a unit."""

    UNIT = "unit"  # holders in the unit of the case
    ALL = "all"  # every holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A role held in a unit."""

    role: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """Somebody for whom an account stands in today: `account` holds `role` in `unit` and has named a deputy for that role.

    `whole`: for every role that `account` holds, so that tasks that are offered to that account by name are meant as well.
    """

    account: str
    role: str
    unit: str
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An account with the memberships that it holds now, and those for whom it stands in."""

    account: str
    display_name: str
    memberships: frozenset[Membership]
    stands_in: frozenset[StandIn] = frozenset()

    @property
    def units(self) -> frozenset[str]:
        return frozenset(membership.unit for membership in self.memberships)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(membership.role for membership in self.memberships)

    @property
    def principals(self) -> frozenset[str]:
        """The accounts for whom the actor stands in."""
        return frozenset(one.account for one in self.stands_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a role is worth. `acts`: its holders get tasks. `exclusive`: its holders take no task, whatever else they are.

    `processes`: whose cases it may read in the whole regulation, besides what `reads` says.
    """

    id: str
    regulation: str
    zh: str
    en: str
    reads: Reads
    scope: Scope
    acts: bool = True
    exclusive: bool = False
    processes: frozenset[str] = frozenset()

    @property
    def audits(self) -> bool:
        """Whether it reads a whole regulation and does nothing in it."""
        return self.reads is Reads.ALL and not self.acts and not self.exclusive


class RoleFacts(Protocol):
    """A role as the catalogue of regulations tells it."""

    @property
    def id(self) -> str: ...
    @property
    def regulation(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def reads(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def acts(self) -> bool: ...
    @property
    def exclusive(self) -> bool: ...
    @property
    def processes(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleBook:
    """All roles by id."""

    roles: Mapping[str, Role]

    @classmethod
    def of(cls, entries: Iterable[RoleFacts]) -> RoleBook:
        """Build from catalogue roles (`catalogue.roles.values()`). Invalid for a word of `reads` or `scope` that is none."""
        roles: dict[str, Role] = {}
        for entry in entries:
            try:
                reads, scope = Reads(entry.reads), Scope(entry.scope)
            except ValueError as error:
                raise Invalid(f"角色 {entry.id}：{error}", message_en=f"role {entry.id}: {error}") from error
            roles[entry.id] = Role(
                id=entry.id,
                regulation=entry.regulation,
                zh=entry.zh,
                en=entry.en,
                reads=reads,
                scope=scope,
                acts=entry.acts,
                exclusive=entry.exclusive,
                processes=frozenset(entry.processes),
            )
        return cls(roles=MappingProxyType(roles))

    def get(self, id: str) -> Role:
        """NotFound for a role that no regulation names."""
        role = self.roles.get(id)
        if role is None:
            raise NotFound(f"没有角色 {id}", message_en=f"there is no role {id}")
        return role

    def find(self, id: str) -> Role | None:
        return self.roles.get(id)

    def held_by(self, actor: Actor) -> tuple[tuple[Role, str], ...]:
        """The roles that an actor holds, each with its unit; memberships in roles no longer in the book count for nothing."""
        found = ((self.roles.get(membership.role), membership.unit) for membership in actor.memberships)
        return tuple((role, unit) for role, unit in found if role is not None)

    def may_act(self, actor: Actor) -> bool:
        """Whether the actor may do anything in cases: holds a role that acts, and none that forbids it (SoD-11)."""
        roles = [role for role, _ in self.held_by(actor)]
        return any(role.acts for role in roles) and not any(role.exclusive for role in roles)
