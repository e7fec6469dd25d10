"""The lists at the keyboard: walk, pick a range, claim several at once, keep a view; news that wait for the click."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

CLERK, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu"
NAME = "清单走查"
AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def filed(site: Any) -> list[str]:
    """Four applications that wait for the lead of the unit."""
    return [site.start(f"{NAME}{number}") for number in "甲乙丙丁"]


@pytest.fixture
def lists(visit: Any, filed: list[str]) -> Any:
    visitor = visit(LEAD)
    visitor.open(f"/?q={NAME}")
    visitor.page.locator("[data-row]").nth(3).wait_for()
    return visitor


def test_rows_are_walked_claimed_released_and_picked_by_keyboard(lists: Any) -> None:
    page = lists.page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("[data-row]").first
    assert first.evaluate("row => row.contains(document.activeElement)")
    page.keyboard.press("a")
    page.locator("[data-said]", has_text="已领取").wait_for()
    assert first.locator("[data-who]").inner_text() == "我"
    page.keyboard.press("r")
    page.locator("[data-said]", has_text="已放回").wait_for()
    assert first.locator("[data-who]").inner_text() == "未领取"
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    assert page.locator("[name=task]:checked").count() == 3
    assert page.locator("[data-count]").inner_text() == "已选 3 项"


def test_the_keys_are_listed_in_a_dialog_that_escape_closes(lists: Any) -> None:
    page = lists.page
    page.keyboard.press("j")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="键盘操作").wait_for()
    page.keyboard.press("j")
    assert lists.focused("[data-keys-dialog]")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    assert lists.focused("[data-row]")


def test_picked_tasks_are_claimed_at_once_and_each_has_its_result(lists: Any) -> None:
    page = lists.page
    page.locator("[name=task]").nth(0).click()
    page.locator("[name=task]").nth(1).click(modifiers=["Shift"])
    page.get_by_role("button", name="领取").click()
    page.get_by_text("办成 2 项，没有办成 0 项").wait_for()
    page.get_by_role("link", name="回到待办").click()
    page.wait_for_url(re.compile(r"/$"))


def test_a_view_is_kept_and_opens_the_list_as_it_was_filtered(lists: Any) -> None:
    page = lists.page
    page.get_by_text("视图").first.click()
    page.get_by_label("把现在的筛选保存为").fill("走查视图")
    page.get_by_role("button", name="保存视图").click()
    page.get_by_text("已保存视图“走查视图”").wait_for()
    lists.open("/")
    page.get_by_text("视图").first.click()
    page.get_by_role("link", name="走查视图").click()
    page.wait_for_url("**/?q=*")
    assert page.locator("#filter-words").inner_text() == f"“{NAME}”"


def test_the_bar_and_what_hangs_on_it_follow_the_filter_without_a_new_page(lists: Any) -> None:
    page = lists.page
    page.locator(".filter-fold summary").click()
    page.locator("select[name=due]").select_option("none")
    page.locator("#filter-words", has_text="没有期限").wait_for()
    assert "due=none" in (page.get_by_role("link", name="导出 Excel").get_attribute("href") or "")
    assert page.locator(".filter-fold").get_attribute("open") is not None
    page.locator("#filter-words").click()
    assert lists.focused(".filter-fold")


def test_news_are_said_without_moving_anything_and_wait_for_the_click(site: Any, lists: Any) -> None:
    page = lists.page
    place = page.locator("[data-row]").first.bounding_box()
    site.start(f"{NAME}新来")
    with page.expect_response("**/me/counts*") as first:
        page.evaluate("document.querySelector('.news').dispatchEvent(new Event('news:look'))")
    assert first.value.status == 200
    page.get_by_role("link", name=re.compile("^1 条新待办")).wait_for()
    assert page.locator("[data-row]").first.bounding_box() == place
    assert page.get_by_role("link", name=f"{NAME}新来", exact=True).count() == 0
    with page.expect_response("**/me/counts*") as second:
        page.evaluate("document.querySelector('.news').dispatchEvent(new Event('news:look'))")
    assert second.value.status == 304
    page.get_by_role("link", name=re.compile("^1 条新待办")).click()
    page.get_by_role("link", name=f"{NAME}新来", exact=True).wait_for()


@pytest.mark.parametrize("path", ["/", "/?view=started", "/?view=followed"])
def test_axe_finds_nothing_serious_on_a_list(site: Any, visit: Any, filed: list[str], path: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    visitor = visit(CLERK if "started" in path else LEAD)
    page = visitor.open(path)
    for menu in page.locator("details.menu > summary").all():
        menu.evaluate("summary => { summary.parentElement.open = true; }")
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"][:160]) for fault in found if fault["impact"] in ("serious", "critical")] == []
