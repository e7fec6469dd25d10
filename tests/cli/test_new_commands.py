"""`chengxu new` writes files that pass the check and their own scenario, and overwrites nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.cli import main
from service.engine.bundle import read_bundle
from service.engine.lint import Known, check
from service.engine.lint.rules.unknown_variable import ID as UNKNOWN_VARIABLE
from service.scenario import Ground, as_lines, play, read
from service.scenario.coverage import cover


def new(*arguments: str, folder: Path) -> int:
    """Run `chengxu new …` on a folder; returns the exit code."""
    try:
        main(["new", *arguments, "--folder", str(folder)])
    except SystemExit as ended:
        return int(str(ended.code or 0))
    return 0


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["check", str(folder), "--json"])
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("regulation", [[], ["--regulation", "pj-2020"], ["--regulation", "panjin"]], ids=str)
def test_a_new_process_passes_the_check_without_a_warning(
    regulation: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new("process", "site_visit", "--title", "现场踏勘", *regulation, folder=tmp_path) == 0
    where = "panjin" if regulation else "shared"
    assert set(files_of(tmp_path)) == {
        f"processes/{where}/site_visit.bpmn", f"forms/{where}/site_visit/site_visit_filed.form",
        f"forms/{where}/site_visit/review_site_visit.form", "tests/scenarios/site_visit.yaml",
    }  # fmt: skip
    assert check_folder(tmp_path, capsys) == []


def test_the_scenarios_of_new_files_pass_and_walk_every_flow(tmp_path: Path) -> None:
    assert new("process", "site_visit", "--title", "现场踏勘", folder=tmp_path) == 0
    assert new("handler", "check_test_amount", folder=tmp_path) == 0
    assert new("register", "vehicle", "--title", "车辆台账", folder=tmp_path) == 0
    (tmp_path / "forms/shared/site_visit/review_site_visit.form").unlink()
    assert new("form", "site_visit.review_site_visit", folder=tmp_path) == 0
    walked = {}
    paths = sorted((tmp_path / "tests/scenarios").glob("*.yaml"))
    assert len(paths) == 4
    with Ground([tmp_path]) as ground:
        for path in paths:
            scenario = read(path)
            with ground.driver(scenario) as driver:
                report = play(scenario, driver)
                assert report.passed, list(as_lines(report))
                walked[path.name] = driver.list_walked(by=scenario.reader)
    (coverage,) = cover(read_bundle(tmp_path), walked)
    assert coverage.missing == ()
    assert [problem for problem in check(read_bundle(tmp_path), Known()) if problem.rule == UNKNOWN_VARIABLE] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("process", "site_visit"), ("handler", "check_test_amount"), ("register", "vehicle"),
        ("form", "site_visit.site_visit_filed"),
    ],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_nothing_is_overwritten(arguments: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new("process", "site_visit", folder=tmp_path) == 0
    new(*arguments, folder=tmp_path)
    before = files_of(tmp_path)
    capsys.readouterr()
    assert new(*arguments, folder=tmp_path) == 1
    assert "没有改动" in capsys.readouterr().err
    assert files_of(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("process", "SiteVisit"), "site_visit"),
        (("process", "../escape"), "site_visit"),
        (("process", "project_application"), "已存在"),
        (("handler", "check_scope"), "已存在"),
        (("process", "site_visit", "--regulation", "nowhere"), "pj-2020"),
        (("process", "site_visit", "--role", "nobody"), "nobody"),
        (("form", "site_visit"), "流程.环节"),
        (("form", "no_such_process.begun"), "no_such_process"),
    ],
    ids=str,
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(
    arguments: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "processes").mkdir()
    assert new(*arguments, folder=tmp_path) == 1
    assert said in capsys.readouterr().err
    assert files_of(tmp_path) == {}


def test_a_form_needs_an_element_that_shows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new("process", "site_visit", folder=tmp_path) == 0
    assert new("form", "site_visit.site_visit_granted", folder=tmp_path) == 1  # an end event has no form
    assert "先在图上画出" in capsys.readouterr().err
