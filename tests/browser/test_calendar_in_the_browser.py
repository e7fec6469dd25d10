"""A holiday notice is pasted, tried and loaded, and the due day on the page of a case moves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service.clock import SHANGHAI

SYSADMIN, INTAKE = "sysadmin.zhongxin", "pj_center_intake.zhongxin"
AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
#: A folder for pictures of the pages, to be looked at.
PICTURES = os.environ.get("CHENGXU_TEST_PICTURES")
#: Made up: not what will be ordered for 2027.
WORDS = "一、元旦：1月1日（周五）至7日（周四）放假调休，共7天。"


@pytest.fixture(scope="module")
def year_end(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """A site at the end of 2026 with an application whose intake is due in January."""
    with serve(tmp_path_factory.mktemp("year_end")) as site:
        site.city.clock.set(datetime(2026, 12, 29, 10, tzinfo=SHANGHAI))
        yield site, site.start("跨年的项目", steps=1)


def test_a_notice_is_pasted_tried_and_loaded(year_end: tuple[Any, str], visit: Callable[..., Any]) -> None:
    site, case = year_end
    admin = visit(SYSADMIN, at=site)
    page = admin.open("/console/calendar")
    page.get_by_text("2027 年的放假安排还没有载入").wait_for()
    page.get_by_label("通知的文字").fill(WORDS.replace("周五", "周四"))
    page.get_by_role("button", name="读出日期").click()
    page.get_by_text("文字说周四").wait_for()
    page.get_by_label("通知的文字").fill(WORDS)
    page.get_by_role("button", name="读出日期").click()
    page.get_by_text("文字说周四").wait_for(state="detached")
    assert page.get_by_label("每行一天").input_value().splitlines()[-1] == "2027-01-07 休 元旦"

    page.get_by_role("button", name="看会移动哪些到期日").click()
    row = page.locator("tr", has_text="跨年的项目").first
    row.wait_for()
    before, after = row.locator("td").nth(2).inner_text(), row.locator("td").nth(3).inner_text()
    assert before.startswith("2027-01-0")
    assert after[:10] > before
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/calendar-foresight.png", full_page=True)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
    page.get_by_label("原因").fill("国务院办公厅通知")
    page.get_by_role("button", name="载入并重算到期日").click()
    page.get_by_text("已载入 2027 年的放假安排").wait_for()
    site.city.worker.drain()

    page = visit(INTAKE, at=site).open("/")
    page.locator("tr", has_text="跨年的项目").first.wait_for()
    moved = [link for link in site.city.history(case) if link.kind == "deadline.moved"]
    assert {str(link.payload["after"])[:10] for link in moved} == {after[:10]}
