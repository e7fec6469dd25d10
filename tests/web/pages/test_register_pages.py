"""What the pages of registers show to whom, and the two steps of an import."""

from __future__ import annotations

import html
import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from city import ROOT

from service.engine.bundle import Bundle, read_bundle
from service.engine.publishing import publish
from service.engine.registering import write_entry
from service.sdk import Write

CLERK, OTHER, PLANNER, SYSADMIN, EXPERT = (
    "pj_unit_clerk.jiaoyu", "pj_unit_clerk.shuili", "pj_center_plan.zhongxin", "sysadmin.zhongxin", "pj_expert.ligong",
)  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def browsers(site: Any) -> Any:
    """Signed-in browsers on a site with the registers of the measures and one project of two versions."""
    machine = site.city.engine.machine
    publish(machine, Bundle(registers=read_bundle(ROOT, handlers=False).registers), by="system")
    project = {
        "project_id": "PJ-2026-0001", "project_name": "智慧教育<云>平台", "unit_id": "jiaoyu", "status": "filed",
        "plan_year": Decimal(2027), "filed_on": date(2026, 8, 20), "total_investment": Decimal("3200000.00"), "city_wide": False,
    }  # fmt: skip
    indicators = [{"version": Decimal(1), "content": "平台软件", "budget": Decimal("3000000.00")}]
    with machine.store.write() as connection:
        for expected, data in enumerate((project, {**project, "status": "reviewed", "indicators": indicators})):
            write = Write(register="project", key="PJ-2026-0001", data=data, expected=expected)
            write_entry(connection, machine.rules.registers, write, actor=PLANNER, case_id=None, at=machine.clock.now())
    known: dict[str, Any] = {}

    def as_(account: str) -> Any:
        if account not in known:
            known[account] = site.browser()
            known[account].sign_in(account)
        return known[account]

    return as_


def sheet(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def send(browser: Any, register: str, **fields: Any) -> Any:
    return browser.client.post(f"/registers/{register}/import", data={"csrf_token": browser.token, **fields})


def file(content: bytes, name: str = "数据.xlsx") -> Any:
    return (io.BytesIO(content), name, XLSX)


def hidden(page: Any) -> dict[str, str]:
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page.text)[1] for name in ("attachment", "digest")}  # type: ignore[index]


def test_the_list_says_in_words_what_the_register_holds(browsers: Any) -> None:
    page = browsers(CLERK).client.get("/registers/project").text
    for words in ("项目台账", "智慧教育&lt;云&gt;平台", "审查通过", "市教育局", "2027", "否", "您看到的是本单位的记录"):
        assert words in page
    assert "<云>" not in page
    assert "导入" not in page


def test_the_list_is_narrowed_by_words_and_choices_and_says_when_nothing_fits(browsers: Any) -> None:
    client = browsers(PLANNER).client
    assert "PJ-2026-0001" in client.get("/registers/project?q=教育&status=reviewed&city_wide=false").text
    assert "没有符合条件的记录" in client.get("/registers/project?q=没有").text
    assert "没有符合条件的记录" in client.get("/registers/project?plan_year=soon&status=filed").text
    assert "台账中还没有记录" in client.get("/registers/evaluation").text


def test_an_entry_shows_its_fields_its_tables_and_what_each_version_changed(browsers: Any) -> None:
    page = html.unescape(browsers(CLERK).client.get("/registers/project/records/PJ-2026-0001").text)
    for words in (
        "3,200,000.00 元",
        "320 万元",
        "2026-08-20 周四",
        "控制指标",
        "平台软件",
        "第 2 版",
        "何远帆",
        "已申报",
        "首次登记",
    ):
        assert words in page, words


@pytest.mark.parametrize(("who", "path"), [
    (OTHER, "/registers/project/records/PJ-2026-0001"), (EXPERT, "/registers/project"), (EXPERT, "/registers/project/export"),
    (EXPERT, "/registers/project/import"), (PLANNER, "/registers/nothing"), (PLANNER, "/registers/project/records/PJ-9"),
])  # fmt: skip
def test_who_may_not_see_is_told_that_there_is_none(browsers: Any, who: str, path: str) -> None:
    assert browsers(who).client.get(path).status_code == 404


def test_who_may_read_but_not_import_is_told_so(browsers: Any) -> None:
    assert browsers(CLERK).client.get("/registers/project/import").status_code == 403
    assert browsers(PLANNER).client.get("/registers/account/import").status_code == 403


def test_a_sheet_is_tried_and_then_imported_once_confirmed(browsers: Any) -> None:
    browser = browsers(PLANNER)
    content = sheet(["项目编号", "项目名称", "需求单位", "状态"], ["PJ-2019-0001", "旧平台", "市水利局", "已列入计划"])
    tried = send(browser, "project", file=file(content))
    assert tried.status_code == 200
    assert "新增 1 条，更新 0 条，0 条没有变化" in tried.text
    assert browser.client.get("/registers/project/records/PJ-2019-0001").status_code == 404
    done = send(browser, "project", **hidden(tried))
    assert (done.status_code, done.headers["Location"]) == (303, "/registers/project")
    assert "已导入：新增 1 条" in browser.client.get("/registers/project").text
    assert browsers(OTHER).client.get("/registers/project/records/PJ-2019-0001").status_code == 200
    again = send(browser, "project", **hidden(tried))
    assert again.status_code == 422
    assert "有变化" in again.text


def test_faults_of_a_sheet_are_listed_and_nothing_can_be_confirmed(browsers: Any) -> None:
    content = sheet(["项目编号", "项目名称", "需求单位", "状态"], ["PJ-2019-0001", "旧平台", "xyz", "已列入计划"])
    page = send(browsers(PLANNER), "project", file=file(content))
    assert page.status_code == 422
    assert "第 2 行 需求单位：没有单位 xyz" in page.text
    assert "确认导入" not in page.text


def test_a_file_that_is_none_is_refused_on_the_page(browsers: Any) -> None:
    browser = browsers(PLANNER)
    for given in ({}, {"file": file(b"a,b", "x.csv")}, {"file": file(b"PK\x03\x04", "x.xlsx")}):
        assert send(browser, "project", **given).status_code == 422


def test_nobody_confirms_the_file_of_somebody_else(browsers: Any) -> None:
    content = sheet(["单位代码", "单位名称"], ["xin", "市新局"])
    tried = send(browsers(SYSADMIN), "unit", file=file(content))
    assert send(browsers(PLANNER), "unit", **hidden(tried)).status_code == 403
    content = sheet(["项目编号", "项目名称", "需求单位", "状态"], ["PJ-1", "x", "jiaoyu", "filed"])
    tried = send(browsers(PLANNER), "project", file=file(content))
    assert send(browsers(SYSADMIN), "project", **hidden(tried)).status_code == 404


def test_passwords_of_imported_accounts_are_shown_this_once(browsers: Any, site: Any) -> None:
    browser = browsers(SYSADMIN)
    tried = send(
        browser, "account", file=file(sheet(["账号", "姓名", "单位", "角色"], ["new.one", "新人", "市教育局", "pj_unit_clerk"]))
    )
    page = send(browser, "account", **hidden(tried))
    assert page.status_code == 200
    shown = re.search(r"<td>new\.one</td><td><code>([^<]+)</code>", page.text)
    assert shown is not None
    assert site.browser().sign_in("new.one", html.unescape(shown[1])).status_code == 303


def test_the_export_and_the_template_are_sheets(browsers: Any) -> None:
    client = browsers(PLANNER).client
    for path, rows in (("/registers/project/export?status=reviewed", 2), ("/registers/project/export?status=filed", 1),
                       ("/registers/project/template", 1)):  # fmt: skip
        answer = client.get(path)
        assert answer.mimetype == XLSX
        found = openpyxl.load_workbook(io.BytesIO(answer.data)).active
        assert found is not None
        assert found.max_row == rows


def test_the_pages_speak_english(browsers: Any) -> None:
    client = browsers(PLANNER).client
    client.set_cookie("lang", "en")
    assert "Project register" in client.get("/registers").text
    assert "Reviewed" in client.get("/registers/project").text
    assert "First entered" in client.get("/registers/project/records/PJ-2026-0001").text
    assert "Try the import" in client.get("/registers/project/import").text
