"""What one account can see and do, as the engine itself decides it: for who is asked why somebody can not see a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.access import Actor, Role, RoleBook, actor_queues
from service.engine.definitions import Definition
from service.engine.duty_matrix import duties_of
from service.engine.machine import Machine
from service.engine.people import as_actor
from service.engine.reads import scope_of
from service.engine.starting import ensure_may_start
from service.engine.stuck.reading import ensure_may_see
from service.errors import NotAllowed, NotFound
from service.store import Connection, all_cases, people, people_lists, reads
from service.store.definitions import list_latest
from service.store.narrowing import TaskFilter
from service.store.people import AccountRow
from service.store.reads import Scope

#: Up to where cases and tasks are counted.
MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedField:
    """A protected value that the account may read, by which of its roles."""

    definition: Definition
    path: tuple[str, ...]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """`starts` are the processes that it may start; `does` the steps offered to its roles; counts go up to `MOST`."""

    row: AccountRow
    actor: Actor
    held: tuple[tuple[Role, str], ...]
    scope: Scope
    acts: bool
    cases: int
    todo: int
    claimed: int
    starts: tuple[Definition, ...]
    does: tuple[tuple[Definition, int], ...]
    protected: tuple[ClosedField, ...]


def look_through(machine: Machine, connection: Connection, account: str, *, by: Actor) -> Sight:
    """Find what an account can see and do now. NotAllowed for who may not see the console; NotFound."""
    ensure_may_see(machine, by)
    row = people.find_account(connection, account, on=machine.clock.now().date())
    if row is None:
        raise NotFound(f"没有账号 {account}。", message_en=f"There is no account {account}.")
    return _look(machine, connection, row)


def _look(machine: Machine, connection: Connection, row: AccountRow) -> Sight:
    actor, book = as_actor(row), machine.book
    scope = scope_of(actor, book)
    queues = actor_queues(actor, book) if row.active else frozenset[str]()
    known = [machine.library.latest(connection, key) for key, *_ in list_latest(connection)]
    return Sight(
        row=row,
        actor=actor,
        held=book.held_by(actor),
        scope=scope,
        acts=row.active and book.may_act(actor),
        cases=_count_cases(connection, scope),
        todo=reads.count_todo(connection, account=row.name, queues=queues, principals=actor.principals),
        claimed=people_lists.count_held(connection, row.name),
        starts=tuple(one for one in known if _may_start(machine, one, actor)),
        does=tuple(_does(known, actor, book)),
        protected=tuple(_protected(known, actor)),
    )


def _count_cases(connection: Connection, scope: Scope) -> int:
    if scope.everything:
        return all_cases.count_all_cases(connection, all_cases.CaseFilter(), most=MOST)
    counted, after = 0, None
    while counted < MOST:
        page = reads.list_cases(
            connection, scope, where=TaskFilter(), status=None, mine=False, roots=False, after=after, limit=reads.MAX_LIMIT
        )
        counted, after = counted + len(page.rows), page.after
        if after is None:
            break
    return min(counted, MOST)


def _may_start(machine: Machine, definition: Definition, actor: Actor) -> bool:
    try:
        ensure_may_start(machine, definition, actor)
    except (NotAllowed, NotFound):
        return False
    return True


def _does(known: list[Definition], actor: Actor, book: RoleBook) -> Iterator[tuple[Definition, int]]:
    """How many steps of each process are offered to a role of the account."""
    mine = {role.id for role, _ in book.held_by(actor) if role.acts} if book.may_act(actor) else set()
    for definition in known:
        steps = sum(1 for one in duties_of(definition, book).steps if not one.starts and not mine.isdisjoint(one.roles))
        if steps:
            yield definition, steps


def _protected(known: list[Definition], actor: Actor) -> Iterator[ClosedField]:
    for definition in known:
        for seal in definition.seals:
            if roles := seal.readers & actor.roles:
                yield ClosedField(definition=definition, path=seal.path, roles=roles)
