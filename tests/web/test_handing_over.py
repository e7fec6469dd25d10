"""Handing work over through the API and on pages, and what the task page says of the whole project."""

from __future__ import annotations

import re
from typing import Any

import pytest
from drawing import chain, end, extensions, properties, start, user_task

from service.errors import Level
from service.sdk import Context, handler

CLERK, COLLEAGUE, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
LEAD, AUDIT, FINANCE, FIRM = "pj_unit_lead.jiaoyu", "pj_audit.shenji", "pj_fin_proc.caizheng", "pj_contractor.chengjiana"


def test_a_task_is_transferred_and_delegated_through_the_api(site_anywhere: Any) -> None:
    site = site_anywhere
    task = site.task(site.start())

    given = site.as_(CLERK).post(f"/tasks/{task}/transfer", {"to": COLLEAGUE, "reason": "她更熟悉"})
    assert (given.status_code, given.json) == (
        200, {"id": task, "status": "claimed", "claimed_by": COLLEAGUE, "on_behalf_of": None},
    )  # fmt: skip
    again = site.as_(CLERK).post(f"/tasks/{task}/transfer", {"to": COLLEAGUE, "reason": "x"})
    assert (again.status_code, again.json["by"]) == (409, COLLEAGUE)
    passed_on = site.as_(COLLEAGUE).post(f"/tasks/{task}/delegate", {"to": OTHER, "reason": "出差"})
    assert passed_on.json["on_behalf_of"] == COLLEAGUE
    seen = site.as_(OTHER).get(f"/tasks/{task}").json
    assert (seen["actions"], seen["on_behalf_of"]) == (["release", "draft", "complete"], COLLEAGUE)
    assert site.as_(OTHER).put(f"/tasks/{task}/draft", {"variables": {"note": "草稿"}}).status_code == 200
    assert site.as_(OTHER).post(f"/tasks/{task}/complete", {"variables": {"note": "好"}}).status_code == 200
    assert site.as_(CLERK).get(f"/tasks/{task}").json["on_behalf_of"] == COLLEAGUE


@pytest.mark.parametrize("verb", ["transfer", "delegate"])
def test_what_the_api_refuses_when_work_is_handed_over(site: Any, verb: str) -> None:
    task = site.task(site.start())
    path = f"/tasks/{task}/{verb}"
    assert site.as_(CLERK).post(path, {"to": COLLEAGUE}).status_code == 422
    empty = site.as_(CLERK).post(path, {"to": COLLEAGUE, "reason": "  "})
    assert (empty.status_code, [error["field"] for error in empty.json["errors"]]) == (422, ["reason"])
    assert site.as_(CLERK).post(path, {"to": LEAD, "reason": "x"}).status_code == 403
    assert site.as_(LEAD).post(path, {"to": COLLEAGUE, "reason": "x"}).json["rule"] == "task-role"
    assert site.as_(OTHER).post(path, {"to": COLLEAGUE, "reason": "x"}).status_code == 404
    assert site.as_(AUDIT).post(path, {"to": COLLEAGUE, "reason": "x"}).status_code == 403


def test_deputies_are_named_listed_and_taken_back(site_anywhere: Any) -> None:
    site = site_anywhere
    task = site.task(site.start())
    clerk, other = site.as_(CLERK), site.as_(OTHER)
    named = {"deputy": OTHER, "role": "pj_unit_clerk", "from": "2026-08-20", "until": "2026-08-31", "reason": "休假"}
    made = clerk.post("/deputies", named)
    assert made.status_code == 201
    assert {key: made.json[key] for key in named} == named
    for caller in (clerk, other):
        assert [row["id"] for row in caller.get("/deputies").json["items"]] == [made.json["id"]]
    assert [row["id"] for row in other.get("/tasks").json["items"]] == [task]
    assert other.post(f"/tasks/{task}/claim").status_code == 200

    assert other.delete(f"/deputies/{made.json['id']}").status_code == 404
    assert clerk.delete(f"/deputies/{made.json['id']}?reason=已返岗").json == {"id": made.json["id"], "ended": True}
    assert clerk.get("/deputies").json["items"] == []
    assert other.post(f"/tasks/{task}/complete", {"variables": {"note": "x"}}).status_code == 403
    wrong = clerk.post("/deputies", {**named, "role": "pj_unit_lead"})
    assert (wrong.status_code, {error["field"] for error in wrong.json["errors"]}) == (422, {"role", "deputy"})


def test_the_task_page_offers_to_hand_over_and_the_timeline_says_for_whom_it_was_done(site: Any) -> None:
    case = site.start()
    task = site.task(case)
    clerk, other = site.browser(), site.browser()
    clerk.sign_in(CLERK)
    page = clerk.client.get(f"/tasks/{task}").text
    delegate = re.search(r'<select[^>]*id="delegate-to".*?</select>', page, re.S)
    transfer = re.search(r'<select[^>]*id="transfer-to".*?</select>', page, re.S)
    assert delegate is not None
    assert OTHER in delegate[0]
    assert transfer is not None
    assert COLLEAGUE in transfer[0]
    assert OTHER not in transfer[0]

    gone = clerk.client.post(f"/tasks/{task}/delegate", data={"to": OTHER, "reason": "出差", "csrf_token": clerk.token})
    assert gone.status_code == 303
    other.sign_in(OTHER)
    assert "代 王敏 办理" in other.client.get(f"/tasks/{task}").text
    site.city.engine.complete_task(task, {"note": "好"}, by=OTHER)
    told = clerk.client.get(f"/cases/{case}").text
    assert "委派 周海涛 代为办理“write_note”" in told
    assert "代 王敏：办理“write_note”" in told


def test_the_page_of_deputies_names_one_and_takes_it_back(site: Any) -> None:
    clerk = site.browser()
    clerk.sign_in(CLERK)
    fields = {"deputy": COLLEAGUE, "role": "pj_unit_clerk", "from": "2026-08-21", "until": "2026-08-22", "reason": "培训"}
    wrong = clerk.client.post("/deputies", data={**fields, "until": "2026-08-01", "csrf_token": clerk.token})
    assert wrong.status_code == 422
    assert "培训" in wrong.text
    assert clerk.client.post("/deputies", data={**fields, "csrf_token": clerk.token}).status_code == 303
    page = clerk.client.get("/deputies").text
    assert "赵一鸣" in page
    (ending,) = re.findall(r'action="(/deputies/\w+/end)"', page)
    assert clerk.client.post(ending, data={"csrf_token": clerk.token}).status_code == 303
    assert "/end" not in clerk.client.get("/deputies").text
    auditor = site.browser()
    auditor.sign_in(AUDIT)
    assert 'name="deputy"' not in auditor.client.get("/deputies").text


@handler("flag_breach", inline=True)
def flag_breach(context: Context) -> None:
    context.find("R-PJ-99", "现场检查发现违规", "The site check found a breach", level=Level.FLAG)


def begin(key: str) -> str:
    return (
        f'<bpmn:startEvent id="begin" name="begin">{extensions(properties(business_key=f"=&quot;{key}&quot;"))}</bpmn:startEvent>'
    )


@pytest.fixture
def breached(site: Any) -> str:
    """A site check of PJ-1 that found a breach, and a change of PJ-1 that waits; the change's case."""
    flag = '<bpmn:serviceTask id="flag_breach" name="flag">' + extensions('<zeebe:taskDefinition type="flag_breach"/>')
    flag += "</bpmn:serviceTask>"
    site.city.deploy(
        {
            "checking": begin("PJ-1") + flag + user_task("look") + end() + chain("begin", "flag_breach", "look", "finished"),
            "changing": begin("PJ-1") + user_task("ask", groups="pj_unit_clerk, pj_fin_proc, pj_contractor") + user_task("look")
            + end() + chain("begin", "ask", "look", "finished"),
            "other": begin("PJ-2") + user_task("look") + end() + chain("begin", "look", "finished"),
        }
    )  # fmt: skip
    site.start("checking")
    return str(site.start("changing"))


def test_a_task_shows_what_was_flagged_anywhere_in_its_project(site: Any, breached: str) -> None:
    task = site.task(breached)
    (flag,) = site.as_(CLERK).get(f"/tasks/{task}").json["project_flags"]
    assert (flag["rule"], flag["message"], flag["process"], flag["readable"]) == ("R-PJ-99", "现场检查发现违规", "checking", True)
    page = site.browser()
    page.sign_in(CLERK)
    assert "现场检查发现违规" in page.client.get(f"/tasks/{task}").text
    assert site.as_(CLERK).get(f"/tasks/{site.task(site.start('other'))}").json["project_flags"] == []


def test_flags_of_cases_that_one_may_not_open_are_told_to_those_who_oversee_only(site: Any, breached: str) -> None:
    task = site.task(breached)
    (flag,) = site.as_(FINANCE).get(f"/tasks/{task}").json["project_flags"]
    assert flag["readable"] is False
    assert site.as_(FIRM).get(f"/tasks/{task}").json["project_flags"] == []


def test_people_of_a_party_read_the_case_from_the_moment_that_it_names_them(site: Any) -> None:
    more = extensions(properties(parties="builder, testers"))
    script = (
        '<bpmn:scriptTask id="award" name="award">'
        + extensions('<zeebe:script expression="=&quot;chengjiana&quot;" resultVariable="builder"/>') + "</bpmn:scriptTask>"
    )  # fmt: skip
    body = more + start() + user_task("first") + script + user_task("second") + end()
    site.city.deploy({"building": body + chain("begin", "first", "award", "second", "finished")})
    case = site.start("building")
    assert site.as_(FIRM).get(f"/cases/{case}").status_code == 404
    site.city.engine.complete_task(site.task(case), {}, by=CLERK)
    assert site.as_(FIRM).get(f"/cases/{case}").status_code == 200
    assert [row["id"] for row in site.as_(FIRM).get("/cases").json["items"]] == [case]
    assert site.as_("pj_contractor.chengjianb").get(f"/cases/{case}").status_code == 404
