"""`chengxu scenario`: run, check and coverage, with sentences and exit codes that a script can use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.cli import main

SHIPPED = Path(__file__).parents[1] / "scenarios"
STEP = "{who: pj_unit_clerk.shuili, start: project_application, answers: {is_secret: true}, expect: {refused: {rule: %s}}}"


def scenario(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["scenario", *arguments])
    return int(str(ended.value.code or 0))


def test_a_scenario_that_passes_ends_with_zero_and_one_that_fails_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right, wrong = tmp_path / "right.yaml", tmp_path / "wrong.yaml"
    right.write_text(f"title: 对\nsteps:\n  - {STEP % 'R-PJ-40'}\n", "utf-8")
    wrong.write_text(f"title: 错\nsteps:\n  - {STEP % 'R-PJ-99'}\n", "utf-8")
    assert scenario("run", str(right)) == 0
    capsys.readouterr()
    assert scenario("run", str(right), str(wrong), "--json") == 1
    assert [report["passed"] for report in json.loads(capsys.readouterr().out)] == [True, False]


def test_a_file_with_faults_is_told_and_not_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "faulty.yaml"
    path.write_text("title: 坏\nsteps:\n  - {who: x, strat: y}\n", "utf-8")
    assert scenario("check", str(path)) == 1
    assert "faulty.yaml:3" in capsys.readouterr().out
    assert scenario("run", str(path)) == 1
    assert "faulty.yaml:3" in capsys.readouterr().err
    assert scenario("check", str(SHIPPED / "s01_application.yaml")) == 0


def test_over_http_tokens_are_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert scenario("run", str(SHIPPED / "s03_boundaries.yaml"), "--http", "http://127.0.0.1:1") == 1
    assert "--tokens" in capsys.readouterr().err


def test_coverage_says_which_flows_no_scenario_walks(capsys: pytest.CaptureFixture[str]) -> None:
    main(["scenario", "coverage", str(SHIPPED / "s03_boundaries.yaml"), "--json"])
    found = {one["process"]: one for one in json.loads(capsys.readouterr().out)}
    application = found["project_application"]
    assert application["by"]["check_application_to_sign_application"] == ["s03_boundaries.yaml"]
    assert "no_override_asked" in application["missing"]
    assert application["walked"] + len(application["missing"]) == application["flows"]


def test_coverage_tells_people_who_walks_how_much_and_strictly_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text(f"title: 涉密\nsteps:\n  - {STEP % 'R-PJ-40'}\n", "utf-8")
    assert scenario("coverage", str(path), str(SHIPPED / "s03_boundaries.yaml"), "--strict") == 1
    lines = capsys.readouterr().out.splitlines()
    application = lines.index(next(line for line in lines if line.startswith("✗ project_application ")))
    assert "s03_boundaries.yaml" in lines[application]
    assert "secret.yaml" not in lines[application]
    assert "no_override_asked" in lines[application + 1]
