"""The P2 part of S01 in Chromium: everybody who takes part sits at a browser of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

NAME = "教育资源共享平台"


@pytest.mark.slow
def test_an_application_goes_from_filing_to_approval_in_the_browser(site: Any, visit: Any, tmp_path: Path) -> None:
    s01 = site.s01
    plan = tmp_path / "教育资源共享平台建设方案.pdf"
    plan.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")

    clerk = visit(s01.CLERK)
    clerk.open("/start").get_by_role("link", name="项目申报与方案技术审查").click()
    clerk.form_is_there()
    form = clerk.form
    form.files = {s01.PLAN_DOC: plan}
    form.fill(s01.APPLICATION)
    clerk.submit_and_go_on()
    case = clerk.page.url.rpartition("/")[2]
    assert clerk.page.get_by_role("heading", level=1).inner_text() == NAME

    lead = visit(s01.UNIT_LEAD)
    lead.open_task(NAME)
    lead.form.fill(s01.SIGNED_BY_UNIT)
    lead.submit()
    lead.sign("wrong-password")
    lead.page.get_by_role("dialog").get_by_role("alert").get_by_text("密码").wait_for()
    lead.sign()
    lead.page.get_by_text("已提交").first.wait_for()

    intake = visit(s01.INTAKE)
    intake.open_task(NAME)
    intake.form.fill(s01.ACCEPTED)
    intake.submit_and_go_on()

    for account in s01.REVIEWERS:
        reviewer = visit(account)
        reviewer.open_task(NAME)
        dimension = reviewer.form.control("dimension").input_value()
        reviewer.form.fill(s01.REVIEWS[dimension])
        reviewer.submit_and_go_on()
        rows = reviewer.open("/").locator("[data-row]")
        assert rows.filter(has_text=NAME).filter(has_text="审查一个维度").count() == 0  # nobody reviews twice

    fixer = visit(s01.INDICATOR_FIXER)
    fixer.open_task(NAME)
    fixer.form.fill(s01.INDICATORS)
    fixer.submit_and_go_on()

    centre = visit(s01.CENTRE_LEAD)
    centre.open_task(NAME)
    centre.form.fill(s01.SIGNED_BY_CENTRE)
    centre.submit()
    centre.sign()
    centre.page.get_by_text("已提交").first.wait_for()

    clerk.open(f"/cases/{case}")
    assert clerk.page.get_by_text("已办结：审查通过").first.is_visible()
    told = clerk.page.locator("#history .timeline").inner_text()
    assert "刘建国 同意（签署申报材料），已签署" in told
    assert "投资预算合理性" in told
    clerk.page.locator(".djs-element").first.wait_for()
    assert site.city.case(case).outcome == s01.OUTCOME
