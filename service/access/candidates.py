"""Who may take a task. Open this for the groups of `candidateGroups` and for what the inbox filters by.

A task stands in queues, each a text: `role@unit`, `role` (holders in any unit) or `@account`. An actor may take it when one of
the actor's queues is one of the task's; the inbox asks the same of the database.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from service.access.roles import Actor, RoleBook, Scope, StandIn
from service.errors import Invalid

_GROUP = re.compile(r"([a-z][a-z0-9_]*)(?:@(\w[\w.-]*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Holders of a role: all of them, or those in one unit. Its text, `role` or `role@unit`, names its queue."""

    role: str
    unit: str | None = None

    def __str__(self) -> str:
        return self.role if self.unit is None else f"{self.role}@{self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Whom a task is offered to. An assignee has it alone; otherwise any of the users or groups may take it."""

    assignee: str | None = None
    users: frozenset[str] = frozenset()
    groups: frozenset[Group] = frozenset()

    @property
    def queues(self) -> frozenset[str]:
        """The queues that the task stands in; none means that nobody can take it."""
        if self.assignee is not None:
            return frozenset({f"@{self.assignee}"})
        return frozenset(f"@{user}" for user in self.users) | frozenset(str(group) for group in self.groups)


def parse_group(text: str) -> Group:
    """Read `role` or `role@unit`. Invalid for anything else: `role@` with a unit forgotten must not offer it to everybody."""
    match = _GROUP.fullmatch(text.strip())
    if match is None:
        message_en = f"a candidate group is role or role@unit, not {text!r}"
        raise Invalid(f"候选组“{text}”应为“角色”或“角色@单位”", message_en=message_en)
    return Group(role=match[1], unit=match[2])


def parse_groups(text: str) -> frozenset[Group]:
    """Read a comma separated list of groups; empty for an empty text."""
    return frozenset(parse_group(part) for part in text.split(",") if part.strip())


def lane_group(role: str, *, case_unit: str, book: RoleBook) -> Group:
    """The group that a lane stands for: the case's unit for unit roles, every holder otherwise. NotFound without such a role."""
    if book.get(role).scope is Scope.ALL:
        return Group(role=role)
    if not case_unit:
        message_en = f"role {role} is held in units, and the case has none"
        raise Invalid(f"角色 {role} 按单位办理，而本案没有单位", message_en=message_en)
    return Group(role=role, unit=case_unit)


def group_names(actor: Actor, book: RoleBook) -> frozenset[str]:
    """The text of every group that an actor belongs to; none for those who may not act."""
    if not book.may_act(actor):
        return frozenset()
    held = [(role.id, unit) for role, unit in book.held_by(actor) if role.acts]
    return frozenset(name for role, unit in held for name in (role, f"{role}@{unit}"))


def own_queues(actor: Actor, book: RoleBook) -> frozenset[str]:
    """The queues that an actor may take from in their own name: those of the groups, and the actor's own."""
    return group_names(actor, book) | {f"@{actor.account}"} if book.may_act(actor) else frozenset()


def actor_queues(actor: Actor, book: RoleBook) -> frozenset[str]:
    """The queues from which an actor may take, in their own name or for whom they stand in; none for those who may not act."""
    own = own_queues(actor, book)
    return own.union(*(deputised_queues(one, book) for one in actor.stands_in)) if own else own


def deputised_queues(stands_in: StandIn, book: RoleBook) -> frozenset[str]:
    """The queues of whom a deputy stands in for, as far as the deputyship goes."""
    role = book.find(stands_in.role)
    if role is None or not role.acts:
        return frozenset()
    named = {f"@{stands_in.account}"} if stands_in.whole else set()
    return frozenset({role.id, f"{role.id}@{stands_in.unit}"} | named)


def find_principal(actor: Actor, queues: Collection[str], book: RoleBook, *, holder: str | None = None) -> str | None:
    """For whom the actor would do a task that stands in `queues`: None when in their own name, or when not offered at all.

    A task that `holder` has claimed is done for the holder when the actor stands in for them.
    """
    offered = set(queues)
    for one in sorted(actor.stands_in, key=lambda one: (one.account, one.role, one.unit)):
        meant = one.account == holder if holder is not None else offered.isdisjoint(own_queues(actor, book))
        if meant and not offered.isdisjoint(deputised_queues(one, book)):
            return one.account
    return None


def may_take(actor: Actor, candidates: Candidates, *, book: RoleBook) -> bool:
    """Whether a task is offered to the actor. Separation of duty is asked separately (`bars`)."""
    return not actor_queues(actor, book).isdisjoint(candidates.queues)
