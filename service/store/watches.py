"""Who was given a copy of a case (抄送), and who follows it (关注)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select

from service.store.columns import insert_or
from service.store.tables import case_watches
from service.store.watched import COPIED, FOLLOWED


def copy(connection: Connection, case_id: str, accounts: Iterable[str], *, by: str, at: datetime) -> None:
    """Give accounts a copy of a case; who has one gets the newer one, with who sent it."""
    values = {"by": by, "at": at}
    for account in accounts:
        adding = insert_or(connection, case_watches).values(account=account, kind=COPIED, case_id=case_id, **values)
        connection.execute(adding.on_conflict_do_update(index_elements=["account", "kind", "case_id"], set_=values))


def follow(connection: Connection, case_id: str, account: str, *, at: datetime) -> None:
    adding = insert_or(connection, case_watches).values(account=account, kind=FOLLOWED, case_id=case_id, by=account, at=at)
    connection.execute(adding.on_conflict_do_nothing())


def unfollow(connection: Connection, case_id: str, account: str) -> None:
    connection.execute(
        delete(case_watches).where(
            case_watches.c.account == account, case_watches.c.kind == FOLLOWED, case_watches.c.case_id == case_id
        )
    )


def is_followed(connection: Connection, case_id: str, account: str) -> bool:
    """Tell whether an account follows a case."""
    found = select(case_watches.c.at).where(
        case_watches.c.account == account, case_watches.c.kind == FOLLOWED, case_watches.c.case_id == case_id
    )
    return connection.execute(found).first() is not None


def list_followers(connection: Connection, case_id: str) -> tuple[str, ...]:
    found = select(case_watches.c.account).where(case_watches.c.case_id == case_id, case_watches.c.kind == FOLLOWED)
    return tuple(connection.execute(found.order_by(case_watches.c.account)).scalars())
