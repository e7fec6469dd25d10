"""Who is told of progress reports that were missed (R-PJ-20, D-PJ-05b)."""

from __future__ import annotations

from pathlib import Path

from service.scenario import Ground, as_lines, play, read

S09 = Path(__file__).parent / "s09_change.yaml"
READER = "monitor.zhongxin"


def test_the_head_of_the_unit_is_told_of_every_missed_report_and_that_of_the_centre_from_the_second_on(ground: Ground) -> None:
    scenario = read(S09)
    with ground.driver(scenario) as driver:
        report = play(scenario, driver)
        assert report.passed, "\n".join(as_lines(report))
        case = driver.find_case("construction", "PJ-2026-0001", by=READER)
        assert case is not None
        lines = driver.list_history(case, by=READER)
    overdue = [
        line.payload["escalated_to"] for line in lines if line.kind == "deadline.overdue" and line.element == "report_progress"
    ]
    told = [line.payload["zh"] for line in lines if line.kind == "notice.given" and line.payload.get("deadline") == "D-PJ-05b"]
    assert overdue == [["pj_unit_lead"], ["pj_unit_lead"]]
    assert told == ["项目进展报送逾期：2026-04（累计第 2 次）"]
