"""A scenario that is wrong fails, and says what was expected and what was found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.scenario import Report, as_json, as_lines
from service.scenario.comparing import find_path, matches

HEAD = "title: 试\nuse: s01_application.yaml\ngiven:\n  clock: 2026-08-20T09:00+08:00\n  files: {建设方案.pdf: pdf}\nsteps:\n"
FILED = "  - who: pj_unit_clerk.jiaoyu\n    start: project_application\n    answers: application\n    expect:\n"

Played = Callable[[str], Report]

WRONG = {
    "status: completed": "running",
    "outcome: approved": "空",
    "cases: unchanged": "2",
    "open: [intake_check]": "sign_application",
    "open: {sign_application: 2}": "1",
    "findings: {rule: R-PJ-99}": "[]",
    "refused: {rule: R-PJ-38}": "已接受",
    "variables: {project_name: 别的}": "教育资源共享平台",
    "variables: {annual_investment.0.amount: 1}": "2000000.00",
    "tasks: {task: intake_check}": "sign_application",
    "tasks: {task: sign_application, for: pj_unit_lead.minzheng}": "不能办理",
    "tasks: {task: sign_application, not_for: pj_unit_lead.jiaoyu}": "可以办理",
    "tasks: {task: sign_application, due: 2026-08-27}": "空",
    "tasks: {task: sign_application, shows: {project_name: 别的}}": "教育资源共享平台",
    "register: {nothing_of_this: {version: 1}}": "没有",
    "history: {kind: timer.fired}": "case.started",
    "signed_by: [pj_unit_lead.jiaoyu]": "[]",
    "title: 别的": "教育资源共享平台",
}


@pytest.mark.parametrize(("expected", "got"), WRONG.items(), ids=WRONG)
def test_an_expectation_that_does_not_hold_is_told(expected: str, got: str, played: Played) -> None:
    report = played(f"{HEAD}{FILED}      {expected}\n")
    failed = [verdict for step in report.steps for verdict in step.verdicts if verdict.passed is False]
    assert not report.passed
    assert len(failed) == 1
    assert got in failed[0].got
    assert any("应为" in line for line in as_lines(report))


def test_after_an_unexpected_refusal_the_rest_is_not_run(played: Played) -> None:
    report = played(
        f"{HEAD}  - {{who: pj_unit_clerk.jiaoyu, start: project_application, answers: application, without: [security_design]}}\n"
        "  - {who: pj_unit_lead.jiaoyu, task: sign_application}\n"
    )
    first, second = as_json(report)["steps"]
    assert (first["state"], second["state"]) == ("failed", "not_run")
    assert "R-PJ-05" in first["fault"]


def test_another_refusal_than_the_expected_one_fails(played: Played) -> None:
    step = "{who: pj_unit_clerk.jiaoyu, start: project_application, answers: application, without: [security_design], "
    right = played(f"{HEAD}  - {step}expect: {{refused: {{rule: R-PJ-05, field: security_design}}}}}}\n")
    wrong = played(f"{HEAD}  - {step}expect: {{refused: {{rule: R-PJ-05, field: secure_products}}}}}}\n")
    assert (right.passed, wrong.passed) == (True, False)


def test_a_task_that_is_not_open_is_told_with_those_that_are(played: Played) -> None:
    report = played(f"{HEAD}{FILED}      status: running\n  - {{who: pj_center_intake.zhongxin, task: intake_check}}\n")
    assert "sign_application" in report.steps[1].fault


def test_who_may_not_do_a_task_is_refused(played: Played) -> None:
    step = "{who: pj_unit_clerk.jiaoyu, task: sign_application, answers: {decision: 同意}, sign: true, "
    report = played(f"{HEAD}{FILED}      status: running\n  - {step}expect: {{refused: {{kind: not-allowed}}}}}}\n")
    assert report.passed, list(as_lines(report))


def test_time_passes_through_every_due_date(played: Played) -> None:
    report = played(
        f"{HEAD}{FILED}      status: running\n"
        "  - {who: pj_unit_lead.jiaoyu, task: sign_application, answers: {decision: 同意}}\n"
        "  - {clock: 2026-08-27T23:59+08:00, expect: {open: [intake_check], findings: []}}\n"
        "  - clock: PT2M\n"
        "    expect: {history: {kind: timer.fired, element: intake_overdue}}\n"
    )
    assert report.passed, list(as_lines(report))


def test_time_does_not_go_back(played: Played) -> None:
    report = played(f"{HEAD}  - clock: 2026-08-19\n")
    assert "go back" in report.steps[0].fault


def test_two_cases_are_told_apart_by_name(played: Played) -> None:
    start = (
        "  - {who: pj_unit_clerk.jiaoyu, start: project_application, answers: application, case: %s, but: {project_name: %s}}\n"
    )
    report = played(
        HEAD + start % ("first", "第一个平台") + start % ("second", "第二个平台")
        + "  - {case: first, expect: {variables: {project_name: 第一个平台}}}\n"
        "  - {case: second, expect: {variables: {project_name: 第二个平台}}}\n"
    )  # fmt: skip
    assert report.passed, list(as_lines(report))
    assert not played(f"{HEAD}{FILED}      status: running\n  - {{case: nobody, expect: {{status: running}}}}\n").passed


def test_register_entries_are_given_with_the_types_of_their_register(played: Played) -> None:
    report = played(
        "title: 台账\ngiven:\n  clock: 2026-08-20T09:00+08:00\n  registers:\n    vehicle:\n"
        "      A1: {name: 车, bought_on: 2020-01-01}\n"
        "steps:\n  - expect: {register: {vehicle: {key: A1, version: 1, data: {bought_on: 2020-01-01}}}}\n"
        "  - expect: {register: {vehicle: {key: A2, absent: true}}}\n"
    )
    assert report.passed, list(as_lines(report))


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [
        ("600000.00", "600000", True), (600000, "600000.00", True), ("0.01", "0.02", False), (True, True, True),
        (True, 1, False), (None, None, True), (None, "", False), ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, None, False), ([1], [1, 2], False), ([1, 2], [1, 2], True), ("是", "是", True), ("NaN", "nan", False),
        (1, [1], False),
    ],
)  # fmt: skip
def test_amounts_are_compared_as_amounts_and_words_as_words(expected: object, found: object, same: bool) -> None:
    assert matches(expected, found) is same


def test_a_path_looks_into_lists_and_finds_nothing_where_there_is_nothing() -> None:
    values = {"rows": [{"amount": "5"}]}
    assert find_path(values, "rows.0.amount") == "5"
    assert find_path(values, "rows.1.amount") is None
    assert find_path(values, "rows.amount") is None
