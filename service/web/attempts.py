"""Passwords are tried slowly: so many failures of an account or from an address in a quarter of an hour, then wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from service.engine import passwords
from service.engine.events import Event
from service.errors import TooMany
from service.store import people
from service.store.history import Entry, record_outside_cases
from service.store.people import AccountRow
from service.web import current

WINDOW: Final = timedelta(minutes=15)
MOST_PER_ACCOUNT: Final = 5
MOST_PER_ADDRESS: Final = 30


def verify(name: str, password: str) -> AccountRow | None:
    """Return the account when the password is its own, else None. TooMany after too many failures.

    The attempt is written down as failed before the password is looked at, so that a hundred tried at once count as a hundred.
    """
    machine = current.engine().machine
    now, address = machine.clock.machine(), current.address()
    name = name.strip().replace("\x00", "")[:80]
    with machine.store.write() as connection:
        of_account, of_address = people.count_failures(connection, account=name, address=address[:64], since=now - WINDOW)
        if of_account >= MOST_PER_ACCOUNT or of_address >= MOST_PER_ADDRESS:
            raise TooMany(
                "密码错误次数过多，请 15 分钟后再试。",
                message_en="Too many wrong passwords: try again in 15 minutes.",
                retry_after=int(WINDOW.total_seconds()),
            )
        people.record_failure(connection, account=name, address=address, at=now)
        account = people.find_account(connection, name)
    right = passwords.is_right(account, password)
    with machine.store.write() as connection:
        if right:
            people.forget_failures(connection, account=name)
        else:
            payload = {"account": name, "address": address}
            entry = Entry(kind=Event.SIGN_IN_REFUSED.value, actor="system", at=machine.clock.now(), payload=payload)
            record_outside_cases(connection, [entry])
    return account if right else None
