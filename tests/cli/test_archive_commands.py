"""`chengxu archive run|list|restore`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from city import City, make_city
from click.testing import CliRunner, Result
from drawing import chain, end, start, user_task

from service import bootstrap
from service.cli.archive import archive
from service.clock import SHANGHAI, FrozenClock

CLERK, MONITOR, SYSADMIN = "pj_unit_clerk.jiaoyu", "monitor.zhongxin", "sysadmin.zhongxin"
LATER = FrozenClock(datetime(2028, 9, 1, 12, tzinfo=SHANGHAI))


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    """A city with two cases that ended more than two years before the commands are given."""
    clock = FrozenClock(datetime(2026, 8, 20, 12, tzinfo=SHANGHAI))
    made = make_city(f"sqlite:///{tmp_path}/city.db", tmp_path / "files", clock)
    made.deploy({"kept": start() + user_task("work") + end() + chain("begin", "work", "finished")})
    for _ in range(2):
        case = made.engine.start_case("kept", {}, by=CLERK).id
        made.engine.terminate_case(case, reason="项目取消", by=MONITOR)
    honest = bootstrap.make_engine
    monkeypatch.setattr(bootstrap, "make_engine", lambda *given, **more: honest(*given, **{**more, "clock": LATER}))
    return made


def say(city: City, *arguments: str) -> Result:
    return CliRunner().invoke(archive, [*arguments, "--database", city.store.url.render_as_string(hide_password=False)])


def listed(city: City, *arguments: str) -> list[dict[str, Any]]:
    result = say(city, *arguments, "--json", "--by", MONITOR)
    found: list[dict[str, Any]] = json.loads(result.output)
    return found


def test_what_is_due_is_tried_archived_listed_and_restored(city: City) -> None:
    due = listed(city, "run", "--dry-run")
    assert len(due) == 2
    assert listed(city, "run", "--dry-run", "--held") == []
    assert listed(city, "list") == []
    done = say(city, "run", "--reason", "年底统一归档", "--by", SYSADMIN)
    assert (done.exit_code, "已归档 2 个案件" in done.output) == (0, True)
    assert {one["id"] for one in listed(city, "list")} == {one["id"] for one in due}
    one, other = (str(each["id"]) for each in due)
    back = say(city, "restore", one, "--reason", "审计调阅", "--by", MONITOR)
    assert (back.exit_code, f"{one}: 已恢复 1 件" in back.output) == (0, True)
    assert [each["id"] for each in listed(city, "list")] == [other]
    again = say(city, "restore", one, "--reason", "审计调阅", "--by", MONITOR)
    assert (again.exit_code, "没有归档" in again.output) == (1, True)
    assert say(city, "restore", "--all", "--reason", "回到旧版本", "--by", MONITOR).exit_code == 0
    assert listed(city, "list") == []
    city.store.close()


def test_archiving_needs_a_reason_and_a_role(city: City) -> None:
    for arguments in (
        ("run", "--by", MONITOR),
        ("run", "--reason", "x", "--by", CLERK),
        ("run", "--dry-run", "--by", CLERK),
        ("list", "--by", CLERK),
        ("restore", "--reason", "x", "--by", MONITOR),
    ):
        assert say(city, *arguments).exit_code != 0
    assert listed(city, "list") == []
    city.store.close()
