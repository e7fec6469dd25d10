"""Batches through the API and on pages, and the menu of a case for a monitor."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

CLERK, MONITOR, LEAD = "pj_unit_clerk.jiaoyu", "monitor.zhongxin", "pj_unit_lead.jiaoyu"


def run(site: Any) -> None:
    site.city.worker.drain()
    site.city.clock.advance(timedelta(seconds=2))
    site.city.worker.drain()


def test_a_batch_is_judged_asked_for_and_followed_through_the_api(site: Any) -> None:
    cases = [site.start() for _ in range(3)]
    site.city.engine.terminate_case(cases[2], reason="重复", by=MONITOR)
    monitor = site.as_(MONITOR)
    body = {"kind": "suspend_case", "subjects": cases, "reason": "核对预算"}
    seen = monitor.post("/batches", {**body, "dry_run": True})
    assert (seen.status_code, seen.json["total"], seen.json["able"]) == (200, 3, 2)
    assert [one["able"] for one in seen.json["items"]] == [True, True, False]

    asked = monitor.post("/batches", body)
    assert asked.status_code == 201
    run(site)

    batch = monitor.get(f"/batches/{asked.json['id']}").json
    assert (batch["state"], batch["counts"]) == ("done", {"done": 2, "failed": 1})
    failed = monitor.get(f"/batches/{batch['id']}/items?state=failed").json["items"]
    assert [(one["case_id"], one["zh"]) for one in failed] == [(cases[2], "该案件已终止。")]
    assert monitor.get("/batches").json["items"][0]["id"] == batch["id"]
    first = monitor.get(f"/batches/{batch['id']}/items?limit=2").json
    assert [one["seq"] for one in first["items"]] == [1, 2]
    assert [one["seq"] for one in monitor.get(f"/batches/{batch['id']}/items?after={first['after']}").json["items"]] == [3]


def test_a_batch_is_selected_by_what_its_subjects_have_in_common(site: Any) -> None:
    cases = {site.start() for _ in range(2)}
    process = site.as_(MONITOR).get(f"/cases/{min(cases)}").json["process"]
    body = {"kind": "suspend_case", "select": {"process": process}, "dry_run": True}
    seen = site.as_(MONITOR).post("/batches", body).json
    assert {one["subject"] for one in seen["items"]} == cases
    nobody = site.as_(MONITOR).post("/batches", {**body, "select": {"process": "nowhere"}})
    assert nobody.status_code == 422


def test_batches_are_for_monitors_and_need_a_reason(site: Any) -> None:
    case = site.start()
    body = {"kind": "suspend_case", "subjects": [case], "reason": "核对"}
    clerk, monitor = site.as_(CLERK), site.as_(MONITOR)
    assert clerk.post("/batches", body).status_code == 403
    assert clerk.get("/batches").status_code == 403
    assert monitor.post("/batches", {**body, "reason": ""}).status_code == 422
    assert monitor.post("/batches", {**body, "kind": "nothing"}).status_code == 422
    assert monitor.post("/batches", {"kind": "suspend_case", "reason": "x"}).status_code == 422
    assert monitor.get("/batches/nosuchbatch").status_code == 404


def test_a_batch_is_paused_resumed_and_cancelled_through_the_api(site: Any) -> None:
    monitor = site.as_(MONITOR)
    body = {"kind": "suspend_case", "subjects": [site.start()], "reason": "核对"}
    batch = monitor.post("/batches", body).json["id"]
    assert monitor.post(f"/batches/{batch}/pause", {}).json["state"] == "paused"
    assert monitor.post(f"/batches/{batch}/pause", {}).status_code == 409
    assert monitor.post(f"/batches/{batch}/resume", {}).json["state"] == "running"
    assert monitor.post(f"/batches/{batch}/cancel", {}).status_code == 422
    assert monitor.post(f"/batches/{batch}/cancel", {"reason": "选错了"}).json["state"] == "cancelled"
    assert monitor.post(f"/batches/{batch}/retry-failed", {}).status_code == 409


def test_single_actions_are_done_at_once(site: Any) -> None:
    case, monitor = site.start(), site.as_(MONITOR)
    task = site.task(case)
    dry = monitor.post(f"/tasks/{task}/reassign", {"to": CLERK, "dry_run": True}).json
    assert dry["state"] == "todo"
    assert monitor.post(f"/tasks/{task}/reassign", {"to": MONITOR, "reason": "无人领取"}).status_code == 403
    assert monitor.post(f"/tasks/{task}/reassign", {"to": CLERK, "reason": "无人领取"}).json["case"] == case
    assert site.as_(CLERK).get(f"/tasks/{task}").json["claimed_by"] == CLERK
    assert monitor.post(f"/tasks/{task}/take-from-holder", {"reason": "请假"}).status_code == 200
    assert monitor.post(f"/cases/{case}/suspend", {"reason": "核对"}).json["state"] == "done"
    assert monitor.post(f"/cases/{case}/suspend", {"reason": "核对"}).status_code == 409
    assert site.as_(CLERK).post(f"/cases/{case}/resume", {"reason": "核对"}).status_code == 403
    assert monitor.post(f"/cases/{case}/resume", {"reason": "核对完毕"}).status_code == 200
    assert monitor.post(f"/cases/{case}/terminate", {"reason": "重复"}).status_code == 200
    assert monitor.get(f"/cases/{case}").json["status"] == "terminated"


def test_a_monitor_looks_first_and_then_does_it_on_pages(site: Any) -> None:
    case = site.start()
    monitor, clerk = site.browser(), site.browser()
    monitor.sign_in(MONITOR)
    clerk.sign_in(CLERK)
    assert "kind=suspend_case" in monitor.client.get(f"/cases/{case}").text
    assert "kind=suspend_case" not in clerk.client.get(f"/cases/{case}").text
    assert clerk.client.get("/console/batches").status_code == 403

    page = monitor.client.get(f"/console/batches/new?kind=suspend_case&subject={case}").text
    assert "案件将停在原处" in page
    sent = {"kind": "suspend_case", "subject": case, "reason": "", "csrf_token": monitor.token}
    refused = monitor.client.post("/console/batches/new", data=sent)
    assert (refused.status_code, "请填写原因" in refused.text) == (422, True)
    assert monitor.client.post("/console/batches/new", data={**sent, "reason": "核对预算"}).status_code == 303
    shown = clerk.client.get(f"/cases/{case}").text
    assert "暂停办理" in shown
    assert "核对预算" in shown


def test_a_batch_by_filter_is_followed_on_its_page(site: Any) -> None:
    cases = [site.start() for _ in range(2)]
    monitor = site.browser()
    monitor.sign_in(MONITOR)
    assert "暂停案件" in monitor.client.get("/console/batches/new").text
    everything = monitor.client.get("/console/batches/new?kind=suspend_case&look=1").text
    assert "请至少填写一个筛选条件" in everything
    process = site.city.case(cases[0]).process
    page = monitor.client.get(f"/console/batches/new?kind=suspend_case&look=1&process={process}").text
    assert "共 2 项，可以 2 项" in page
    sent = {"kind": "suspend_case", "process": process, "reason": "系统割接", "csrf_token": monitor.token}
    asked = monitor.client.post("/console/batches/new", data=sent)
    assert asked.status_code == 303
    address = asked.headers["Location"]
    assert 'hx-trigger="every 2s"' in monitor.client.get(address).text
    assert monitor.client.post(f"{address}/pause", data={"csrf_token": monitor.token}).status_code == 303
    assert monitor.client.post(f"{address}/resume", data={"csrf_token": monitor.token}).status_code == 303
    run(site)

    done = monitor.client.get(address).text
    assert 'hx-trigger="every 2s"' not in done
    assert re.search(r"2 / 2 项有了结果：成功 2", done)
    assert "系统割接" in monitor.client.get("/console/batches").text
    assert [site.city.case(case).status for case in cases] == ["suspended"] * 2


def test_what_an_address_narrows_a_batch_by_is_kept_when_it_is_asked_for(site: Any) -> None:
    site.start()
    monitor = site.browser()
    monitor.sign_in(MONITOR)
    page = monitor.client.get("/console/batches/new?kind=suspend_case&look=1&status=running").text
    assert "共 1 项，可以 1 项" in page
    assert page.count('name="status" value="running"') == 2


def test_an_argument_is_asked_for_before_the_dry_run(site: Any) -> None:
    case = site.start()
    task = site.task(case)
    monitor = site.browser()
    monitor.sign_in(MONITOR)
    empty = monitor.client.get(f"/console/batches/new?kind=reassign_task&subject={task}").text
    assert "改派给" in empty
    assert 'role="alert"' not in empty
    full = monitor.client.get(f"/console/batches/new?kind=reassign_task&subject={task}&a-to={CLERK}").text
    assert "将改派给" in full


def test_tasks_of_a_suspended_case_stay_in_the_list_greyed_and_say_why(site: Any) -> None:
    case = site.start()
    task = site.task(case)
    site.city.engine.suspend_case(case, reason="等待审计结论", by=MONITOR)
    clerk = site.browser()
    clerk.sign_in(CLERK)
    listed = clerk.client.get("/").text
    assert "sheet-paused" in listed
    assert "案件已暂停：等待审计结论" in listed
    assert "该案件已暂停，现在不能办理：等待审计结论" in clerk.client.get(f"/tasks/{task}").text

    site.city.engine.resume_case(case, reason="审计已结束", by=MONITOR)
    assert "sheet-paused" not in clerk.client.get("/").text
