"""The form of a task when things go wrong: nothing that somebody has typed is lost."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def review(site: Any, visit: Any, request: pytest.FixtureRequest) -> Any:
    """A unit lead before an application that waits for the signature."""
    name = f"项目 {request.node.name[:40]}"
    case = site.start(name)
    visitor = visit(site.s01.UNIT_LEAD)
    visitor.open(f"/tasks/{site.task(case, 'sign_application')}")
    visitor.form_is_there()
    return visitor


def saved(visitor: Any) -> None:
    visitor.page.locator("[data-part=saved]").get_by_text("草稿已保存").wait_for()


def test_a_wrong_entry_brings_a_focused_summary_and_keeps_what_was_typed(review: Any) -> None:
    review.form.fill({"decision": "退回"})
    review.submit()
    review.sign()

    review.page.get_by_role("heading", name="请更正以下").wait_for()
    assert review.focused(".summary")
    assert review.page.title().startswith("（需更正）")
    review.page.get_by_role("link", name="意见").click()
    assert review.focused("textarea")
    assert review.page.get_by_label("退回", exact=True).is_checked()


def test_what_the_server_finds_stands_at_its_field(site: Any, visit: Any) -> None:
    case = site.start("由规则拒绝的受理", steps=1)
    intake = visit(site.s01.INTAKE)
    intake.open(f"/tasks/{site.task(case, 'intake_check')}")
    intake.form_is_there()
    intake.form.fill({**site.s01.ACCEPTED, "checklist": [{"present": True}] * 5 + [{"present": False}]})
    intake.submit()

    intake.page.get_by_role("heading", name="请更正以下").wait_for()
    assert intake.page.get_by_label("受理", exact=True).is_checked()
    assert site.task(case, "intake_check")


def test_who_comes_second_is_told_by_whom_and_finds_their_entries_in_the_draft(site: Any, visit: Any) -> None:
    case = site.start("两人同时受理", steps=1)
    task = site.task(case, "intake_check")
    second = visit("pj_center_intake.zhongxin.2")
    second.open(f"/tasks/{task}")
    second.form_is_there()
    second.form.fill({**site.s01.ACCEPTED, "note": "第二人写下的说明"})

    site.do(case, site.s01.INTAKE, "intake_check", site.s01.ACCEPTED)
    second.submit()

    summary = second.page.locator(".summary")
    summary.get_by_text("陈思雨 已于 2026-08-20").wait_for()
    assert "没有丢失" in summary.inner_text()
    assert second.form.control("note").input_value() == "第二人写下的说明"
    with site.city.store.read() as connection:
        from service.store.entries import find_draft

        kept = find_draft(connection, account="pj_center_intake.zhongxin.2", subject=f"task:{task}")
    assert kept is not None
    assert kept[0]["note"] == "第二人写下的说明"


def test_a_network_that_drops_during_a_submission_loses_nothing(review: Any) -> None:
    review.form.fill({"decision": "同意", "opinion": "网络中断前写下的意见"})
    review.page.context.set_offline(True)
    review.submit()
    review.sign()
    review.page.locator(".summary").get_by_text("网络不通").wait_for()
    assert review.form.control("opinion").input_value() == "网络中断前写下的意见"

    review.page.context.set_offline(False)
    review.submit()
    review.sign()
    review.page.get_by_text("已提交").first.wait_for()


def test_a_draft_is_there_again_after_a_reload(review: Any) -> None:
    review.form.fill({"decision": "退回", "opinion": "概算与明细不符"})
    saved(review)
    review.page.reload()
    review.form_is_there()

    assert review.form.control("opinion").input_value() == "概算与明细不符"
    assert review.page.get_by_label("退回", exact=True).is_checked()
    assert "已恢复" in review.page.locator("[data-part=saved]").inner_text()


def test_a_draft_of_a_new_application_is_there_again(visit: Any) -> None:
    clerk = visit("pj_unit_clerk.minzheng")
    clerk.open("/start/project_application")
    clerk.form_is_there()
    clerk.form.fill({"is_secret": False, "project_name": "社会救助信息系统"})
    saved(clerk)
    clerk.page.reload()
    clerk.form_is_there()

    assert clerk.form.control("project_name").input_value() == "社会救助信息系统"


def test_a_stale_page_token_is_renewed_without_asking(review: Any) -> None:
    review.form.fill({"decision": "同意"})
    review.page.evaluate("document.querySelector('meta[name=csrf-token]').content = 'stale'")
    review.submit()
    review.sign()
    review.page.get_by_text("已提交").first.wait_for()


def test_the_dialog_shows_what_is_signed_and_can_be_left(review: Any) -> None:
    review.form.fill({"decision": "同意", "opinion": "材料属实"})
    review.submit()
    dialog = review.page.get_by_role("dialog")
    dialog.wait_for()

    assert "材料属实" in dialog.inner_text()
    dialog.get_by_role("button", name="返回修改").click()
    dialog.wait_for(state="hidden")
    assert review.form.control("opinion").input_value() == "材料属实"


def test_a_completed_task_shows_who_did_it_and_cannot_be_changed(site: Any, visit: Any) -> None:
    case = site.start("已经签署的申报")
    task = site.task(case, "sign_application")
    site.do(case, site.s01.UNIT_LEAD, "sign_application", site.s01.SIGNED_BY_UNIT)
    clerk = visit(site.s01.CLERK)
    clerk.open(f"/tasks/{task}")
    clerk.form_is_there()

    assert "刘建国 已于 2026-08-20 10:00 办理。" in clerk.page.locator(".content").inner_text()
    assert clerk.page.locator("[data-action=submit]").count() == 0
    assert clerk.form.control("opinion").input_value() == site.s01.SIGNED_BY_UNIT["opinion"]


def test_claiming_and_giving_back(site: Any, visit: Any) -> None:
    case = site.start("领取与释放", steps=1)
    task = site.task(case, "intake_check")
    first, second = visit(site.s01.INTAKE), visit("pj_center_intake.zhongxin.2")
    first.open(f"/tasks/{task}").get_by_role("button", name="领取").click()
    first.page.get_by_text("由我办理").wait_for()

    assert "陈思雨 已领取" in second.open(f"/tasks/{task}").locator(".content").inner_text()
    first.page.get_by_role("button", name="释放").click()
    first.page.get_by_role("button", name="领取").wait_for()
