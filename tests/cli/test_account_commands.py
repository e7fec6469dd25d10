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

from service.cli import chengxu
from service.clock import SHANGHAI, FrozenClock
from service.errors import NotAllowed
from service.store import Store, people

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


def test_who_is_no_administrator_is_refused(store: Store) -> None:
    assert isinstance(run(store, "account", "disable", CLERK, by=CLERK).exception, NotAllowed)
