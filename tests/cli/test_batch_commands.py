"""`chengxu job list|retry` and `chengxu batch list|show`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from city import City, make_city
from click.testing import CliRunner
from drawing import chain, end, service_task, start, user_task

from service.cli.batches import batch, job
from service.clock import SHANGHAI, FrozenClock
from service.sdk import HANDLERS, Registered

CLERK, MONITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin"


def fail(_: Any) -> None:
    raise OSError("the bank does not answer")


@pytest.fixture
def parked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    """A city in whose database a job has parked."""
    monkeypatch.setitem(HANDLERS, "call_bank", Registered(name="call_bank", run=fail, inline=False, source=__file__))
    clock = FrozenClock(datetime(2026, 8, 20, 12, tzinfo=SHANGHAI))
    city = make_city(f"sqlite:///{tmp_path}/city.db", tmp_path / "files", clock)
    body = start() + service_task("call_bank", retries=1) + user_task("look") + end()
    city.deploy({"banking": body + chain("begin", "call_bank", "look", "finished")})
    city.engine.start_case("banking", {}, by=CLERK)
    city.worker.drain()
    return city


def test_incidents_are_listed_retried_and_followed(parked: City) -> None:
    where = ["--database", parked.store.url.render_as_string(hide_password=False)]
    (listed,) = json.loads(CliRunner().invoke(job, ["list", "--type", "call_bank", "--json", *where]).output)
    assert "the bank does not answer" in listed["error"]

    asked = CliRunner().invoke(job, ["retry", "--type", "call_bank", "--reason", "银行已恢复", "--by", MONITOR, *where])
    assert asked.exit_code == 0
    number = asked.output.strip()
    (row,) = json.loads(CliRunner().invoke(batch, ["list", "--json", *where]).output)
    assert (row["id"], row["kind"], row["total"]) == (number, "retry_job", 1)
    (item,) = json.loads(CliRunner().invoke(batch, ["show", number, "--by", MONITOR, "--json", *where]).output)
    assert (item["subject"], item["state"]) == (listed["id"], "todo")
    parked.store.close()


def test_a_retry_names_what_it_is_about(parked: City) -> None:
    where = ["--database", parked.store.url.render_as_string(hide_password=False)]
    refused = CliRunner().invoke(job, ["retry", "--reason", "x", "--by", MONITOR, *where])
    assert (refused.exit_code, "--type" in refused.output) == (2, True)
    parked.store.close()
