"""`chengxu account grant|revoke|disable|enable` and `chengxu unit`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from city import make_city
from click.testing import CliRunner, Result
from sqlalchemy import select

from service.cli import chengxu
from service.clock import SHANGHAI, FrozenClock
from service.errors import InvalidAnswers, NotAllowed
from service.store import Store, people
from service.store.tables import accounts

CLERK, SYSADMIN = "pj_unit_clerk.jiaoyu", "sysadmin.zhongxin"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    city = make_city(f"sqlite:///{tmp_path}/city.db", tmp_path / "files", FrozenClock(datetime(2026, 8, 20, 12, tzinfo=SHANGHAI)))
    yield city.store
    city.store.close()


def run(store: Store, *words: str, by: str | None = SYSADMIN) -> Result:
    act = ["--reason", "调整", "--by", by] if by else []
    return CliRunner().invoke(chengxu, [*words, *act, "--database", store.url.render_as_string(hide_password=False)])


def units(store: Store) -> dict[str, dict[str, Any]]:
    listed = run(store, "unit", "list", "--json", by=None)
    assert listed.exit_code == 0, repr(listed.exception)
    return {row["id"]: row for row in json.loads(listed.stdout)}


def test_roles_are_granted_and_revoked_in_a_unit_that_was_created(store: Store) -> None:
    assert run(store, "unit", "create", "dangan", "--name", "市档案局").exit_code == 0
    assert run(store, "account", "grant", CLERK, "--role", "pj_unit_clerk", "--unit", "dangan").exit_code == 0
    listed = units(store)
    assert (listed["dangan"]["name"], listed["dangan"]["members"]) == ("市档案局", 1)
    assert run(store, "account", "revoke", CLERK, "--role", "pj_unit_clerk", "--unit", "dangan").exit_code == 0
    assert run(store, "unit", "close", "dangan").exit_code == 0
    listed = units(store)
    assert (listed["dangan"]["members"], bool(listed["dangan"]["closed_on"])) == (0, True)


def test_an_account_is_disabled_and_enabled(store: Store) -> None:
    for verb, active in (("disable", False), ("enable", True)):
        assert run(store, "account", verb, CLERK).exit_code == 0
        with store.read() as connection:
            row = people.find_account(connection, CLERK)
        assert row is not None
        assert row.active is active


def test_leave_is_noted_listed_and_struck(store: Store) -> None:
    made = run(store, "account", "leave", "add", CLERK, "--from", "2030-05-06", "--until", "2030-05-10")
    assert (made.exit_code, "2030-05-06 至 2030-05-10" in made.stderr) == (0, True)
    (row,) = json.loads(run(store, "account", "leave", "list", CLERK, "--json", by=None).stdout)
    assert (row["id"], row["until"], row["reason"]) == (made.stdout.strip(), "2030-05-10", "调整")
    wrong = run(store, "account", "leave", "add", CLERK, "--from", "2030-05-06", "--until", "2030-05-01")
    assert isinstance(wrong.exception, InvalidAnswers)
    assert run(store, "account", "leave", "strike", row["id"]).exit_code == 0
    assert json.loads(run(store, "account", "leave", "list", CLERK, "--json", by=None).stdout) == []


def test_a_password_is_made_up_and_printed_once(store: Store) -> None:
    with store.read() as connection:
        before = connection.execute(select(accounts.c.password).where(accounts.c.name == CLERK)).scalar()
    done = run(store, "account", "reset-password", CLERK)
    assert (done.exit_code, len(done.stdout.strip()) > 10) == (0, True)
    with store.read() as connection:
        after = connection.execute(select(accounts.c.password).where(accounts.c.name == CLERK)).scalar()
    assert after is not None
    assert after not in (before, done.stdout.strip())


def test_what_somebody_sees_is_told(store: Store) -> None:
    words = ["account", "sees", CLERK, "--by", SYSADMIN, "--database", store.url.render_as_string(hide_password=False)]
    told = json.loads(CliRunner().invoke(chengxu, [*words, "--json"]).stdout)
    assert (told["account"], told["active"], told["roles"]) == (CLERK, True, [{"role": "pj_unit_clerk", "unit": "jiaoyu"}])
    said = CliRunner().invoke(chengxu, words).stdout
    assert "角色 需求单位经办人 pj_unit_clerk@jiaoyu" in said
    refused = CliRunner().invoke(chengxu, [*words[:3], "--by", CLERK, *words[5:]])
    assert isinstance(refused.exception, NotAllowed)


def test_who_is_no_administrator_is_refused(store: Store) -> None:
    assert isinstance(run(store, "account", "disable", CLERK, by=CLERK).exception, NotAllowed)
