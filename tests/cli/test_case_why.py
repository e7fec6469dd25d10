"""`chengxu case why`: why a case waits, told on the command line."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from city import make_city
from click.testing import CliRunner, Result
from drawing import chain, end, start, user_task

from service.cli.cases import case
from service.clock import SHANGHAI, FrozenClock
from service.errors import NotFound

CLERK = "pj_unit_clerk.jiaoyu"


def why(url: str, id: str, *more: str, by: str = CLERK) -> Result:
    return CliRunner().invoke(case, ["why", id, "--by", by, "--database", url, *more])


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """A database with an open and an ended case: (url, id of the open one, id of the ended one)."""
    folder = tmp_path_factory.mktemp("why")
    url = f"sqlite:///{folder}/city.db"
    city = make_city(url, folder / "files", FrozenClock(datetime(2026, 8, 20, 12, tzinfo=SHANGHAI)))
    city.deploy({"notes": start() + user_task("write_note") + end() + chain("begin", "write_note", "finished")})
    open_case, ended = (city.engine.start_case("notes", {}, by=CLERK).id for _ in range(2))
    city.engine.complete_task(city.tasks(ended)[0].id, {}, by=CLERK)
    city.store.close()
    return url, open_case, ended


def test_it_says_so_in_either_language(waiting: tuple[str, str, str]) -> None:
    url, open_case, _ = waiting
    assert why(url, open_case).output == "“write_note”等待需求单位经办人（市教育局）办理，王敏、赵一鸣可以办理。\n"
    assert why(url, open_case, "--english").output.startswith("“write_note” is offered to")


def test_json_names_cause_and_who_can_solve_it(waiting: tuple[str, str, str]) -> None:
    url, open_case, _ = waiting
    (one,) = json.loads(why(url, open_case, "--json").output)
    assert (one["cause"], one["solver"], one["who"]) == ("offered", "people", [CLERK, f"{CLERK}.2"])


def test_an_ended_case_waits_for_nothing(waiting: tuple[str, str, str]) -> None:
    url, _, ended = waiting
    assert why(url, ended).output == "案件已结束，不再等待。\n"
    assert json.loads(why(url, ended, "--json").output) == []


def test_who_may_not_read_the_case_learns_nothing(waiting: tuple[str, str, str]) -> None:
    url, open_case, _ = waiting
    assert isinstance(why(url, open_case, by="pj_unit_clerk.shuili").exception, NotFound)
