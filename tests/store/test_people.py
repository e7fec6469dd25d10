"""Accounts with their roles, what signs them in, and the failures that are counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from service.store import Store, people
from service.store.tables import accounts, sessions, tokens

Minutes = Callable[[float], timedelta]
SECRET = hashlib.sha256(b"secret").hexdigest()


@pytest.fixture
def town(store: Store, noon: datetime) -> Store:
    with store.write() as connection:
        for unit, name in (("jiaoyu", "教育局"), ("shuili", "水利局")):
            people.put_unit(connection, {"id": unit, "name": name, "kind": "", "level": "", "credit_code": None})
        for name, roles in (
            ("li", [("lead", "shuili"), ("clerk", "jiaoyu"), ("clerk", "shuili")]),
            ("wang", [("clerk", "jiaoyu")]),
            ("nobody", []),
        ):  # fmt: skip
            row = {
                "name": name,
                "display_name": f"{name}某",
                "password": "hash",
                "active": True,
                "demo": False,
                "created_at": noon,
            }
            people.insert_account(connection, row, roles)
    return store


def test_an_account_comes_with_its_roles(town: Store) -> None:
    with town.read() as connection:
        li = people.find_account(connection, "li")
        nobody = people.find_account(connection, "nobody")
        assert people.find_account(connection, "ghost") is None
        assert people.display_names(connection, ["li", "ghost", "li"]) == {"li": "li某"}
        assert people.display_names(connection, []) == {}
    assert li is not None
    assert li.memberships == (("clerk", "jiaoyu"), ("clerk", "shuili"), ("lead", "shuili"))
    assert nobody is not None
    assert nobody.memberships == ()


def test_the_list_shows_each_account_once_with_the_unit_of_its_first_membership(town: Store) -> None:
    with town.read() as connection:
        listed = {row["name"]: row for row in people.list_accounts(connection)}
    assert set(listed) == {"li", "wang", "nobody"}
    assert (listed["li"]["unit"], listed["li"]["unit_name"], sorted(listed["li"]["roles"])) == (
        "jiaoyu", "教育局", ["clerk", "lead"],
    )  # fmt: skip
    assert (listed["nobody"]["unit"], listed["nobody"]["roles"]) == (None, [])


def test_only_active_holders_of_a_role_are_its_members(town: Store) -> None:
    with town.write() as connection:
        connection.execute(update(accounts).where(accounts.c.name == "wang").values(active=False))
    with town.read() as connection:
        assert sorted(people.list_members(connection, ["clerk"])) == [("li", "clerk", "jiaoyu"), ("li", "clerk", "shuili")]
        wang = people.find_account(connection, "wang")
    assert wang is not None
    assert not wang.active


def test_a_name_is_taken_once_and_a_role_needs_its_unit(town: Store, noon: datetime) -> None:
    row = {"name": "li", "display_name": "x", "password": None, "active": True, "demo": False, "created_at": noon}
    with pytest.raises(IntegrityError), town.write() as connection:
        people.insert_account(connection, row, [])
    with pytest.raises(IntegrityError), town.write() as connection:
        people.insert_account(connection, {**row, "name": "zhao"}, [("clerk", "no_such_unit")])


def test_a_session_signs_in_until_it_ends(town: Store, noon: datetime, minutes: Minutes) -> None:
    with town.write() as connection:
        people.insert_session(connection, SECRET, "li", now=noon, until=noon + minutes(30))
    with town.read() as connection:
        found = people.find_account_by_session(connection, SECRET, now=noon + minutes(29))
        assert found == people.find_account(connection, "li")
        assert people.find_account_by_session(connection, SECRET, now=noon + minutes(30)) is None
        assert people.find_account_by_session(connection, "secret", now=noon) is None
        assert people.find_account_by_token(connection, SECRET, now=noon) is None
    with town.write() as connection:
        people.delete_session(connection, SECRET)
    with town.read() as connection:
        assert people.find_account_by_session(connection, SECRET, now=noon) is None


def test_a_new_session_sweeps_those_that_ended(town: Store, noon: datetime, minutes: Minutes) -> None:
    with town.write() as connection:
        people.insert_session(connection, "old", "li", now=noon, until=noon + minutes(30))
        people.insert_session(connection, "new", "li", now=noon + minutes(31), until=noon + minutes(61))
        assert connection.execute(select(sessions.c.digest)).scalars().all() == ["new"]


def test_a_token_signs_in_until_it_ends_or_forever(town: Store, noon: datetime, minutes: Minutes) -> None:
    forever = hashlib.sha256(b"forever").hexdigest()
    with town.write() as connection:
        people.insert_token(connection, SECRET, "wang", label="bank", now=noon, until=noon + minutes(1))
        people.insert_token(connection, forever, "li", label="", now=noon, until=None)
    with town.read() as connection:
        found = people.find_account_by_token(connection, SECRET, now=noon)
        assert found is not None
        assert (found.name, found.memberships) == ("wang", (("clerk", "jiaoyu"),))
        assert people.find_account_by_token(connection, SECRET, now=noon + minutes(1)) is None
        assert people.find_account_by_token(connection, forever, now=noon + timedelta(days=9999)) is not None
        assert people.find_account_by_session(connection, forever, now=noon) is None
        assert set(connection.execute(select(tokens.c.digest)).scalars()) == {SECRET, forever}


def test_failures_are_counted_by_account_and_by_address(store: Store, noon: datetime, minutes: Minutes) -> None:
    def count(since: float, account: str = "li", address: str = "10.0.0.1") -> tuple[int, int]:
        with store.read() as connection:
            return people.count_failures(connection, account=account, address=address, since=noon + minutes(since))

    with store.write() as connection:
        for minute, account, address in ((0, "li", "10.0.0.1"), (1, "li", "10.0.0.2"), (2, "ghost", "10.0.0.1")):
            people.record_failure(connection, account=account, address=address, at=noon + minutes(minute))
        people.record_failure(connection, account="x" * 500, address="y" * 500, at=noon)  # whatever somebody types
    assert count(-1) == (2, 2)
    assert count(0) == (1, 1)
    assert count(-1, account="nobody", address="::1") == (0, 0)
    with store.write() as connection:
        people.forget_failures(connection, account="li")
    assert count(-1) == (0, 1)
    with store.write() as connection:
        people.forget_old_failures(connection, before=noon + minutes(2))
    assert count(-1, account="ghost") == (1, 1)
