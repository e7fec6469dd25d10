"""Who may do and read what: roles, candidates of tasks, reading scopes, separation of duty. Pure: no I/O, no now()."""

from service.access.candidates import (
    Candidates,
    Group,
    actor_queues,
    deputised_queues,
    find_principal,
    group_names,
    lane_group,
    may_take,
    own_queues,
    parse_group,
    parse_groups,
)
from service.access.duties import Bar, Duty, bars, parse_sod, read_duty
from service.access.reading import ReadingScope, may_read, reading_scope
from service.access.roles import Actor, Membership, Reads, Role, RoleBook, Scope, StandIn

__all__ = [
    "Actor",
    "Bar",
    "Candidates",
    "Duty",
    "Group",
    "Membership",
    "ReadingScope",
    "Reads",
    "Role",
    "RoleBook",
    "Scope",
    "StandIn",
    "actor_queues",
    "bars",
    "deputised_queues",
    "find_principal",
    "group_names",
    "lane_group",
    "may_read",
    "may_take",
    "own_queues",
    "parse_group",
    "parse_groups",
    "parse_sod",
    "read_duty",
    "reading_scope",
]
