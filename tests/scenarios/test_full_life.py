"""A project from its annual plan to the end of free maintenance: every reminder and escalation comes on its day, and no other."""

from __future__ import annotations

from pathlib import Path

from service.scenario import Ground, as_lines, play, read

FILE = Path(__file__).with_name("full_life.yaml")
KEY = "PJ-2026-0001"
PEOPLE = (
    "pj_center_intake.zhongxin", "pj_center_review.zhongxin", "pj_trade.jiaoyi", "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu",
    "pj_center_lead.zhongxin", "pj_center_super.zhongxin", "pj_contractor.chengjiana", "pj_supervisor.jianli",
    "pj_contractor.chengjianb", "pj_unit_clerk.minzheng", "pj_fin_budget.caizheng", "pj_center_accept.zhongxin",
)  # fmt: skip
#: What is told of the project: day and hour, what kind of notice, of which deadline, to whom.
TOLD = """
2026-08-24 09:00 reminded D-PJ-18a pj_center_intake.zhongxin
2026-09-10 09:00 reminded D-PJ-18b pj_center_review.zhongxin
2026-09-17 09:00 reminded D-PJ-18b pj_center_review.zhongxin
2026-09-18 09:00 reminded D-PJ-18b pj_center_review.zhongxin
2026-12-28 09:00 reminded D-PJ-19a pj_trade.jiaoyi
2027-01-04 09:00 reminded D-PJ-19a pj_trade.jiaoyi
2027-01-06 09:00 reminded D-PJ-19a pj_trade.jiaoyi
2027-01-07 09:00 due D-PJ-19a pj_trade.jiaoyi
2027-04-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2027-06-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2027-07-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2027-07-06 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2027-07-07 09:00 due D-PJ-05b pj_unit_clerk.jiaoyu
2027-07-08 00:00 escalated D-PJ-05b pj_unit_lead.jiaoyu
2027-07-08 00:00 overdue D-PJ-05b pj_unit_clerk.jiaoyu
2027-08-03 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2027-08-05 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2027-08-06 09:00 due D-PJ-05b pj_unit_clerk.jiaoyu
2027-08-07 00:00 escalated D-PJ-05b pj_center_lead.zhongxin
2027-08-07 00:00 escalated D-PJ-05b pj_unit_lead.jiaoyu
2027-08-07 00:00 overdue D-PJ-05b pj_unit_clerk.jiaoyu
2027-09-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2027-11-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2027-12-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2028-02-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2028-03-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2028-05-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2028-06-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2028-08-02 09:00 reminded D-PJ-05b pj_unit_clerk.jiaoyu
2028-09-01 09:00 reminded D-PJ-03 pj_contractor.chengjiana
2029-08-31 09:00 reminded D-PJ-12 pj_unit_clerk.jiaoyu
2030-08-23 09:00 reminded D-PJ-12 pj_unit_clerk.jiaoyu
2030-08-30 09:00 reminded D-PJ-12 pj_unit_clerk.jiaoyu
2030-09-02 09:00 reminded D-PJ-12 pj_unit_clerk.jiaoyu
2030-09-03 09:00 due D-PJ-12 pj_unit_clerk.jiaoyu
2030-09-04 00:00 escalated D-PJ-12 pj_center_super.zhongxin
2030-09-04 00:00 overdue D-PJ-12 pj_unit_clerk.jiaoyu
2031-01-08 09:00 reminded D-PJ-07 pj_contractor.chengjiana
2031-07-08 09:00 reminded D-PJ-07 pj_contractor.chengjiana
2031-11-10 09:00 reminded D-PJ-13 pj_unit_clerk.jiaoyu
2031-11-17 09:00 reminded D-PJ-13 pj_unit_clerk.jiaoyu
2031-11-19 09:00 reminded D-PJ-13 pj_unit_clerk.jiaoyu
2031-11-20 09:00 due D-PJ-13 pj_unit_clerk.jiaoyu
2031-12-08 09:00 reminded D-PJ-07 pj_contractor.chengjiana
2032-01-08 09:00 due D-PJ-07 pj_contractor.chengjiana
2032-01-08 09:00 escalated D-PJ-07 pj_center_super.zhongxin
"""


def test_everybody_is_told_of_every_deadline_on_its_day_from_2026_to_2032(ground: Ground) -> None:
    scenario = read(FILE)
    with ground.driver(scenario) as driver:
        report = play(scenario, driver)
        assert report.passed, "\n".join(as_lines(report))
        told = sorted(
            f"{one.at:%Y-%m-%d %H:%M} {one.kind} {one.deadline} {account}"
            for account in PEOPLE
            for one in driver.list_notices(by=account)
            if one.business_key == KEY
        )
    assert told == TOLD.split("\n")[1:-1]
