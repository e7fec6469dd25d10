"""`chengxu trace`: a regulation article by article, a case line by line; and `chengxu check` on what is not traced."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from city import ROOT, make_city
from click.testing import CliRunner, Result
from drawing import chain, end, start, user_task

from service.cli import main
from service.cli.trace import trace
from service.clock import SHANGHAI, FrozenClock
from service.errors import NotFound

CLERK = "pj_unit_clerk.jiaoyu"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(trace, arguments)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Any]:
    """A database with one case of one completed step: (url, case id, its history)."""
    folder = tmp_path_factory.mktemp("trace")
    url = f"sqlite:///{folder}/city.db"
    city = make_city(url, folder / "files", FrozenClock(datetime(2026, 8, 20, 12, tzinfo=SHANGHAI)))
    steps = user_task("write_note", article="pj-2020#14") + user_task("file_note", article="pj-2020#9")
    city.deploy({"notes": start() + steps + end() + chain("begin", "write_note", "file_note", "finished")})
    id = city.engine.start_case("notes", {}, by=CLERK).id
    (task,) = city.tasks(id)
    city.engine.complete_task(task.id, {}, by=CLERK)
    history = city.history(id)
    city.store.close()
    return url, id, history


def test_a_regulation_is_traced_as_a_list_of_its_articles() -> None:
    found = json.loads(run("pj-2020", "--json").stdout)
    assert [row["article"] for row in found] == [f"pj-2020#{number}" for number in range(1, 38)]
    assert {tuple(row) for row in found} == {("article", "level", "elements", "rules", "deadlines", "forms", "tests")}
    eleventh = found[10]
    assert eleventh["level"] == "full"
    assert "project_application.check_application" in eleventh["elements"]
    assert "R-PJ-06" in eleventh["rules"]
    assert "s03_boundaries.yaml" in eleventh["tests"]


def test_people_read_a_table() -> None:
    lines = run("pj-2020").stdout.splitlines()
    assert lines[0].split() == ["article", "level", "elements", "rules", "deadlines", "forms", "tests"]
    assert len(lines) == 38


def test_a_case_is_traced_to_the_lines_of_its_history_with_their_hashes(case: tuple[str, str, Any]) -> None:
    url, id, history = case
    found = json.loads(run(id, "--json", "--database", url).stdout)
    by_seq = {link.seq: link for link in history}
    assert [row["article"] for row in found] == sorted((row["article"] for row in found), key=lambda one: int(one.split("#")[1]))
    assert {(row["article"], row["element"]) for row in found} == {("pj-2020#9", "file_note"), ("pj-2020#14", "write_note")}
    assert "task.completed" in {row["kind"] for row in found if row["element"] == "write_note"}
    assert all(row["hash"] == by_seq[row["seq"]].hash.hex() and row["case"] == id for row in found)


def test_a_case_goes_by_its_business_key_as_well(case: tuple[str, str, Any]) -> None:
    url, id, _ = case
    import sqlite3

    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        (key,) = connection.execute("SELECT business_key FROM cases WHERE id = ?", (id,)).fetchone()
    connection.close()
    assert run(key, "--json", "--database", url).stdout == run(id, "--json", "--database", url).stdout


def test_what_is_neither_is_not_found(case: tuple[str, str, Any]) -> None:
    assert isinstance(run("PJ-1999-0001", "--database", case[0]).exception, NotFound)


def test_check_fails_on_a_folder_whose_binding_article_nothing_cites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("processes", "forms", "handlers"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for path in (tmp_path / "processes").rglob("*.bpmn"):
        text = path.read_text("utf-8")
        if 'value="pj-2020#3"' in text:
            path.write_text(text.replace('value="pj-2020#3"', 'value="pj-2020#2"'), "utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path), "--json"])
    assert ended.value.code == 1
    found = json.loads(capsys.readouterr().out)
    assert [one["element"] for one in found if one["rule"] == "uncited-article"] == ["pj-2020#3"]
