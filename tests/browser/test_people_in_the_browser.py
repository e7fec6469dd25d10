"""A system administrator enters a person, gives a role, notes leave and looks at the matrix; a monitor only looks."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SYSADMIN, MONITOR, CLERK = "sysadmin.zhongxin", "monitor.zhongxin", "pj_unit_clerk.jiaoyu"
AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
#: A folder for pictures of the pages, to be looked at.
PICTURES = os.environ.get("CHENGXU_TEST_PICTURES")
PATHS = {
    "people": "/console/people", "new": "/console/people/new", "person": f"/console/people/{CLERK}", "units": "/console/units",
    "unit": "/console/units/jiaoyu", "matrix": "/console/matrix?process=project_application",
}  # fmt: skip


def test_a_person_is_entered_gets_a_role_and_goes_on_leave(site: Any, visit: Callable[..., Any]) -> None:
    admin = visit(SYSADMIN)
    page = admin.open("/console/people")
    page.get_by_role("link", name="新建账号").click()
    page.get_by_label("账号", exact=True).fill("li.ming")
    page.get_by_label("姓名").fill("李明")
    page.get_by_label("单位", exact=True).select_option("shuili")
    page.get_by_label("角色", exact=True).select_option("pj_unit_clerk")
    page.get_by_label("原因").fill("新入职")
    page.get_by_role("button", name="建立").press("Enter")
    password = page.locator(".password-once").inner_text()
    assert len(password) >= 12

    page.locator("summary", has_text="授予角色").press("Enter")
    page.locator("#role").select_option("pj_unit_lead")
    page.locator("#unit").select_option("shuili")
    page.locator("#grant-reason").fill("兼任负责人")
    page.get_by_role("button", name="授予角色").click()
    page.get_by_text("已授予角色").wait_for()
    assert page.locator("tr", has_text="水利").count() == 2
    page.locator("summary", has_text="登记请假").click()
    page.locator("#until").fill("2026-12-31")
    page.locator("#absent-reason").fill("进修")
    page.get_by_role("button", name="登记请假").click()
    page.get_by_text("已登记请假").wait_for()
    page = admin.open("/console/people?q=li.ming")
    page.get_by_text("休假至 2026-12-31").wait_for()

    page = admin.open("/console/matrix?process=project_application")
    holders = page.locator("section", has_text="谁担任这些角色").last
    assert "李明" in holders.inner_text()
    row = page.locator(".matrix tr", has_text="签署申报材料").first
    assert row.locator("td", has_text="◆").count() == 1

    monitor = visit(MONITOR)
    page = monitor.open("/console/people/li.ming")
    page.get_by_role("heading", name="李明").wait_for()
    assert page.get_by_text("能看到什么").count() == 1
    assert page.get_by_role("button", name="授予角色").count() == 0


@pytest.mark.parametrize("english", [False, True], ids=["chinese", "english"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_fit_and_axe_finds_nothing_serious(visit: Callable[..., Any], width: int, english: bool) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    visitor = visit(SYSADMIN, width=width, english=english)
    for name, path in PATHS.items():
        page = visitor.open(path)
        page.locator("h1").first.wait_for()
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/people-{name}-{width}-{'en' if english else 'zh'}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert grave == [], path
