"""S02 and S03 as far as filing: what the measures do not allow is refused in the browser, in the words of the scenario."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from service.store import reads
from service.store.reads import Scope, TaskFilter

WATER, WATER_LEAD = "pj_unit_clerk.shuili", "pj_unit_lead.shuili"
CIVIL = "pj_unit_clerk.minzheng"
#: A clerk for each test: a page that closes may still save its draft, and a draft belongs to the account.
FARMING, HEALTH, EMERGENCY, TRAFFIC = (f"pj_unit_clerk.{unit}" for unit in ("nongye", "weijian", "yingji", "jiaotong"))


@pytest.fixture
def filing(site: Any, visit: Any) -> Any:
    """filing(account, changes): the start form with an application that was kept as a draft, as if just typed."""

    def begin(account: str, **changes: Any) -> Any:
        answers = copy.deepcopy(site.s01.APPLICATION) | {"plan_doc": [site.upload(account)]} | changes
        site.city.engine.save_draft("start:project_application", answers, by=account)
        visitor = visit(account)
        visitor.open("/start/project_application")
        visitor.form_is_there()
        visitor.page.get_by_text("项目基本情况").first.wait_for()
        return visitor

    return begin


def count_cases(site: Any) -> int:
    scope = Scope(account="x", everything=True, regulations=frozenset(), units=frozenset(), queues=frozenset())
    with site.city.store.read() as connection:
        page = reads.list_cases(connection, scope, where=TaskFilter(), status=None, mine=False, roots=True, after=None, limit=200)
    return len(page.rows)


def refused(visitor: Any, message: str) -> None:
    """Submitting brings a summary that says so; nothing has become a case."""
    before = count_cases(visitor.site)
    visitor.submit()
    visitor.page.locator(".summary").get_by_text(message).first.wait_for()
    assert count_cases(visitor.site) == before


def test_S02_amounts_that_do_not_add_up_are_refused_until_they_do(site: Any, filing: Any) -> None:
    clerk = filing(
        CIVIL, project_name="养老服务系统", total_investment="900000.00",
        annual_investment=[{"year": 2027, "amount": "500000.00"}, {"year": 2028, "amount": "300000.00"}],
        budget_breakdown=[{"item": "开发", "qty": 1, "unit": "项", "amount": "900000.00"}],
    )  # fmt: skip
    refused(clerk, "年度投资合计与总投资额不一致")
    assert clerk.form.control("project_name").input_value() == "养老服务系统"


def test_S02_what_is_missing_is_supplemented_and_refusing_to_share_is_flagged(site: Any, filing: Any, visit: Any) -> None:
    name = "养老服务系统（补正）"
    clerk = filing("pj_unit_clerk.minzheng.2", project_name=name, share_commit="不同意")
    clerk.submit_and_go_on()
    case = clerk.page.url.rpartition("/")[2].partition("?")[0]
    site.do(case, "pj_unit_lead.minzheng", "sign_application", site.s01.SIGNED_BY_UNIT)

    intake = visit(site.s01.INTAKE)
    intake.open(f"/tasks/{site.task(case, 'intake_check')}")
    intake.form_is_there()
    intake.form.fill({"checklist": site.s01.ACCEPTED["checklist"], "result": "补正", "missing_items": "需求依据缺失"})
    intake.submit_and_go_on()

    clerk.open(f"/tasks/{site.task(case, 'answer_items')}")
    clerk.form_is_there()
    clerk.page.get_by_text("需求依据缺失").first.wait_for()
    clerk.form.fill({"reply": "已补充依据"})
    clerk.submit_and_go_on()
    clerk.open(f"/tasks/{site.task(case, 'revise_application')}")
    clerk.form_is_there()
    clerk.form.fill({"basis": "全市养老服务体系建设规划和民生实事安排。"})
    clerk.submit_and_go_on()

    site.do(case, "pj_unit_lead.minzheng", "sign_application", site.s01.SIGNED_BY_UNIT)
    site.do(case, site.s01.INTAKE, "intake_check", site.s01.ACCEPTED)
    for account in site.s01.REVIEWERS:
        reviewer = visit(account)
        reviewer.open_task(name)
        reviewer.form.fill(site.s01.REVIEWS[reviewer.form.control("dimension").input_value()])
        reviewer.submit_and_go_on()
    site.settle(case)
    reviewer.open(f"/cases/{case}")
    reviewer.page.get_by_text("无正当理由拒绝数据共享").first.wait_for()


def test_S02_a_plan_without_a_security_design_is_refused(site: Any, filing: Any) -> None:
    refused(filing(FARMING, project_name="养老服务系统", security_design=""), "方案须同步设计信息安全")


def test_S03_a_life_of_four_years_needs_a_reason_and_then_the_head_of_the_centre(site: Any, filing: Any, visit: Any) -> None:
    clerk = filing(WATER, project_name="水库调度辅助（四年）", service_life_years=4)
    refused(clerk, "项目使用年限原则上不得少于5年")
    clerk.form.fill({"exception_reason": "监测设备四年强制更换"})
    clerk.submit_and_go_on()
    clerk.page.get_by_text("项目使用年限原则上不得少于5年").first.wait_for()
    case = clerk.page.url.rpartition("/")[2].partition("?")[0]

    lead = visit(WATER_LEAD)
    lead.open_task("水库调度辅助（四年）")
    lead.form.fill(site.s01.SIGNED_BY_UNIT)
    lead.submit()
    lead.sign()
    lead.page.get_by_text("已提交").first.wait_for()

    centre = visit("pj_center_lead.zhongxin")
    centre.open_task("水库调度辅助（四年）")
    centre.form.fill({"decision": "同意", "opinion": "情况属实，准予破例。"})
    centre.submit()
    centre.sign()
    centre.page.get_by_text("已提交").first.wait_for()
    assert site.task(case, "intake_check")


def test_S03_building_may_take_two_years_to_the_day(site: Any, filing: Any) -> None:
    clerk = filing(HEALTH, project_name="水库调度（一天之差）", build_start="2027-01-10", build_end="2029-01-11")
    refused(clerk, "建设周期不得超过2年")
    clerk.form.fill({"build_end": "2029-01-10"})
    clerk.submit_and_go_on()


def test_S03_a_third_party_author_needs_a_certificate(site: Any, filing: Any) -> None:
    clerk = filing(
        EMERGENCY, project_name="水库调度（第三方）", plan_author_type="第三方", plan_author_name="苇海方案咨询有限公司",
        credit_code="91211100MA0PLAN018", qualification_file=[],
    )  # fmt: skip
    refused(clerk, "资质")


def test_S03_a_secret_project_is_sent_offline_and_no_case_is_kept(site: Any, visit: Any) -> None:
    clerk = visit(TRAFFIC)
    clerk.open("/start/project_application")
    clerk.form_is_there()
    clerk.form.fill({"is_secret": True})
    before = count_cases(site)
    clerk.page.get_by_text("线下").first.wait_for()
    if clerk.page.locator("[data-action=submit]").is_visible() and clerk.page.locator("[data-action=submit]").is_enabled():
        clerk.submit()
        clerk.page.get_by_text("涉密项目请按保密规定线下办理").first.wait_for()
    assert count_cases(site) == before
