"""Somebody's own procedure runs from a folder of theirs: checked, deployed, worked on, all from the terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from city import BPMN
from drawing import chain, end, form, service_task, start, text_field, user_task

from service.cli import main

CLERK = "pj_unit_clerk.jiaoyu"
BODY = (
    start() + user_task("ask", form="holiday.ask") + service_task("count_days") + user_task("grant", form="holiday.grant") + end()
)
HANDLER = """
import os, pathlib
from service.sdk import Context, handler

pathlib.Path(os.environ["LOADED"]).write_text("loaded") if "LOADED" in os.environ else None

@handler("count_days")
def count_days(context: Context) -> dict[str, object]:
    return {"days": len(context["reason"])}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A procedure with two tasks and a handler that is not inline."""
    root = tmp_path / "mine"
    for name in ("processes", "forms/holiday", "handlers"):
        (root / name).mkdir(parents=True)
    xml = f'{BPMN}<bpmn:process id="holiday" name="休假" isExecutable="true">{BODY}'
    xml += chain("begin", "ask", "count_days", "grant", "finished") + "</bpmn:process></bpmn:definitions>"
    (root / "processes/holiday.bpmn").write_text(xml, "utf-8")
    (root / "forms/holiday/ask.form").write_bytes(form("holiday.ask", text_field("reason", required=True)))
    (root / "forms/holiday/grant.form").write_bytes(form("holiday.grant"))
    (root / "handlers/holiday.py").write_text(HANDLER, "utf-8")
    return root


def chengxu(database: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a program of its own, as a person does."""
    return subprocess.run(
        [sys.executable, "-c", "from service.cli import main; main()", *arguments],
        capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "CHENGXU_DATABASE": f"sqlite:///{database}", "CHENGXU_DEMO_PASSWORD": "demo-password", **environment},
    )  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "own.db"
    assert chengxu(path, "db", "upgrade").returncode == 0
    from service import bootstrap
    from service.settings import Settings

    settings = Settings.from_environment({"CHENGXU_DATABASE": f"sqlite:///{path}", "CHENGXU_DEMO_PASSWORD": "demo-password"})
    store = bootstrap.make_store(settings)
    bootstrap.seed_demo(bootstrap.make_engine(settings, store), settings)
    store.close()
    return path


def test_a_folder_is_deployed_and_worked_through_from_the_terminal(folder: Path, database: Path) -> None:
    handlers = str(folder / "handlers")
    deployed = chengxu(database, "deploy", str(folder), "--json")
    assert deployed.returncode == 0, deployed.stderr
    assert json.loads(deployed.stdout)["processes"] == [{"process": "holiday", "version": 1, "new": True}]
    assert f"CHENGXU_HANDLERS={handlers}" in deployed.stderr

    begun = chengxu(database, "case", "start", "holiday", "--by", CLERK, "--json", CHENGXU_HANDLERS=handlers)
    case = json.loads(begun.stdout)["id"]
    for element, answers in (("ask", '{"reason": "探亲"}'), ("grant", "{}")):
        (task,) = json.loads(chengxu(database, "task", "list", "--by", CLERK, "--json").stdout)
        assert task["element"] == element
        done = chengxu(database, "task", "complete", task["id"], "--by", CLERK, "--answers", answers, CHENGXU_HANDLERS=handlers)
        assert done.returncode == 0, done.stderr
    shown = json.loads(chengxu(database, "case", "show", case, "--by", CLERK, "--json").stdout)
    assert (shown["status"], shown["outcome"], shown["variables"]["days"]) == ("completed", "finished", 2)


def test_handlers_of_a_folder_that_is_not_named_are_never_run(folder: Path, database: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    chengxu(database, "deploy", str(folder), LOADED=str(trace))
    chengxu(database, "check", str(folder), LOADED=str(trace))
    chengxu(database, "case", "start", "holiday", "--by", CLERK, LOADED=str(trace))
    assert not trace.exists()


def test_a_wrong_entry_is_told_at_its_field(folder: Path, database: Path) -> None:
    handlers = str(folder / "handlers")
    chengxu(database, "deploy", str(folder))
    chengxu(database, "case", "start", "holiday", "--by", CLERK, CHENGXU_HANDLERS=handlers)
    (task,) = json.loads(chengxu(database, "task", "list", "--by", CLERK, "--json").stdout)
    refused = chengxu(database, "task", "complete", task["id"], "--by", CLERK, CHENGXU_HANDLERS=handlers)
    assert refused.returncode == 1
    assert "reason" in refused.stderr
    assert "[required]" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda xml: xml.replace("?>", "?><!DOCTYPE x [<!ENTITY e 'x'>]>", 1), "no-doctype"),
        (lambda xml: xml.replace("bpmn:serviceTask", "bpmn:complexGateway"), "unknown-element"),
        (lambda xml: xml.replace("holiday.ask", "holiday.nothing"), "missing-form"),
        (lambda xml: xml.replace('id="grant"', 'id="ask"'), "duplicate-id"),
        (lambda xml: xml.replace('candidateGroups="pj_unit_clerk@jiaoyu"', 'candidateGroups="=a +"', 1), "feel-syntax"),
        (lambda xml: xml.replace('candidateGroups="pj_unit_clerk@jiaoyu"', 'candidateGroups="nobody"', 1), "lane-nobody"),
    ],
)
def test_a_faulty_diagram_is_refused_in_a_designers_words(
    folder: Path, spoil: object, rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "processes/holiday.bpmn"
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")  # type: ignore[operator]
    with pytest.raises(SystemExit) as ended:
        main(["check", str(folder)])
    assert ended.value.code == 1
    assert f"[{rule}]" in capsys.readouterr().out
