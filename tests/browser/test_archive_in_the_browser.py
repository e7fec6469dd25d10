"""A case whose period is over is archived by a monitor, read by its clerk, and restored."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.store.reads import list_by_key

CLERK, MONITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin"
AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
#: A folder for pictures of the pages, to be looked at.
PICTURES = os.environ.get("CHENGXU_TEST_PICTURES")
ARCHIVE = "/console/archive"


@pytest.fixture(scope="module")
def years_later(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A site more than two years after three projects and their applications ended; its worker runs only when told."""
    with serve(tmp_path_factory.mktemp("years_later")) as site:
        for name in ("二〇二四年的平台", "早已终止的平台", "旧的门户"):
            case = site.start(name, steps=1)
            site.settle(case)
            terminate_all(site, case)
        site.city.worker.stop()
        site.city.clock.advance(timedelta(days=800))
        yield site


def terminate_all(site: Any, case: str) -> None:
    """End everything about the same project."""
    key = site.city.case(case).business_key
    with site.city.store.read() as connection:
        about = list_by_key(connection, key)
    for one in about:
        site.city.engine.terminate_case(one, reason="项目取消", by=MONITOR)
        site.settle(one)


def check(page: Any, name: str) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/archive-{name}.png", full_page=True)


def test_a_case_is_archived_read_and_restored(years_later: Any, visit: Callable[..., Any]) -> None:
    monitor = visit(MONITOR, at=years_later)
    page = monitor.open(ARCHIVE)
    page.get_by_text("还没有归档的案件").wait_for()
    page.get_by_role("link", name="到期待归档 6").click()
    page.get_by_role("checkbox", name="选中 二〇二四年的平台").last.check()
    check(page, "due")
    page.get_by_role("button", name="归档所选…").click()
    page.get_by_text("将归档（含下级共").wait_for()
    page.get_by_label("原因").fill("保存期已满")
    page.get_by_role("button", name="执行", exact=True).click()
    page.get_by_text("归档，只能查看，不能更改").wait_for()

    page = monitor.open(f"{ARCHIVE}?list=due")
    page.get_by_label("原因").fill("年底统一归档")
    page.get_by_role("button", name="现在归档全部 5 件").click()
    page.get_by_role("heading", name="归档案件").wait_for()
    years_later.city.clock.advance(timedelta(seconds=2))
    years_later.city.worker.drain()
    page.get_by_text("已归档 1 件").first.wait_for()

    page = visit(CLERK, at=years_later).open("/cases?status=archived")
    row = page.locator("tr", has_text="二〇二四年的平台").filter(has_text="技术审查")
    assert "已归档" in row.inner_text()
    row.get_by_role("link").click()
    page.get_by_text("归档，只能查看，不能更改").wait_for()
    page.locator(".djs-container").first.wait_for()
    page.locator("#history").get_by_text("案件归档").first.wait_for()
    page.locator("#history").get_by_text("项目取消").first.wait_for()  # what was said then is read as before
    assert page.get_by_role("button", name="发表").count() == 0
    assert page.get_by_role("link", name="从归档中恢复").count() == 0
    check(page, "case")

    page = monitor.open(f"{ARCHIVE}?q=二〇二四年的平台")
    assert page.locator("[data-row]").count() == 2  # the project, and its application
    check(page, "archived")
    page.locator("tr", has_text="技术审查").get_by_role("link").click()
    page.get_by_role("link", name="从归档中恢复").click()
    page.get_by_label("原因").fill("审计调阅")
    page.get_by_role("button", name="执行", exact=True).click()
    page.get_by_text("已恢复 1 件").wait_for()
    assert page.get_by_text("只能查看，不能更改").count() == 0
    assert page.get_by_role("button", name="发表").count() == 1


@pytest.mark.parametrize("shown", ["archived", "due", "held"])
def test_every_list_fits_a_phone(years_later: Any, visit: Callable[..., Any], shown: str) -> None:
    page = visit(MONITOR, at=years_later, width=390, english=True).open(f"{ARCHIVE}?list={shown}")
    page.get_by_role("heading", name="Archive").wait_for()
    check(page, f"{shown}-phone")
