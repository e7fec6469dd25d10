"""What every page owes its reader: keyboard, narrow screens, no script error, nothing that axe calls serious."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def case(site: Any) -> str:
    """An application that five reviewers have before them."""
    found: str = site.start("无障碍检查用的项目", steps=2)
    return found


def address(site: Any, case: str, page: str) -> str:
    return {
        "sign-in": "/sign-in",
        "inbox": "/",
        "done": "/?view=done",
        "start": "/start",
        "start form": "/start/project_application",
        "task": f"/tasks/{site.task(case, 'review_dimension')}",
        "case": f"/cases/{case}",
        "cases": "/cases",
    }[page]


def reader(page: str) -> str | None:
    if page == "sign-in":
        return None
    return "pj_unit_clerk.jiaoyu" if page.startswith("start") else "pj_center_review.zhongxin"


PAGES = ("sign-in", "inbox", "done", "start", "start form", "task", "case", "cases")


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_serious(site: Any, visit: Any, case: str, page: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    visitor = visit(reader(page))
    visitor.open(address(site, case, page))
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.evaluate(AXE.read_text("utf-8"))
    found = visitor.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    faults = [
        f"{fault['id']}: {fault['help']} — {node['html'][:160]}"
        for fault in found
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]
    assert faults == []


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [390, 320])
def test_a_narrow_screen_never_scrolls_sideways(site: Any, visit: Any, case: str, page: str, width: int) -> None:
    visitor = visit(reader(page), width=width, height=844)
    visitor.open(address(site, case, page))
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_inbox_is_worked_by_keyboard(site: Any, visit: Any, case: str) -> None:
    visitor = visit("pj_center_review.zhongxin")
    page = visitor.open("/")
    page.locator("[data-row]").first.wait_for()
    page.keyboard.press("j")
    assert visitor.focused("[data-row]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*")
    visitor.form_is_there()


def test_words_narrow_the_inbox_without_a_new_page(site: Any, visit: Any, case: str) -> None:
    visitor = visit("pj_center_review.zhongxin")
    page = visitor.open("/")
    page.wait_for_load_state("networkidle")  # the keys are bound by a script
    page.keyboard.press("/")
    page.keyboard.type("没有这样的项目名")
    page.get_by_text("没有符合条件的事项").wait_for()
    page.get_by_role("searchbox", name="筛选").fill("无障碍检查")
    page.get_by_role("link", name="无障碍检查用的项目", exact=True).first.wait_for()
    assert "q=" in page.url


def test_two_characters_find_a_case(site: Any, visit: Any, case: str) -> None:
    visitor = visit("pj_unit_clerk.jiaoyu")
    page = visitor.open("/")
    search = page.get_by_role("searchbox", name="查案件")
    search.fill("障碍")
    search.press("Enter")
    page.get_by_role("link", name="无障碍检查用的项目", exact=True).and_(page.locator(f'[href$="/cases/{case}"]')).click()
    page.wait_for_url(f"**/cases/{case}")


def test_the_diagram_marks_where_the_case_stands(site: Any, visit: Any, case: str) -> None:
    visitor = visit("pj_unit_clerk.jiaoyu")
    page = visitor.open(f"/cases/{case}")
    page.locator(".here").wait_for()
    assert page.locator('[data-element-id="technical_review"].active').count() == 1


def test_a_wrong_password_keeps_the_name_and_says_so(visit: Any) -> None:
    visitor = visit()
    page = visitor.open("/sign-in")
    page.get_by_label("账号", exact=True).fill("pj_unit_clerk.shuili")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").get_by_text("账号或密码不正确").wait_for()
    assert page.get_by_label("账号", exact=True).input_value() == "pj_unit_clerk.shuili"
    assert visitor.focused(".summary")


def test_a_demonstration_account_is_chosen_with_one_click_and_no_password_is_shown(visit: Any) -> None:
    page = visit().open("/sign-in")
    page.get_by_role("button", name="王敏").click()
    assert page.get_by_label("账号", exact=True).input_value() == "pj_unit_clerk.jiaoyu"
    assert page.get_by_label("密码", exact=True).input_value() == ""
    assert "demo-password" not in page.content()
