"""`chengxu law parameter set` on a database of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service import bootstrap
from service.cli.law import law
from service.errors import Invalid, InvalidAnswers, NotAllowed
from service.settings import Settings


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('parameters') / 'law.db'}"
    settings = Settings.from_environment({"CHENGXU_DATABASE": url, "CHENGXU_DEMO": "1", "CHENGXU_DEMO_PASSWORD": "demo-password"})
    engine, _ = bootstrap.prepare(settings)
    bootstrap.seed_demo(engine, settings)
    engine.machine.store.close()
    return url


def run(database: str, name: str, value: str, *more: str, by: str = "sysadmin.zhongxin") -> Result:
    given = ["parameter", "set", name, value, "--by", by, "--reason", "年度调整", *more, "--database", database]
    return CliRunner().invoke(law, given)


def test_a_parameter_is_set_from_a_day_on_and_shown_with_its_versions(database: str) -> None:
    done = run(database, "splitting_window_months", "24", "--from", "2099-01-01", "--json")
    assert json.loads(done.stdout) == {
        "name": "splitting_window_months", "value": 24, "from": "2099-01-01", "applies_to_open_cases": False,
    }  # fmt: skip
    shown = CliRunner().invoke(law, ["show", "splitting_window_months", "--json", "--database", database])
    assert [(one["value"], one["from"]) for one in json.loads(shown.stdout)["versions"]] == [
        (12, "2020-06-24"), (24, "2099-01-01"),
    ]  # fmt: skip


def test_who_is_no_system_administrator_is_refused(database: str) -> None:
    assert isinstance(run(database, "splitting_window_months", "24", by="monitor.zhongxin").exception, NotAllowed)
    assert isinstance(run(database, "splitting_window_months", "24", by="nobody").exception, NotAllowed)


def test_a_figure_of_the_law_and_a_wrong_value_or_day_are_refused(database: str) -> None:
    assert isinstance(run(database, "service_life_min_years", "4").exception, NotAllowed)
    assert isinstance(run(database, "splitting_window_months", "many").exception, InvalidAnswers)
    assert isinstance(run(database, "splitting_window_months", "24", "--from", "2020-01-01").exception, InvalidAnswers)
    assert isinstance(run(database, "splitting_window_months", "24", "--from", "tomorrow").exception, Invalid)


def test_the_database_says_the_same_afterwards(database: str, tmp_path: Path) -> None:
    run(database, "similarity_threshold", "0.7", "--open-cases")
    shown = CliRunner().invoke(law, ["show", "similarity_threshold", "--json", "--database", database])
    last = json.loads(shown.stdout)["versions"][-1]
    assert (last["value"], last["applies_to_open_cases"], last["practice"]) == ("0.7", True, True)
