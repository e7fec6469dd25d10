"""A monitor puts a case right over the API and on pages: another step, another date, a corrected form, another version."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from drawing import chain, end, flow, form, start, text_field, user_task
from drawing_more import timer

CLERK, LEAD, MONITOR = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "monitor.zhongxin"
WRITE = user_task("write_it", form="errands.write_it")
BODY = (
    start()
    + WRITE
    + user_task("check_it")
    + user_task("sign_it", groups="pj_unit_lead@jiaoyu", sign="true")
    + user_task("file_it")
)
BODY += end() + end("lapsed") + chain("begin", "write_it", "check_it", "sign_it", "file_it", "finished")
BODY += timer("late", "check_it", duration="P9D") + flow("late", "lapsed")
KIND = {
    "type": "radio", "key": "kind", "id": "kind", "label": "种类",
    "values": [{"label": "甲类", "value": "甲"}, {"label": "乙类", "value": "乙"}],
}  # fmt: skip
GROUP: dict[str, object] = {"type": "group", "id": "group", "label": "分组", "components": [KIND]}
FORMS = {"errands.write_it": form("errands.write_it", text_field("note", required=True), text_field("more"), GROUP)}


@pytest.fixture
def case(site: Any) -> str:
    site.city.deploy({"errands": BODY}, FORMS)
    started = site.start("errands")
    site.city.engine.complete_task(site.task(started), {"note": "旧内容", "more": "x"}, by=CLERK)
    return started


def signed_in(site: Any, account: str = MONITOR) -> Any:
    browser = site.browser()
    browser.sign_in(account)
    return browser


def post(browser: Any, path: str, **data: str) -> Any:
    return browser.client.post(path, data={"csrf_token": browser.token, **data})


def timer_of(site: Any, case: str) -> str:
    return next(row.id for row in site.city.waiting(case) if row.table == "job")


# ---------------------------------------------------------------------------------------------------------------- the API


def test_a_case_is_moved_after_a_dry_run(site: Any, case: str) -> None:
    monitor = site.as_(MONITOR)
    places = monitor.get(f"/cases/{case}/places").json
    assert [one["element"] for one in places["standing"]] == ["check_it"]
    assert {"element": "write_it", "name": "write_it", "kind": "userTask"} in places["places"]
    told = monitor.post(f"/cases/{case}/move-token", {"from": "check_it", "to": "write_it", "dry_run": True})
    assert told.status_code == 200
    assert [(one["kind"], one["element"]) for one in told.json["ends"]] == [("task", "check_it"), ("timer", "late")]
    assert [one.element for one in site.city.tasks(case)] == ["check_it"]
    assert monitor.post(f"/cases/{case}/move-token", {"from": "check_it", "to": "write_it"}).status_code == 422
    done = monitor.post(f"/cases/{case}/move-token", {"from": "check_it", "to": "write_it", "reason": "走错了"})
    assert (done.status_code, done.json) == (200, told.json)
    assert [one.element for one in site.city.tasks(case)] == ["write_it"]


def test_what_a_move_must_not_do_is_refused_with_its_rule(site: Any, case: str) -> None:
    monitor = site.as_(MONITOR)
    for to, rule in (("finished", "no-decision"), ("file_it", "unsigned")):
        refused = monitor.post(f"/cases/{case}/move-token", {"from": "check_it", "to": to, "reason": "x"})
        assert (refused.status_code, refused.json["rule"]) == (403, rule)
    assert monitor.post(f"/cases/{case}/move-token", {"from": "check_it", "to": "begin", "reason": "x"}).status_code == 422


def test_a_form_is_corrected_and_the_findings_come_by_field(site: Any, case: str) -> None:
    monitor = site.as_(MONITOR)
    (filed,) = monitor.get(f"/cases/{case}/filed").json["items"]
    assert (filed["element"], [one["value"] for one in filed["fields"]]) == ("write_it", ["旧内容", "x", None])
    asked = {"element": "write_it", "variables": {"note": "新内容"}}
    told = monitor.post(f"/cases/{case}/variables", {**asked, "dry_run": True})
    assert told.json["changes"] == [{"field": "note", "label": "note", "before": "旧内容", "after": "新内容"}]
    assert site.city.variables(case)["note"] == "旧内容"
    assert monitor.post(f"/cases/{case}/variables", {**asked, "reason": "来函更正"}).json == told.json
    assert site.city.variables(case)["note"] == "新内容"
    refused = monitor.post(f"/cases/{case}/variables", {"element": "write_it", "variables": {"note": ""}, "reason": "x"})
    assert (refused.status_code, [one["field"] for one in refused.json["errors"]]) == (422, ["note"])


def test_a_timer_is_given_another_date_and_fires(site: Any, case: str) -> None:
    monitor, job = site.as_(MONITOR), timer_of(site, case)
    later = (site.city.clock.now() + timedelta(days=30)).isoformat()
    assert monitor.post(f"/jobs/{job}/reschedule", {"due_at": later, "reason": "延期"}).status_code == 200
    assert monitor.post(f"/jobs/{job}/reschedule", {"due_at": "2026-10-01T09:00", "reason": "x"}).status_code == 422
    assert monitor.post(f"/jobs/{job}/fire", {"reason": "设错了"}).status_code == 200
    assert site.city.case(case).outcome == "lapsed"
    assert monitor.post(f"/jobs/{job}/fire", {"reason": "again"}).status_code == 409


def test_a_migration_is_planned(site: Any, case: str) -> None:
    site.city.deploy({"errands": BODY.replace('"check_it"', '"look_at_it"').replace("plain.check_it", "plain.look_at_it")}, FORMS)
    monitor = site.as_(MONITOR)
    plan = monitor.get("/migrations/plan?process=errands&from=1&to=2").json
    assert (plan["cases"], plan["movable"]) == (1, 0)
    assert [(one["rule"], one["named"][0]["id"]) for one in plan["reasons"]] == [("gone", case)]
    mapped = monitor.get("/migrations/plan?process=errands&from=1&to=2&map=check_it:look_at_it").json
    assert (mapped["movable"], mapped["mapping"]) == (1, {"check_it": "look_at_it"})
    assert monitor.get("/migrations/plan?process=errands&from=1&to=7").status_code == 404
    assert monitor.get("/migrations/plan?process=errands&from=1&to=2&map=nothing").status_code == 422


def test_nobody_but_a_monitor_steers(site: Any, case: str) -> None:
    job = timer_of(site, case)
    for account in (CLERK, LEAD):
        caller = site.as_(account)
        answers = [
            caller.get(f"/cases/{case}/places"), caller.get(f"/cases/{case}/filed"),
            caller.post(f"/cases/{case}/move-token", {"from": "check_it", "to": "write_it", "dry_run": True}),
            caller.post(f"/cases/{case}/variables", {"element": "write_it", "variables": {"note": "x"}, "reason": "x"}),
            caller.post(f"/jobs/{job}/fire", {"reason": "x"}),
            caller.post(f"/jobs/{job}/reschedule", {"due_at": "2026-12-01T09:00:00+08:00", "reason": "x"}),
            caller.get("/migrations/plan?process=errands&from=1&to=2"),
        ]  # fmt: skip
        assert [answer.status_code for answer in answers] == [403] * len(answers)


# ------------------------------------------------------------------------------------------------------------------ pages


def test_only_a_monitor_finds_the_controls_on_the_page_of_a_case(site: Any, case: str) -> None:
    page = signed_in(site).client.get(f"/cases/{case}").text
    assert f"/console/cases/{case}/move" in page
    assert f"/console/timers/{timer_of(site, case)}" in page
    assert "/migrate" not in page
    site.city.deploy({"errands": BODY.replace('name="check_it"', 'name="look"')}, FORMS)
    assert "/console/processes/errands/migrate?from=1" in signed_in(site).client.get(f"/cases/{case}").text
    assert "/console/" not in signed_in(site, CLERK).client.get(f"/cases/{case}").text


def test_a_case_is_moved_on_its_page(site: Any, case: str) -> None:
    browser = signed_in(site)
    path = f"/console/cases/{case}/move"
    assert 'name="do" value="move"' not in browser.client.get(path).text
    told = browser.client.get(f"{path}?from=check_it&to=write_it").text
    assert re.search(r"待办：check_it[\s\S]*定时：late[\s\S]*待办：write_it", told)
    refused = post(browser, path, **{"from": "check_it", "to": "write_it", "reason": "", "do": "move"})
    assert (refused.status_code, "请填写原因" in refused.text) == (422, True)
    done = post(browser, path, **{"from": "check_it", "to": "write_it", "reason": "走错了", "do": "move"})
    assert (done.status_code, done.location) == (303, f"/cases/{case}")
    assert "把案件从“check_it”移到“write_it”" in browser.client.get(f"/cases/{case}").text
    impossible = browser.client.get(f"{path}?from=write_it&to=finished")
    assert (impossible.status_code, "替案件作出结果" in impossible.text) == (422, True)


def test_a_form_is_corrected_on_its_page(site: Any, case: str) -> None:
    browser = signed_in(site)
    path = f"/console/cases/{case}/correct"
    assert "?element=write_it" in browser.client.get(path).text
    assert 'value="旧内容"' in browser.client.get(f"{path}?element=write_it").text
    entered = {"element": "write_it", "field-note": "新内容", "field-more": "x"}
    told = post(browser, path, **entered, do="look")
    assert "note由“旧内容”改为“新内容”" in told.text
    assert site.city.variables(case)["note"] == "旧内容"
    assert post(browser, path, **{**entered, "field-note": ""}, do="look").status_code == 422
    assert '<option value="乙">乙类</option>' in told.text
    entered["field-kind"] = "乙"
    done = post(browser, path, **entered, reason="来函更正", do="correct")
    values = site.city.variables(case)
    assert (done.status_code, values["note"], values["kind"]) == (303, "新内容", "乙")
    assert "note由“旧内容”改为“新内容”" in browser.client.get(f"/cases/{case}").text


def test_a_timer_is_set_and_fired_on_its_page(site: Any, case: str) -> None:
    browser, job = signed_in(site), timer_of(site, case)
    path = f"/console/timers/{job}"
    assert 'value="2026-08-29T12:00"' in browser.client.get(path).text
    for due in ("", "2026-01-01T09:00"):
        assert post(browser, path, due_at=due, reason="x", do="reschedule").status_code == 422
    assert post(browser, path, due_at="2026-10-01T09:00", reason="延期", do="reschedule").status_code == 303
    assert "2026-10-01" in browser.client.get(f"/cases/{case}").text
    assert post(browser, path, reason="设错了", do="fire").status_code == 303
    assert "人工触发“late”" in browser.client.get(f"/cases/{case}").text
    assert browser.client.get("/console/timers/nothing").status_code == 404


def test_the_page_of_a_migration_maps_steps_and_reports(site: Any, case: str) -> None:
    site.city.deploy({"errands": BODY.replace('"check_it"', '"look_at_it"').replace("plain.check_it", "plain.look_at_it")}, FORMS)
    browser = signed_in(site)
    page = browser.client.get("/console/processes/errands/migrate").text
    assert "可以迁移 0 件，不能迁移 1 件" in page
    assert 'name="map-check_it"' in page
    mapped = browser.client.get("/console/processes/errands/migrate?from=1&to=2&map-check_it=look_at_it").text
    assert "可以迁移 1 件，不能迁移 0 件" in mapped
    wrong = browser.client.get("/console/processes/errands/migrate?from=1&to=2&map-check_it=nowhere")
    assert wrong.status_code == 422
    assert browser.client.get("/console/processes/errands/migrate?from=2&to=2").status_code == 422
    assert browser.client.get("/console/processes/nothing/migrate").status_code == 404


def test_a_migration_is_started_and_undone_on_pages(site: Any, case: str) -> None:
    site.city.deploy({"errands": BODY.replace('"check_it"', '"look_at_it"').replace("plain.check_it", "plain.look_at_it")}, FORMS)
    browser = signed_in(site)
    asked = {"from": "1", "to": "2", "map-check_it": "look_at_it", "reason": "新版流程"}
    begun = post(browser, "/console/processes/errands/migrate", **asked)
    assert begun.status_code == 303
    site.city.worker.drain()
    assert (site.city.case(case).version, [one.element for one in site.city.tasks(case)]) == (2, ["look_at_it"])
    page = browser.client.get(begun.location).text
    assert "已从第 1 版迁移到第 2 版" in page
    assert f'action="{begun.location}/undo"' in page
    undone = post(browser, f"{begun.location}/undo", reason="弄错了")
    site.city.worker.drain()
    assert (site.city.case(case).version, [one.element for one in site.city.tasks(case)]) == (1, ["check_it"])
    assert "已撤销迁移" in browser.client.get(undone.location).text


def test_a_migration_is_a_batch_of_the_api(site: Any, case: str) -> None:
    site.city.deploy({"errands": BODY.replace('"check_it"', '"look_at_it"').replace("plain.check_it", "plain.look_at_it")}, FORMS)
    arguments = {"from_version": 1, "to_version": 2, "mapping": {"check_it": "look_at_it"}}
    asked = {"kind": "migrate", "subjects": [case], "arguments": arguments, "reason": "新版流程"}
    begun = site.as_(MONITOR).post("/batches", asked)
    assert begun.status_code == 201, begun.json
    site.city.worker.drain()
    assert site.city.case(case).version == 2


def test_the_page_of_a_case_that_was_migrated_tells_its_whole_story(site: Any, case: str) -> None:
    site.city.deploy({"errands": BODY.replace('"check_it"', '"look_at_it"').replace("plain.check_it", "plain.look_at_it")}, FORMS)
    site.city.engine.migrate_case(
        case,
        from_version=1,
        to_version=2,
        mapping={"check_it": "look_at_it", "write_it": "look_at_it"},
        reason="新版",
        by=MONITOR,
    )
    page = signed_in(site).client.get(f"/cases/{case}")
    assert page.status_code == 200
    assert "由第 1 版流程迁移到第 2 版" in page.text
    assert signed_in(site, CLERK).client.get(f"/tasks/{site.task(case)}").status_code == 200


def test_pages_are_for_monitors(site: Any, case: str) -> None:
    browser = signed_in(site, CLERK)
    for path in (f"cases/{case}/move", f"cases/{case}/correct", f"timers/{timer_of(site, case)}", "processes/errands/migrate"):
        assert browser.client.get(f"/console/{path}").status_code == 403
