"""The pages 提醒, 督办 and 参数: who sees what, and what they change."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from drawing import chain, end, start, user_task

CLERK, OTHER, LEAD, SYSADMIN = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.shuili", "pj_center_lead.zhongxin", "sysadmin.zhongxin"
EXPERT = "pj_expert.1"
SCHEDULE = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'


@pytest.fixture
def people(site: Any) -> Any:
    """Somebody with a browser, signed in once."""
    known: dict[str, Any] = {}

    def get(account: str) -> Any:
        if account not in known:
            known[account] = site.browser()
            known[account].sign_in(account)
        return known[account]

    return get


@pytest.fixture
def case(site: Any) -> str:
    """Overdue by three days."""
    task = user_task("work").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + SCHEDULE)
    site.city.deploy({"late": start() + task + end() + chain("begin", "work", "finished")})
    made = site.start("late")
    site.city.clock.advance(timedelta(days=10))
    site.city.worker.drain()
    return str(made)


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.text))


def links(page: Any) -> list[str]:
    return re.findall(r'href="(/notices/[0-9a-z]{24})"', page.text)


def test_notices_stand_by_day_and_the_badge_counts_them(people: Any, case: str) -> None:
    page = people(CLERK).client.get("/notices")
    days = re.findall(r'<h2 id="day-\d+"><time datetime="([\d-]+)"', page.text)
    assert days == ["2026-08-28", "2026-08-27", "2026-08-26", "2026-08-24"]
    assert "“work”今天到期（2026-08-27）" in text(page)
    assert re.search(r'href="/notices"[^>]*>.*?rail-count">4<', page.text, re.S)
    assert "没有未读的提醒" in people(OTHER).client.get("/notices").text


def test_opening_a_notice_leads_to_its_task_and_it_has_been_read(site: Any, people: Any, case: str) -> None:
    clerk = people(CLERK).client
    (newest, *rest) = links(clerk.get("/notices"))
    answer = clerk.get(newest)
    assert answer.headers["Location"] == f"/tasks/{site.task(case)}"
    assert newest not in links(clerk.get("/notices"))
    assert len(links(clerk.get("/notices?view=all"))) == 4
    site.city.engine.complete_task(site.task(case), {}, by=CLERK)
    assert clerk.get(rest[0]).headers["Location"] == f"/cases/{case}"


def test_notices_are_marked_as_read_by_whose_they_are(people: Any, case: str) -> None:
    clerk = people(CLERK)
    (newest, *_) = links(clerk.client.get("/notices"))
    assert people(OTHER).client.post(f"{newest}/read", data={"csrf_token": people(OTHER).token}).status_code == 404
    answer = clerk.client.post(f"{newest}/read", data={"csrf_token": clerk.token, "next": "/notices?kind=overdue"})
    assert answer.headers["Location"] == "/notices?kind=overdue"
    assert len(links(clerk.client.get("/notices"))) == 3
    assert clerk.client.post("/notices/read", data={"csrf_token": clerk.token}).headers["Location"] == "/notices"
    assert "没有未读的提醒" in clerk.client.get("/notices").text
    assert clerk.client.post("/notices/read").status_code == 403  # without the token of a page


def test_notices_can_be_narrowed_by_kind(people: Any, case: str) -> None:
    assert len(links(people(CLERK).client.get("/notices?kind=reminded"))) == 2
    assert "没有这一种类的提醒" in people(CLERK).client.get("/notices?kind=notified").text


def test_overdue_work_says_since_when_who_and_to_whom(people: Any, case: str) -> None:
    page = text(people(LEAD).client.get("/overdue"))
    assert "逾期 3 天" in page
    assert "需求单位经办人（市教育局）" in page
    assert "中心负责人" in page
    assert "没有符合条件的逾期事项" in people(LEAD).client.get("/overdue?unit=shuili").text
    assert "没有逾期事项" in people(OTHER).client.get("/overdue").text


def test_the_security_board_is_the_page_of_its_process(site: Any, people: Any, case: str) -> None:
    assert "安全看板" not in people(LEAD).client.get("/overdue").text
    body = start() + user_task("work", groups="pj_center_super") + end() + chain("begin", "work", "finished")
    site.city.deploy({"security_incident": body})
    assert 'href="/overdue?process=security_incident"' in people(LEAD).client.get("/overdue").text
    assert "<h1>安全看板</h1>" in people(LEAD).client.get("/overdue?process=security_incident").text
    assert 'href="/overdue?process=security_incident"' not in people(CLERK).client.get("/overdue").text


def test_a_parameter_shows_its_versions_and_its_form_to_the_administrator_only(people: Any, site: Any) -> None:
    admin = people(SYSADMIN)
    page = admin.client.get("/parameters").text
    assert 'href="/parameters/similarity_threshold"' in page
    answer = admin.client.post(
        "/parameters/similarity_threshold",
        data={"csrf_token": admin.token, "value": "0.65", "from": "2026-09-01", "reason": "误报较多"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/parameters/similarity_threshold")
    shown = text(admin.client.get("/parameters/similarity_threshold"))
    assert "已更改，自 2026-09-01 周二 起生效" in shown
    assert "误报较多 丁管森" in shown
    assert "2026-09-01 周二 起为 0.65" in text(admin.client.get("/parameters"))
    assert 'name="reason"' not in people(CLERK).client.get("/parameters/similarity_threshold").text
    assert 'name="reason"' not in admin.client.get("/parameters/service_life_min_years").text
    assert "只随法规修改" in admin.client.get("/parameters/service_life_min_years").text


def test_a_wrong_entry_is_answered_with_the_form_and_its_faults(people: Any) -> None:
    admin = people(SYSADMIN)
    answer = admin.client.post(
        "/parameters/similarity_threshold", data={"csrf_token": admin.token, "value": "7", "from": "", "reason": "因为"}
    )
    assert answer.status_code == 422
    assert 'href="#from"' in answer.text
    answer = admin.client.post(
        "/parameters/similarity_threshold", data={"csrf_token": admin.token, "value": "7", "from": "2026-08-20", "reason": "因为"}
    )
    assert 'href="#value"' in answer.text
    assert "不得大于 1" in answer.text
    assert 'value="7"' in answer.text
    assert "因为</textarea>" in answer.text


def test_who_is_no_administrator_cannot_change_by_asking_anyway(people: Any) -> None:
    clerk = people(CLERK)
    data = {"csrf_token": clerk.token, "value": "0.65", "from": "2026-09-01", "reason": "因为"}
    assert clerk.client.post("/parameters/similarity_threshold", data=data).status_code == 403


def test_these_pages_speak_english(people: Any, case: str) -> None:
    clerk = people(CLERK).client
    clerk.set_cookie("lang", "en")
    page = text(clerk.get("/notices"))
    assert "it was due on 2026-08-27" in page
    assert "Mark all as read" in page
    assert "Practice" in text(clerk.get("/parameters"))
    assert "Nothing overdue fits" in text(clerk.get("/overdue?unit=shuili"))
