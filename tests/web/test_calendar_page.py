"""Holiday notices on the page and over HTTP: read, tried, loaded; what is wrong is said and nothing that was entered is lost."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

CLERK, MONITOR, SYSADMIN = "pj_unit_clerk.jiaoyu", "monitor.zhongxin", "sysadmin.zhongxin"
WORDS = (
    "一、元旦：1月1日（周五）至3日（周日）放假，共3天。\n"
    "二、春节：2月5日（周五）至11日（周四）放假调休，共7天。2月14日（周日）上班。"
)
LINES = "2027-01-01 休 元旦\n2027-02-14 班 春节"


def send(site: Any, who: str = SYSADMIN, **data: Any) -> Any:
    browser = site.browser()
    browser.sign_in(who)
    given = {"year": "2027", "csrf_token": browser.token, **data}
    return browser.client.post("/console/calendar", data=given, follow_redirects=True)


def test_words_become_lines_for_correction(site: Any) -> None:
    text = send(site, do="read", text=WORDS).text
    assert "2027-01-03 休 元旦" in text
    assert "2027-02-14 班 春节" in text


def test_a_file_of_either_kind_is_read(site: Any) -> None:
    assert "2027-01-03 休 元旦" in send(site, do="read", file=(BytesIO(WORDS.encode()), "notice.txt")).text
    shipped = (
        "year: 2027\nnotice: {title: 虚构的通知, number: 〔2026〕9号}\n"
        "holidays:\n- {name: 元旦, from: 2027-01-01, to: 2027-01-01}\n"
    )
    text = send(site, do="read", year="2026", file=(BytesIO(shipped.encode()), "cn-2027.yaml")).text
    assert "2027-01-01 休 元旦" in text
    assert 'value="虚构的通知"' in text
    assert 'value="2027"' in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"do": "read", "text": "元旦：1月1日（周四）放假。"}, "文字说周四"),
        ({"do": "read", "text": "各单位："}, "没有读到放假的日期"),
        ({"do": "read", "text": "year: 2027\nholidays: [{name: 元旦, from: x, to: y}]"}, "日历文件有误"),
        ({"do": "read", "file": (BytesIO(b"\xff\xfe\x00"), "notice.txt")}, "不是 UTF-8 文本"),
        ({"do": "look", "lines": "明天休息"}, "第 1 行“明天休息”应为"), ({"do": "look", "lines": "", "year": "x"}, "请填写年份"),
        ({"do": "load", "lines": LINES, "reason": ""}, "原因"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_entered_stays(site: Any, data: dict[str, Any], words: str) -> None:
    answer = send(site, title="我的通知", **data)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="我的通知"' in answer.text
    assert data.get("lines", "") in answer.text
    assert 2027 not in site.city.engine.machine.rules.calendar.years


def test_a_notice_is_tried_and_loaded(site: Any) -> None:
    tried = send(site, do="look", lines=LINES).text
    assert "个到期日会移动" in tried
    assert "载入并重算到期日" in tried
    rows = list(load_workbook(BytesIO(send(site, do="sheet", lines=LINES).data)).active.values)
    assert rows[0][0] == "编号"
    assert "已载入 2027 年的放假安排" in send(site, do="load", lines=LINES, reason="国务院通知").text
    assert 2027 in site.city.engine.machine.rules.calendar.years
    again = send(site, do="load", lines=LINES, reason="国务院通知")
    assert (again.status_code, "已经载入" in again.text) == (409, True)
    corrected = send(site, do="look", lines=LINES + "\n2027-02-05 休 春节").text
    assert "将替换已载入的 2027 年安排" in corrected


def test_a_monitor_looks_and_loads_nothing(site: Any) -> None:
    text = send(site, MONITOR, do="look", lines=LINES).text
    assert "只有系统管理员可以载入" in text
    assert send(site, MONITOR, do="load", lines=LINES, reason="x").status_code == 403
    assert send(site, CLERK, do="look", lines=LINES).status_code == 403


def test_from_november_on_the_next_year_is_missed(site: Any, clock: Any) -> None:
    browser = site.browser()
    browser.sign_in(MONITOR)
    assert "2027 年的放假安排还没有载入" not in browser.client.get("/console/calendar").text
    clock.set(clock.now().replace(month=11, day=20))
    browser = site.browser()
    browser.sign_in(MONITOR)
    assert "2027 年的放假安排还没有载入" in browser.client.get("/console/calendar").text


def test_the_api_reads_tries_and_loads(site: Any) -> None:
    admin = site.as_(SYSADMIN)
    assert admin.get("/calendar").json["items"][0]["year"] == 2026
    read = admin.post("/calendar/read", {"year": 2027, "text": WORDS}).json
    assert read["findings"] == []
    tried = admin.post("/calendar/preview", {"year": 2027, "lines": read["lines"]}).json
    assert (tried["year"], tried["moved"], tried["moves"]) == (2027, 0, [])
    body = {"year": 2027, "lines": read["lines"], "title": "虚构的通知", "reason": "国务院通知"}
    assert site.as_(MONITOR).post("/calendar", body).status_code == 403
    assert admin.post("/calendar", body).status_code == 201
    newest = admin.get("/calendar").json["items"][0]
    assert (newest["year"], newest["source"], newest["rest"], newest["work"]) == (2027, "虚构的通知", 10, 1)
    assert admin.post("/calendar/preview", {"year": 2027, "lines": "?"}).status_code == 422
    assert site.as_(CLERK).get("/calendar").status_code == 403
