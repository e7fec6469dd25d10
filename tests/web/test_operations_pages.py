"""The pages of those who keep the machine running: processes, all cases, workers."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from drawing import chain, end, form, start, text_field, user_task
from openpyxl import load_workbook

from service.engine import stuck
from service.store import heartbeats

CLERK, MONITOR, AUDIT = "pj_unit_clerk.jiaoyu", "monitor.zhongxin", "pj_audit.shenji"


def amount(key: str) -> dict[str, object]:
    return {"type": "number", "id": key, "key": key, "label": "金额", "properties": {"label_en": "Amount"}}


def day(key: str) -> dict[str, object]:
    return {"type": "datetime", "subtype": "date", "id": key, "key": key, "label": "日期", "dateLabel": "日期"}


def way(key: str) -> dict[str, object]:
    values = [{"value": "open", "label": "公开招标"}, {"value": "talk", "label": "竞争性磋商"}]
    return {"type": "radio", "id": key, "key": key, "label": "方式", "values": values}


BUYING = (
    '<bpmn:extensionElements><zeebe:properties><zeebe:property name="searchable" value="what, cost, on, way"/>'
    '<zeebe:property name="title" value="=what"/></zeebe:properties></bpmn:extensionElements>'
)
ASKED = {"what": "服务器扩容", "cost": 1200000, "on": "2026-05-06", "way": "open"}


@pytest.fixture
def buying(site: Any) -> Any:
    body = BUYING + start() + user_task("ask", form="buying.ask") + user_task("check") + end()
    fields = form("buying.ask", text_field("what"), amount("cost"), day("on"), way("way"))
    site.city.deploy({"buying": body + chain("begin", "ask", "check", "finished")}, {"buying.ask": fields})
    return site


def buy(site: Any, **changed: Any) -> str:
    case = site.city.engine.start_case("buying", {}, by=CLERK).id
    site.city.engine.complete_task(site.task(case), {**ASKED, **changed}, by=CLERK)
    return str(case)


def page(site: Any, path: str, who: str = MONITOR) -> Any:
    browser = site.browser()
    browser.sign_in(who)
    return browser.client.get(path)


@pytest.mark.parametrize(
    "asked",
    [
        "v.what=扩容", "v.cost.from=1,000,000", "v.cost.from=1200000&v.cost.to=1200000",
        "v.on.from=2026-05-06&v.on.to=2026-05-06",
        "v.way=open", "q=服务器", "element=check", "status=open",
        "version=1", "unit=jiaoyu", "since=2026-08-20&until=2026-08-20", "v.what=扩容&v.way=open&v.cost.to=9999999",
    ],
)  # fmt: skip
def test_cases_are_found_by_what_was_filled_in_and_where_they_stand(buying: Any, asked: str) -> None:
    buy(buying)
    text = page(buying, f"/console/cases?process=buying&{asked}").text
    assert "服务器扩容" in text
    assert "没有按它筛选" not in text


@pytest.mark.parametrize(
    "asked",
    [
        "v.what=打印机", "v.cost.from=1200001", "v.cost.to=1", "v.on.from=2026-05-07",
        "v.on.to=2026-05-05", "v.way=talk", "q=打印机", "element=ask",
        "status=completed", "version=2", "unit=shuili", "since=2026-08-21",
        "until=2026-08-19", "v.what=%25",
    ],
)  # fmt: skip
def test_and_not_found_by_what_they_are_not(buying: Any, asked: str) -> None:
    buy(buying)
    assert "没有符合条件的案件" in page(buying, f"/console/cases?process=buying&{asked}").text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("v.cost.from=很多", "“很多”不是数字"), ("v.cost.to=1e999999999", "不是数字"), ("v.on.from=明天", "“明天”不是日期"),
        ("status=lost", "没有“lost”这种状态"), ("version=x", "版本“x”不是数字"), ("since=2026-02-30", "不是日期"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_understood_is_said_and_narrows_nothing(buying: Any, asked: str, words: str) -> None:
    buy(buying)
    text = page(buying, f"/console/cases?process=buying&{asked}").text
    assert words in text
    assert "服务器扩容" in text


def test_the_sheet_has_the_searchable_variables(buying: Any) -> None:
    buy(buying)
    buy(buying, what="打印机", cost=3000)
    answer = page(buying, "/console/cases.xlsx?process=buying&v.cost.from=100000")
    rows = list(load_workbook(BytesIO(answer.data)).active.values)
    assert rows[0][-4:] == ("what", "金额", "日期", "方式")
    assert [row[-4:] for row in rows[1:]] == [("服务器扩容", 1200000, "2026-05-06", "公开招标")]


def test_the_list_is_paged(buying: Any) -> None:
    for number in range(53):
        site_case = buying.city.engine.start_case("buying", {}, by=CLERK)
        assert site_case.id, number
    first = page(buying, "/console/cases?process=buying")
    assert "53" in first.text
    assert first.text.count("data-row") == 50
    (link,) = {part.split('"')[0] for part in first.text.split('href="') if "after=" in part.split('"')[0]}
    assert page(buying, link.replace("&amp;", "&")).text.count("data-row") == 3


def test_processes_are_listed_with_their_older_versions(buying: Any) -> None:
    buy(buying)
    buying.city.deploy({"buying": start() + user_task("other") + end() + chain("begin", "other", "finished")})
    text = page(buying, "/console/processes").text
    assert "旧版 1 还有 1 件在办" in text
    assert "/console/processes/buying/migrate" in text
    assert "/console/processes/buying/migrate" not in page(buying, "/console/processes", AUDIT).text


def test_the_page_of_a_process_says_what_its_drawing_shows(buying: Any, clock: Any) -> None:
    buy(buying)
    clock.advance(timedelta(days=5))
    stuck.sweep(buying.city.engine.machine, whole=True)
    text = page(buying, "/console/processes/buying").text
    assert 'id="element-check"' in text
    assert "/console/cases?status=open&amp;process=buying&amp;element=check" in text
    assert "/console/stuck?process=buying&amp;element=check" in text
    answer = buying.as_(MONITOR).get("/operations/processes/buying").json
    (check,) = [one for one in answer["elements"] if one["element"] == "check"]
    assert (check["standing"], check["stuck"], check["ended"]) == (1, 1, 0)
    assert b"<bpmn:definitions" in buying.as_(MONITOR).get("/operations/processes/buying/diagram?version=1").data


@pytest.mark.parametrize("path", ["/console/processes/nothing", "/console/processes/notes?version=7"])
def test_a_process_or_version_that_there_is_not(site: Any, path: str) -> None:
    answer = page(site, path)
    assert answer.status_code == 404
    assert "没有流程" in answer.text


def test_the_page_of_workers_says_what_is_wrong_and_what_to_do(site: Any) -> None:
    text = page(site, "/console/workers").text
    assert "没有后台进程在运行" in text
    assert "chengxu worker" in text
    machine = site.city.engine.machine
    with machine.store.write() as connection:
        heartbeats.beat(connection, "worker-1", at=machine.clock.machine())
    stuck.sweep(machine, whole=True)
    text = page(site, "/console/workers").text
    assert "一切正常" in text
    assert "worker-1" in text


@pytest.mark.parametrize("name", ["processes", "processes/notes", "cases", "cases.xlsx", "workers"])
def test_auditors_look_and_staff_do_not(site: Any, name: str) -> None:
    assert page(site, f"/console/{name}", AUDIT).status_code == 200
    assert page(site, f"/console/{name}", CLERK).status_code == 403
