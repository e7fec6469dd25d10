"""`chengxu stuck` lists what stands still, for people and for programs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from city import make_city
from click.testing import CliRunner, Result
from drawing import chain, end, start, user_task

from service.cli.stuck import stuck
from service.clock import SHANGHAI, FrozenClock

CLERK = "pj_unit_clerk.jiaoyu"
LONG_AGO = datetime(2026, 8, 20, 12, tzinfo=SHANGHAI)


def listed(url: str, *more: str) -> Result:
    return CliRunner().invoke(stuck, ["--database", url, *more])


@pytest.fixture
def lying(tmp_path: Path) -> tuple[str, str]:
    """A database with a task that nobody took for months: (url, case)."""
    url = f"sqlite:///{tmp_path}/city.db"
    city = make_city(url, tmp_path / "files", FrozenClock(LONG_AGO))
    city.deploy({"notes": start() + user_task("write_note") + end() + chain("begin", "write_note", "finished")})
    case = city.engine.start_case("notes", {}, by=CLERK).id
    city.store.close()
    return url, case


def test_programs_read_cause_sentence_age_case_people_and_action(lying: tuple[str, str]) -> None:
    url, case = lying
    done = listed(url, "--json")
    assert done.exit_code == 0
    (one,) = json.loads(done.output)
    assert (one["cause"], one["case"], one["action"]) == ("untaken", case, "reassign_task")
    assert "2 个工作日无人领取" in one["sentence"]
    assert datetime.fromisoformat(one["since"]) - LONG_AGO < timedelta(minutes=1)
    assert {"王敏", "赵一鸣"} <= set(one["who"])


def test_people_read_sentences(lying: tuple[str, str]) -> None:
    url, _ = lying
    told = listed(url).output
    assert "2 个工作日无人领取" in told
    assert "改派给具体人员" in told
    assert "1 项。" in told
    assert "没有停住的案件" in listed(url, "--cause", "parked").output
    assert listed(url, "--cause", "nonsense").exit_code == 2
