"""`chengxu alert` lists the rules with what each meets now, and sends a test."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from city import make_city
from click.testing import CliRunner, Result

from service.cli.alerts import alert
from service.clock import SHANGHAI, FrozenClock
from service.engine import alerting
from service.engine.alerting import Draft
from service.errors import NotAllowed

CLERK, MONITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin"


def ran(url: str, *words: str) -> Result:
    return CliRunner().invoke(alert, [*words, "--database", url])


@pytest.fixture
def ruled(tmp_path: Path) -> tuple[str, str]:
    """A database with one rule: (url, rule)."""
    url = f"sqlite:///{tmp_path}/city.db"
    city = make_city(url, tmp_path / "files", FrozenClock(datetime(2026, 8, 20, 12, tzinfo=SHANGHAI)))
    city.engine.change_notifications(email="monitor@example.org", ways={}, english=False, by=MONITOR)
    draft = Draft(name="步骤失败", cause="parked", least=3, recipients=(("mail", MONITOR),))
    rule = alerting.make_rule(city.engine.machine, draft, reason="值班要求", by=MONITOR)
    city.store.close()
    return url, rule


def test_rules_are_listed_for_people_and_for_programs(ruled: tuple[str, str]) -> None:
    url, rule = ruled
    told = ran(url, "list").output
    assert f"{rule}  步骤失败  正常" in told
    assert "自动步骤失败：现在 0 件，达到 3 件告警" in told
    (one,) = json.loads(ran(url, "list", "--json").output)
    assert (one["id"], one["cause"], one["least"], one["number"], one["raised_at"]) == (rule, "parked", 3, 0, None)


def test_a_test_is_queued_by_who_may(ruled: tuple[str, str]) -> None:
    url, rule = ruled
    assert "1 条测试消息已排队" in ran(url, "test", rule, "--by", MONITOR).output
    assert isinstance(ran(url, "test", rule, "--by", CLERK).exception, NotAllowed)
