"""What rules have found, what moved a date, and the law at a field: said with rule and article, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from drawing import chain, end, form, service_task, start, text_field, user_task

from service.clock import SHANGHAI
from service.engine.moving import set_clock
from service.engine.publishing import store_calendar
from service.sdk import Context, Level, handler

CLERK = "pj_unit_clerk.jiaoyu"
#: Made up: in 2027 the whole second week of January is free.
NOTICE: Mapping[str, Any] = {
    "year": 2027,
    "notice": {"title": "虚构的通知（仅供测试）"},
    "holidays": [{"name": "虚构假日", "from": datetime(2027, 1, 11).date(), "to": datetime(2027, 1, 17).date()}],  # noqa: DTZ001
    "working": [],
}


@handler("remark_for_pages", inline=True)
def remark_for_pages(context: Context) -> None:
    context.warn("note", "R-PJ-08", "使用年限偏短", "The service life is short", article="pj-2020#11")
    context.find("R-PJ-15", "与既有项目相似", "Like another project", level=Level.FLAG, article="pj-2020#13")


@pytest.fixture
def remarked(site: Any) -> Any:
    """A site with `remarked`: a note with an article, about which two rules have something to say."""
    note = {**text_field("note"), "properties": {"article": "pj-2020#10, pj-2020#12"}}
    begin = start().replace("/>", '><bpmn:extensionElements><zeebe:formDefinition formId="remarked.begin"/>', 1)
    body = begin + "</bpmn:extensionElements></bpmn:startEvent>" + service_task("judge", type="remark_for_pages")
    body += user_task("go_on", form="remarked.go_on") + end() + chain("begin", "judge", "go_on", "finished")
    site.city.deploy({"remarked": body}, {name: form(name, note) for name in ("remarked.begin", "remarked.go_on")})
    return site


@pytest.fixture
def clerk(site: Any) -> Any:
    browser = site.browser()
    browser.sign_in(CLERK)
    return browser.client


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.text))


def test_a_filed_case_shows_once_what_the_rules_remarked(remarked: Any, clerk: Any) -> None:
    case = remarked.start("remarked", {"note": "短"})
    assert clerk.get(f"/cases/{case}/filed").headers["Location"].endswith(f"/cases/{case}")

    first, again = words(clerk.get(f"/cases/{case}")), words(clerk.get(f"/cases/{case}"))

    receipt = first.partition("规则提示：已提交")[2].partition("remarked")[0]
    assert "提醒 使用年限偏短 规则 R-PJ-08 · 依据 办法第十一条" in receipt
    assert "已标记 与既有项目相似 规则 R-PJ-15" in receipt
    assert remarked.city.engine.machine.rules.catalogue.get_article("pj-2020#11").zh in receipt
    assert "规则提示：已提交" not in again


def test_a_receipt_stays_small_however_much_was_remarked(remarked: Any, clerk: Any) -> None:
    case = remarked.start("remarked", {"note": "短"})
    cookie = clerk.get(f"/cases/{case}/filed").headers["Set-Cookie"]
    assert len(cookie) < 600  # a browser drops a cookie of more than 4 KB


def test_the_timeline_keeps_what_the_rules_remarked(remarked: Any, clerk: Any) -> None:
    case = remarked.start("remarked", {"note": "短"})
    for path in (f"/cases/{case}", f"/tasks/{remarked.task(case)}"):
        assert "规则提示 提醒 使用年限偏短 规则 R-PJ-08" in words(clerk.get(path))
    clerk.set_cookie("lang", "en")
    told = words(clerk.get(f"/cases/{case}"))
    assert "Note The service life is short Rule R-PJ-08" in told
    assert "art 11" in told
    assert "使用年限偏短" not in told


def test_a_form_brings_the_articles_of_its_fields_and_of_its_regulation(remarked: Any, clerk: Any) -> None:
    case = remarked.start("remarked", {"note": "短"})

    def articles() -> Any:
        page = clerk.get(f"/tasks/{remarked.task(case)}").text
        found = re.search(r'data-part="form-data">(.*?)</script>', page, re.S)
        assert found is not None
        return json.loads(found[1])["articles"]

    known = remarked.city.engine.machine.rules.catalogue.get_article("pj-2020#12")
    assert articles()["pj-2020#12"] == {
        "ref": "第十二条", "heading": known.heading, "zh": known.zh, "en": known.en,
        "regulation": "《盘锦市政务信息化项目统筹建设管理办法》",
    }  # fmt: skip
    assert "pj-2020#10" in articles()
    clerk.set_cookie("lang", "en")
    assert articles()["pj-2020#12"]["ref"] == "art 12"


def test_a_date_that_a_notice_moves_is_told_with_both_days(site: Any, clerk: Any) -> None:
    site.city.clock.set(datetime(2027, 1, 6, 9, tzinfo=SHANGHAI))
    schedule = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'
    task = user_task("examine").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + schedule)
    timer = (
        '<bpmn:boundaryEvent id="late" name="late" attachedToRef="examine" cancelActivity="false"><bpmn:timerEventDefinition>'
        "<bpmn:timeDate>=deadline(&quot;D-PJ-18a&quot;, today())</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    flows = chain("begin", "examine", "finished") + chain("late", "noted")
    site.city.deploy({"dated": start() + task + timer + end() + end("noted") + flows})
    case = site.start("dated")
    client = site.browser()
    client.sign_in(CLERK)
    page = client.client.get(f"/cases/{case}").text
    assert "暂定" in page
    assert "实践参数" in page

    store_calendar(site.city.engine.machine, [NOTICE], by="operator")
    site.city.worker.drain()

    whole = client.client.get(f"/cases/{case}").text
    told = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", whole.partition('id="history"')[2]))
    assert told.count("“examine”的期限由 2027-01-13 周三 改为 2027-01-20 周三") == 1
    assert "的期限由 2027-01-13 周三 改为 2027-01-20 周三（暂定）" not in told
    assert "“late”的期限" not in told


def test_moves_of_the_demonstration_clock_stand_among_the_events_of_a_case(site: Any, clerk: Any) -> None:
    from service.clock import OffsetClock
    from service.store.demo_clock import StoredOffset

    machine = site.city.engine.machine
    offset = StoredOffset(site.city.store)
    machine.clock, machine.clock_changed = OffsetClock(offset), offset.forget
    set_clock(machine, datetime(2026, 8, 20, 9, tzinfo=SHANGHAI), by=CLERK)
    before = site.start()
    for days in (3, 10):
        set_clock(machine, datetime(2026, 8, 20, 9, tzinfo=SHANGHAI) + timedelta(days=days), by=CLERK)
        site.city.worker.drain()
    after = site.start()

    client = site.browser()
    client.sign_in(CLERK)
    told = words(client.client.get(f"/cases/{before}"))
    assert "王敏 把演示时钟从 2026-08-20 09:00 拨到 2026-08-23 09:00" in told
    assert "王敏 把演示时钟从 2026-08-23 09:00 拨到 2026-08-30 09:00" in told
    assert "演示时钟从" not in words(client.client.get(f"/cases/{after}"))
