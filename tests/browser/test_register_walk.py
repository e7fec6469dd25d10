"""Registers in the browser: found by keyboard, read in words, imported in two steps, on a phone without sideways scrolling."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from playwright.sync_api import expect

from service.engine.registering import write_entry
from service.sdk import Write

CLERK, PLANNER = "pj_unit_clerk.jiaoyu", "pj_center_plan.zhongxin"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def project(site: Any) -> str:
    """A project of two versions; its key."""
    machine, key = site.city.engine.machine, "PJ-2019-0801"
    data = {
        "project_id": key,
        "project_name": "浏览用教育平台",
        "unit_id": "jiaoyu",
        "status": "filed",
        "total_investment": Decimal(5),
    }
    with machine.store.write() as connection:
        known = machine.rules.registers
        if not connection.exec_driver_sql(f"SELECT 1 FROM registers WHERE key = '{key}'").first():
            for expected, status in enumerate(("filed", "reviewed")):
                write = Write(register="project", key=key, data={**data, "status": status}, expected=expected)
                write_entry(connection, known, write, actor=PLANNER, case_id=None, at=machine.clock.now())
    return key


def test_an_entry_is_found_opened_by_keyboard_and_read(visit: Any, project: str) -> None:
    page = visit(CLERK).open("/registers")
    page.get_by_role("link", name="项目台账", exact=True).click()
    page.get_by_role("heading", level=1, name="项目台账").wait_for()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    with page.expect_response(lambda one: "q=浏览用" in unquote(one.url)):
        page.keyboard.type("浏览用")
    page.wait_for_function("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")  # no row is replaced now
    expect(page.locator("[data-row]")).to_have_count(1)  # the list has been filtered
    page.get_by_role("link", name="浏览用教育平台").press("Enter")
    page.get_by_role("heading", name="浏览用教育平台").wait_for()
    assert page.locator("del", has_text="已申报").count() == 1
    assert page.get_by_text("首次登记").count() == 1


def test_a_sheet_is_imported_in_two_steps(visit: Any) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["项目编号", "项目名称", "需求单位", "状态"])
    book.active.append(["PJ-2019-0901", "导入的旧平台", "市教育局", "已列入计划"])
    stream = io.BytesIO()
    book.save(stream)
    page = visit(PLANNER).open("/registers/project")
    page.get_by_role("link", name="导入", exact=True).click()
    page.get_by_label("Excel 文件（.xlsx）").set_input_files({"name": "旧.xlsx", "mimeType": XLSX, "buffer": stream.getvalue()})
    page.get_by_role("button", name="试导入").click()
    page.get_by_role("button", name="确认导入").click()
    page.get_by_text("已导入：新增 1 条").wait_for()
    page.get_by_role("link", name="导入的旧平台").wait_for()


@pytest.mark.parametrize("path", ["/registers", "/registers/project", "/registers/project/records/{key}"])
def test_nothing_is_cut_off_on_a_phone(visit: Any, project: str, path: str) -> None:
    page = visit(CLERK, width=390, height=844).open(path.format(key=project))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
