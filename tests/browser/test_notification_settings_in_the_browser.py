"""通知设置 in Chromium: chosen and kept in either language, on a narrow screen too; the number in the navigation follows."""

from __future__ import annotations

from typing import Any

from service.store import notices

FARMING, HEALTH = "pj_unit_clerk.nongye", "pj_unit_clerk.weijian"


def test_a_person_chooses_and_finds_it_again_in_the_other_language(visit: Any) -> None:
    visitor = visit(FARMING)
    visitor.open("/notices")
    visitor.page.locator("main").get_by_role("link", name="通知设置").click()
    page = visitor.page
    page.get_by_role("heading", name="通知设置", level=1).wait_for()
    page.get_by_label("邮箱地址").fill("wang.min")
    page.get_by_role("radio", name="逾期：不发邮件").check()
    page.get_by_role("button", name="保存").click()
    page.get_by_role("alert").get_by_role("link", name="邮箱地址的格式不对").click()
    assert visitor.focused("#email")
    page.get_by_label("邮箱地址").fill("wang.min@example.gov.cn")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("通知设置已保存。").wait_for()

    narrow = visit(FARMING, width=390, height=844, english=True)
    narrow.open("/settings/notifications")
    assert narrow.page.get_by_label("Mail address").input_value() == "wang.min@example.gov.cn"
    assert narrow.page.get_by_role("radio", name="Overdue：Never").is_checked()
    assert narrow.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_webhook_is_added_and_ended(visit: Any) -> None:
    visitor = visit(FARMING)
    visitor.open("/settings/notifications")
    page = visitor.page
    page.get_by_label("网址").fill("https://example.org/in?token=hidden")
    page.get_by_label("签名密钥").fill("a-secret-of-some-length")
    page.get_by_role("button", name="添加推送地址").click()
    row = page.get_by_role("row").filter(has_text="https://example.org/in?…")
    row.get_by_text("使用中").wait_for()
    row.get_by_role("button", name="停用").click()
    row.get_by_text("已停用").wait_for()


def test_the_number_of_unread_notices_follows_without_a_reload(site: Any, visit: Any) -> None:
    case = site.start("徽标核对平台")
    visitor = visit(HEALTH)
    visitor.page.clock.install()
    visitor.open("/")
    link = visitor.page.locator(".rail-item[data-module=badge]")
    assert link.locator(".rail-count").count() == 0
    visitor.page.evaluate("window.stayed = true")
    with site.city.store.write() as connection:
        notices.insert_notice(
            connection, case_id=case, kind="notified", deadline=None, zh="知悉", en="Know", at=site.city.clock.now(),
            queues=[f"@{HEALTH}"],
        )  # fmt: skip
    visitor.page.clock.run_for(31_000)
    link.locator(".rail-count", has_text="1").wait_for()
    with visitor.page.expect_response("**/api/v1/me/notices/count") as asked:
        visitor.page.clock.run_for(31_000)
    assert asked.value.status == 304
    assert visitor.page.evaluate("window.stayed")
