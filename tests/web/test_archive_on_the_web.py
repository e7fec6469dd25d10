"""The archive through the API and on its page: lists that follow each other, verbs of a case, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

CLERK, MONITOR, SYSADMIN, AUDITOR = "pj_unit_clerk.jiaoyu", "monitor.zhongxin", "sysadmin.zhongxin", "pj_audit.shenji"


@pytest.fixture
def ended(site: Any) -> list[str]:
    """Three cases that ended more than two years ago."""
    cases = [site.start() for _ in range(3)]
    for case in cases:
        site.city.engine.terminate_case(case, reason="项目取消", by=MONITOR)
    site.city.worker.drain()
    site.city.clock.advance(timedelta(days=800))
    return cases


def pages(person: Any, address: str) -> list[str]:
    """The ids of a list, page by page of one row."""
    found: list[str] = []
    after = ""
    while True:
        answer = person.get(f"{address}&limit=1{after}")
        assert answer.status_code == 200
        found += [one["id"] for one in answer.json["items"]]
        if answer.json["after"] is None:
            return found
        after = f"&after={answer.json['after'].replace('+', '%2B')}"


def test_cases_are_archived_and_restored_one_by_one(site: Any, ended: list[str]) -> None:
    monitor = site.as_(MONITOR)
    assert sorted(pages(monitor, "/archive?list=due")) == sorted(ended)
    tried = monitor.post(f"/cases/{ended[0]}/archive", {"dry_run": True}).json
    assert (tried["state"], "仍可查找和阅读" in tried["zh"]) == ("todo", True)
    assert monitor.post(f"/cases/{ended[0]}/archive", {"reason": ""}).status_code == 422
    for case in ended[:2]:
        assert monitor.post(f"/cases/{case}/archive", {"reason": "保存期已满"}).status_code == 200
    assert sorted(pages(monitor, "/archive?list=archived")) == sorted(ended[:2])
    assert pages(monitor, "/archive?list=due") == [ended[2]]
    assert pages(monitor, "/archive?list=held") == []
    assert site.as_(CLERK).get(f"/cases/{ended[0]}").status_code == 200
    assert site.as_(CLERK).get("/cases?status=archived").json["items"][0]["archived_at"] is not None
    refused = site.as_(CLERK).post(f"/cases/{ended[0]}/comments", {"body": "还有话说"})
    assert (refused.status_code, "已归档" in refused.json["detail"]) == (409, True)
    assert monitor.post(f"/cases/{ended[0]}/restore", {"reason": "审计调阅"}).status_code == 200
    assert monitor.post(f"/cases/{ended[0]}/restore", {"reason": "审计调阅"}).status_code == 409
    assert pages(monitor, "/archive?list=archived") == [ended[1]]


def test_all_that_is_due_is_archived_as_a_batch(site: Any, ended: list[str]) -> None:
    asked = site.as_(SYSADMIN).post("/batches", {"kind": "archive_case", "subjects": ended, "reason": "年底"})
    assert asked.status_code == 201
    site.city.worker.drain()
    site.city.clock.advance(timedelta(seconds=2))
    site.city.worker.drain()
    batch = site.as_(MONITOR).get(f"/batches/{asked.json['id']}").json
    assert (batch["state"], batch["counts"]) == ("done", {"done": 3})
    assert site.as_(MONITOR).get("/archive").json["items"][0]["cases"] == 1


def test_who_may_look_and_who_may_act(site: Any, ended: list[str]) -> None:
    assert site.as_(CLERK).get("/archive").status_code == 403
    assert site.as_(AUDITOR).get("/archive?list=due").status_code == 200
    for who in (CLERK, AUDITOR):
        assert site.as_(who).post(f"/cases/{ended[0]}/archive", {"reason": "x"}).status_code == 403
        assert site.as_(who).post(f"/cases/{ended[0]}/restore", {"reason": "x"}).status_code == 403
    assert site.as_(MONITOR).get("/archive?after=yesterday").status_code == 422
    assert site.as_(MONITOR).get("/archive?list=everything").status_code == 422
