"""What a person's command on a task has to know once the case is locked, asked in one statement.

It is a second statement on purpose: on PostgreSQL it sees what was committed while the first one waited for the lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, bindparam, case, literal, null, select, union_all

from service.store.cases import WAITING, Waiting
from service.store.people import IN_CLOSED_UNIT, AccountRow, stand_ins, stands_in_on
from service.store.tables import accounts, delegations, drafts, held_completions, memberships, signers, task_queues


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The rows that wait in the case, who acts, the task's queues besides its first, and whether anybody's own draft is kept.

    `signers` are (way, account, state) of who was added to the task, in order; `held_for` is whose completion waits for them.
    """

    waiting: tuple[Waiting, ...]
    account: AccountRow | None
    queues: frozenset[str]
    has_draft: bool
    signers: tuple[tuple[str, str, str], ...] = ()
    held_for: str | None = None


_LOOK = union_all(
    *WAITING,
    select(
        literal("account"),
        accounts.c.name,
        accounts.c.display_name,
        memberships.c.role,
        memberships.c.unit,
        case((accounts.c.active, "active"), else_="disabled"),
        null(),
        null(),
    )
    .join_from(accounts, memberships, and_(memberships.c.account == accounts.c.name, ~IN_CLOSED_UNIT), isouter=True)
    .where(accounts.c.name == bindparam("account")),
    select(
        literal("deputy"),
        delegations.c.account,
        delegations.c.role,
        memberships.c.role,
        memberships.c.unit,
        literal(""),
        null(),
        null(),
    )
    .join_from(delegations, memberships, memberships.c.account == delegations.c.account)
    .join(accounts, accounts.c.name == delegations.c.account)
    .where(delegations.c.deputy == bindparam("account"), accounts.c.active, ~IN_CLOSED_UNIT, *stands_in_on()),
    select(literal("queue"), task_queues.c.task_id, task_queues.c.queue, null(), null(), literal(""), null(), null()).where(
        task_queues.c.task_id == bindparam("task")
    ),
    select(literal("draft"), drafts.c.subject, literal(""), null(), null(), literal(""), null(), null()).where(
        drafts.c.subject == bindparam("subject"), drafts.c.account == bindparam("account")
    ),
    select(literal("signer"), signers.c.id, signers.c.way, signers.c.account, null(), signers.c.state, null(), null()).where(
        signers.c.main_id == bindparam("task")
    ),
    select(
        literal("held"), held_completions.c.task_id, held_completions.c.account, null(), null(), literal(""), null(), null()
    ).where(held_completions.c.task_id == bindparam("task")),
)


def look(connection: Connection, *, case_id: str, task_id: str, account: str, on: date) -> Surroundings:
    """Look around a locked case on behalf of an account that wants to do something with a task on a day."""
    names = {"id": case_id, "task": task_id, "account": account, "subject": f"task:{task_id}", "today": on}
    waiting: list[Waiting] = []
    members: list[tuple[str, str]] = []
    deputised: list[tuple[str, str, str, str]] = []
    queues: set[str] = set()
    found: tuple[str, str] | None = None
    has_draft = False
    added: list[tuple[str, str, str, str]] = []
    held_for: str | None = None
    for table, id_, kind, token, child, state, element, holder in connection.execute(_LOOK, names):
        if table == "account":
            found = (kind, state)
            if token is not None:
                members.append((token, child))
        elif table == "deputy":
            deputised.append((id_, kind, token, child))
        elif table == "queue":
            queues.add(kind)
        elif table == "draft":
            has_draft = True
        elif table == "signer":
            added.append((id_, kind, token, state))
        elif table == "held":
            held_for = kind
        else:
            waiting.append(
                Waiting(table=table, id=id_, kind=kind, token=token, child=child, state=state, element=element, holder=holder)
            )
    row = None
    if found is not None:
        display_name, state = found
        row = AccountRow(
            name=account, display_name=display_name, password=None, active=state == "active", demo=False,
            memberships=tuple(members), stands_in=stand_ins(deputised),
        )  # fmt: skip
    return Surroundings(
        waiting=tuple(waiting), account=row, queues=frozenset(queues), has_draft=has_draft,
        signers=tuple((way, name, state) for _, way, name, state in sorted(added)), held_for=held_for,
    )  # fmt: skip
