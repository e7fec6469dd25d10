"""退回 and 撤回 as people do them: what was typed is there again for who typed it."""

from __future__ import annotations

from typing import Any

CLERK, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu"


def test_an_application_is_sent_back_its_form_is_there_again_and_it_returns(site: Any, visit: Any) -> None:
    name = "退回的项目"
    case = site.start(name)
    lead = visit(LEAD)
    lead.open(f"/tasks/{site.task(case, 'sign_application')}")
    lead.form_is_there()
    back = lead.page.locator("details", has=lead.page.get_by_label("退回到"))
    back.locator("summary").click()
    back.get_by_label("退回到").select_option(index=1)
    back.get_by_label("直接回到我").check()
    back.get_by_label("原因").fill("建设依据没有写明文号")
    back.get_by_role("button", name="退回").click()
    lead.page.get_by_text("已退回。").wait_for()

    clerk = visit(CLERK)
    clerk.open_task(name)
    assert clerk.page.locator(".fjs-form input").first.input_value() != ""
    assert name in [field.input_value() for field in clerk.page.locator(".fjs-form input[type=text]").all()]
    clerk.submit_and_go_on()
    site.settle(case)
    clerk.open(f"/cases/{case}")
    history = clerk.page.locator("#history")
    history.get_by_text("建设依据没有写明文号").wait_for()
    history.get_by_text("办完直接返回").wait_for()

    clerk.page.get_by_role("link", name="去撤回").click()
    taken = clerk.page.locator("details", has=clerk.page.locator("#take-back-reason"))
    taken.locator("summary").click()
    taken.get_by_label("原因").fill("再核对一次")
    taken.get_by_role("button", name="撤回").click()
    clerk.form_is_there()
    assert name in [field.input_value() for field in clerk.page.locator(".fjs-form input[type=text]").all()]
    clerk.submit_and_go_on()
    assert site.task(case, "sign_application")
