"""Who may do and read what: roles, candidates of tasks, reading scopes, separation of duty. Pure: no I/O, no now()."""

from service.access.candidates import (
    Candidates,
    Group,
    actor_queues,
    group_names,
    lane_group,
    may_take,
    parse_group,
    parse_groups,
)
from service.access.duties import Bar, bars, parse_sod
from service.access.reading import ReadingScope, may_read, reading_scope
from service.access.roles import Actor, Membership, Reads, Role, RoleBook, Scope

__all__ = [
    "Actor",
    "Bar",
    "Candidates",
    "Group",
    "Membership",
    "ReadingScope",
    "Reads",
    "Role",
    "RoleBook",
    "Scope",
    "actor_queues",
    "bars",
    "group_names",
    "lane_group",
    "may_read",
    "may_take",
    "parse_group",
    "parse_groups",
    "parse_sod",
    "reading_scope",
]
