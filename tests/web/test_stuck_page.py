"""卡住的案件: the page and the API of the monitor, and the gauges for Prometheus."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from service.engine import stuck

CLERK, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu"
MONITOR, SYSADMIN, AUDIT = "monitor.zhongxin", "sysadmin.zhongxin", "pj_audit.shenji"


@pytest.fixture
def lying(site: Any, clock: Any) -> str:
    """A case whose task nobody took for a week, as the monitor found it."""
    case: str = site.start()
    clock.set(clock.now() + timedelta(days=7))
    stuck.sweep(site.city.engine.machine, whole=True)
    return case


def opened(site: Any, account: str, path: str = "/console/stuck", *, english: bool = False) -> Any:
    browser = site.browser()
    browser.sign_in(account)
    if english:
        browser.client.set_cookie("lang", "en")
    return browser.client.get(path)


def test_the_page_says_what_stands_still_why_since_when_and_what_to_do(site: Any, lying: str) -> None:
    page = opened(site, MONITOR).text
    assert "2 个工作日无人领取" in page
    assert "7 天" in page
    assert "改派给具体人员" in page
    assert f"/cases/{lying}" in page
    assert "kind=reassign_task" in page
    told = opened(site, MONITOR, english=True).text
    assert "nobody has claimed it for 2 working days" in told
    assert "Nobody took it" in told


def test_filters_groups_and_an_empty_list(site: Any, lying: str) -> None:
    assert "2 个工作日" in opened(site, MONITOR, "/console/stuck?cause=untaken&process=notes&unit=jiaoyu").text
    assert "没有符合条件的案件" in opened(site, MONITOR, "/console/stuck?process=other").text
    assert "市教育局" in opened(site, MONITOR, "/console/stuck?group=unit").text
    assert opened(site, MONITOR, "/console/stuck?cause=nonsense").status_code == 422
    assert opened(site, MONITOR, "/console/stuck?after=nonsense").status_code == 422


def test_nothing_stuck_is_said_so(site: Any) -> None:
    site.start()
    stuck.sweep(site.city.engine.machine, whole=True)
    assert "没有卡住的案件" in opened(site, MONITOR).text


def test_auditors_look_and_do_not_act_and_staff_see_nothing(site: Any, lying: str) -> None:
    page = opened(site, AUDIT)
    assert "2 个工作日无人领取" in page.text
    assert "kind=reassign_task" not in page.text
    assert opened(site, CLERK).status_code == 403
    assert site.as_(CLERK).get("/stuck").status_code == 403


def test_the_sheet_has_what_the_page_has(site: Any, lying: str) -> None:
    sheet = load_workbook(BytesIO(opened(site, MONITOR, "/console/stuck.xlsx").data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:2] == ("原因", "说明")
    assert len(rows) == 2
    assert rows[1][0] == "长期无人领取"


def test_the_api_lists_groups_and_pages(site: Any, lying: str, clock: Any) -> None:
    site.start()
    clock.set(clock.now() + timedelta(days=7))
    stuck.sweep(site.city.engine.machine, whole=True)
    monitor = site.as_(MONITOR)
    first = monitor.get("/stuck?limit=1").json
    (one,) = first["items"]
    assert (one["cause"], one["case"], one["action"]) == ("untaken", lying, "reassign_task")
    second = monitor.get(f"/stuck?limit=1&after={first['after']}").json
    assert second["items"][0]["case"] != lying
    assert second["after"] is None
    assert monitor.get("/stuck?group=cause").json["groups"] == [{"name": "untaken", "number": 2}]
    assert monitor.get("/stuck/trend").json["items"][-1]["number"] == 2


def test_prometheus_reads_gauges_from_loopback_and_with_a_token(site: Any, lying: str) -> None:
    client = site.app.test_client()
    told = client.get("/metrics")
    assert told.content_type.startswith("text/plain; version=0.0.4")
    assert 'chengxu_stuck{cause="untaken"} 1' in told.text
    assert 'chengxu_cases_open{process="notes"} 1' in told.text
    assert "chengxu_database_bytes" in told.text
    away = {"environ_base": {"REMOTE_ADDR": "10.0.0.7"}}
    assert client.get("/metrics", **away).status_code == 403
    assert client.get("/api/v1/metrics", headers=site.as_(SYSADMIN).headers, **away).status_code == 200
    assert client.get("/api/v1/metrics", headers=site.as_(CLERK).headers, **away).status_code == 403


def test_what_is_advised_can_be_done_to_all_of_a_cause(site: Any, lying: str) -> None:
    page = opened(site, MONITOR, "/console/stuck?cause=untaken").text
    found = re.search(r'href="(/console/batches/new[^"]*)">全部处理', page)
    assert found is not None
    assert "全部处理" not in opened(site, MONITOR).text
    foreseen = opened(site, MONITOR, unescape(found[1])).text
    ways = ('name="cause"[^>]*value="untaken"', 'value="untaken"[^>]*name="cause"', '<option value="untaken"[^>]*selected')
    assert re.search("|".join(ways), foreseen)
    assert "全部处理" not in opened(site, AUDIT, "/console/stuck?cause=untaken").text


def test_rows_of_one_cause_can_be_picked_by_who_may_act(site: Any, clock: Any) -> None:
    cases = [site.start() for _ in range(3)]
    tasks = [site.task(case) for case in cases]
    clock.set(clock.now() + timedelta(days=7))
    stuck.sweep(site.city.engine.machine, whole=True)
    page = opened(site, MONITOR, "/console/stuck?cause=untaken").text
    assert {task for task in tasks if f'name="subject" value="{task}"' in page} == set(tasks)
    picked = f"/console/batches/new?kind=reassign_task&subject={tasks[0]}&subject={tasks[1]}&a-to={LEAD}"
    assert tasks[2] not in opened(site, MONITOR, picked).text
    assert opened(site, MONITOR, picked).text.count('name="subject"') >= 2
    assert 'name="subject"' not in opened(site, MONITOR).text, "rows of several causes have no act in common"
    assert 'name="subject"' not in opened(site, AUDIT, "/console/stuck?cause=untaken").text
