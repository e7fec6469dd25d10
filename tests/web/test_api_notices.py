"""Notices and overdue work over HTTP: whose they are, what is narrowed, and that they have the documented shape."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from drawing import chain, end, start, user_task

from service.web.api import shapes

CLERK, OTHER, UNIT_LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.shuili", "pj_unit_lead.jiaoyu"
LEAD, AUDIT, EXPERT = "pj_center_lead.zhongxin", "pj_audit.shenji", "pj_expert.1"
SCHEDULE = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'


def late_case(site: Any, *, days: int = 10) -> str:
    """A case whose task was due on the fifth working day, some days later; noticed by everybody whom it concerns."""
    task = user_task("work").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + SCHEDULE)
    site.city.deploy({"late": start() + task + end() + chain("begin", "work", "finished")})
    case = site.start("late")
    site.city.clock.advance(timedelta(days=days))
    site.city.worker.drain()
    return str(case)


def test_one_reads_ones_own_notices_newest_first(site_anywhere: Any) -> None:
    site = site_anywhere
    case = late_case(site)
    found = site.as_(CLERK).get("/notices").json
    assert [one["kind"] for one in found["items"]] == ["overdue", "due", "reminded", "reminded"]
    assert (found["unread"], found["after"]) == (4, None)
    newest = found["items"][0]
    assert (newest["case"]["id"], newest["case"]["readable"], newest["task"]) == (case, True, site.task(case))
    assert newest["message"] == "“work”已逾期（期限 2026-08-27）"
    assert newest["message_en"] == "“work” (Intake check of an application): overdue; it was due on 2026-08-27"
    assert [one["kind"] for one in site.as_(LEAD).get("/notices").json["items"]] == ["escalated"]
    assert site.as_(OTHER).get("/notices").json == {"items": [], "unread": 0, "after": None}
    assert not shapes.NoticeListShape().validate(found)


def test_notices_are_narrowed_and_paged(site: Any) -> None:
    case = late_case(site)
    clerk = site.as_(CLERK)
    assert [one["kind"] for one in clerk.get("/notices?kind=due").json["items"]] == ["due"]
    assert len(clerk.get(f"/notices?case={case}").json["items"]) == 4
    assert clerk.get("/notices?case=nothing").json["items"] == []
    first = clerk.get("/notices?limit=3").json
    rest = clerk.get(f"/notices?limit=3&after={first['after']}").json
    assert (len(first["items"]), len(rest["items"]), rest["after"]) == (3, 1, None)
    assert clerk.get("/notices?kind=nonsense").status_code == 422
    assert clerk.get("/notices?limit=0").status_code == 422


def test_reading_one_and_reading_all(site: Any) -> None:
    late_case(site)
    clerk = site.as_(CLERK)
    newest = clerk.get("/notices").json["items"][0]["id"]
    assert clerk.post(f"/notices/{newest}/read").json == {"unread": 3}
    assert clerk.post(f"/notices/{newest}/read").json == {"unread": 3}
    assert newest not in [one["id"] for one in clerk.get("/notices?unread=true").json["items"]]
    assert clerk.post("/notices/read").json == {"unread": 0}
    assert [one["unread"] for one in clerk.get("/notices").json["items"]] == [False] * 4
    assert site.as_("pj_unit_clerk.jiaoyu.2").get("/notices").json["unread"] == 4


@pytest.mark.parametrize("account", [OTHER, AUDIT, LEAD])
def test_a_notice_for_others_does_not_exist(site: Any, account: str) -> None:
    late_case(site)
    newest = site.as_(CLERK).get("/notices").json["items"][0]["id"]
    assert site.as_(account).post(f"/notices/{newest}/read").status_code == 404


def test_overdue_work_is_seen_by_who_may_read_the_case(site_anywhere: Any) -> None:
    site = site_anywhere
    case = late_case(site)
    for account in (LEAD, AUDIT, UNIT_LEAD, CLERK):
        found = site.as_(account).get("/overdue").json
        assert [one["case"]["id"] for one in found["items"]] == [case], account
    (one,) = site.as_(LEAD).get("/overdue").json["items"]
    assert (one["days_overdue"], one["queues"], one["escalates_to"]) == (3, ["pj_unit_clerk@jiaoyu"], ["pj_center_lead"])
    assert one["claimed_by"] is None
    assert not shapes.OverdueListShape().validate(found)
    assert site.as_(OTHER).get("/overdue").json["items"] == []


def test_overdue_work_is_narrowed_and_ends_when_it_is_done(site: Any) -> None:
    case = late_case(site)
    lead = site.as_(LEAD)
    assert len(lead.get("/overdue?process=late&unit=jiaoyu").json["items"]) == 1
    assert lead.get("/overdue?process=notes").json["items"] == []
    assert lead.get("/overdue?unit=shuili").json["items"] == []
    assert lead.get("/overdue?after=rubbish").status_code == 422
    site.city.engine.claim_task(site.task(case), by=CLERK)
    assert lead.get("/overdue").json["items"][0]["claimed_by"] == CLERK
    site.city.engine.complete_task(site.task(case), {}, by=CLERK)
    assert lead.get("/overdue").json["items"] == []


def test_the_last_day_is_not_overdue_and_the_next_is_by_one(site: Any) -> None:
    late_case(site, days=7)
    assert site.as_(LEAD).get("/overdue").json["items"] == []
    site.city.clock.advance(timedelta(days=1))
    assert [one["days_overdue"] for one in site.as_(LEAD).get("/overdue").json["items"]] == [1]


def test_overdue_work_is_paged_from_the_longest_overdue(site: Any) -> None:
    cases = [late_case(site, days=1) for _ in range(5)]
    site.city.clock.advance(timedelta(days=20))
    first = site.as_(LEAD).get("/overdue?limit=2").json
    second = site.as_(LEAD).get(f"/overdue?limit=2&after={first['after']}").json
    third = site.as_(LEAD).get(f"/overdue?limit=2&after={second['after']}").json
    assert [one["case"]["id"] for page in (first, second, third) for one in page["items"]] == cases
    assert third["after"] is None
