"""`chengxu law` on a database of its own: look up, and put official texts beside the summaries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service import bootstrap
from service.cli.law import law
from service.errors import Invalid, NotFound
from service.settings import Settings


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('law') / 'law.db'}"
    engine, _ = bootstrap.prepare(Settings.from_environment({"CHENGXU_DATABASE": url}))
    engine.machine.store.close()
    return url


def run(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(law, [*arguments, "--database", database])


def test_the_list_holds_each_kind_and_can_be_narrowed(database: str) -> None:
    rows = json.loads(run(database, "list", "--json").stdout)
    assert {row["kind"] for row in rows} == {"regulation", "article", "fragment", "period", "parameter", "role"}
    narrow = json.loads(run(database, "list", "--regulation", "js-138", "--kind", "article", "--json").stdout)
    assert len(narrow) == 49


def test_a_period_is_shown_with_its_reminders_and_marked_as_practice(database: str) -> None:
    (shown,) = json.loads(run(database, "show", "D-PJ-18b", "--json").stdout)["versions"]
    assert (shown["value"], shown["unit"], shown["practice"]) == ("P20D", "working", True)
    assert shown["reminders"] == ["T-10", "T-3", "T-1"]
    assert "escalates_to: pj_center_lead" in run(database, "show", "D-PJ-18b").stdout


def test_a_parameter_is_shown_with_its_day(database: str) -> None:
    shown = run(database, "show", "similarity_threshold").stdout
    assert "value: 0.6" in shown
    assert "from: 2020-06-24" in shown


def test_what_is_not_there_is_said(database: str) -> None:
    assert isinstance(run(database, "show", "pj-2020#99").exception, NotFound)


def test_an_official_text_stands_beside_the_summary_and_is_imported_once(database: str, tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text('"pj-2020#14": 官方文本（测试）\n"js-138#order": 公布令（测试）\n', "utf-8")
    assert json.loads(run(database, "import", str(file), "--json").stdout)["stored"] == ["pj-2020#14", "js-138#order"]
    assert json.loads(run(database, "import", str(file), "--json").stdout)["stored"] == []
    shown = json.loads(run(database, "show", "pj-2020#14", "--json").stdout)
    assert shown["official_text"] == "官方文本（测试）"
    assert shown["versions"][0]["zh"].startswith("从布局")
    file.write_text('"pj-2020#14": 修订后的文本（测试）\n', "utf-8")
    run(database, "import", str(file))
    assert "official_text: 修订后的文本（测试）" in run(database, "show", "pj-2020#14").stdout


@pytest.mark.parametrize("source", ['"pj-2020#99": 文本', '"pj-2020#13": " "', "- pj-2020#14", "{", '"pj-2020#13": 7', ""])
def test_a_file_with_a_fault_is_refused_and_nothing_of_it_is_stored(source: str, database: str, tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text(source, "utf-8")
    assert isinstance(run(database, "import", str(file)).exception, Invalid)


def test_one_unknown_id_keeps_the_others_out_too(database: str, tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text('"pj-2020#12": 文本\n"pj-2020#99": 文本\n', "utf-8")
    refused = run(database, "import", str(file)).exception
    assert isinstance(refused, Invalid)
    assert "pj-2020#99" in refused.message
    assert json.loads(run(database, "show", "pj-2020#12", "--json").stdout)["official_text"] is None
