"""Starting, listing and looking into cases through the API."""

from __future__ import annotations

from typing import Any

from city import City
from drawing import chain, end, extensions, form, start, text_field, user_task

CLERK, LEAD, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili"


def test_filing_a_start_form_gives_a_case_and_says_who_goes_on(site_anywhere: Any) -> None:
    site = site_anywhere
    answer = site.as_(CLERK).post("/cases", {"process": "notes", "variables": {}})

    assert answer.status_code == 201
    assert answer.json["business_key"] == "C-2026-0001"
    assert (answer.json["status"], answer.json["findings"]) == ("running", [])
    (task,) = answer.json["next"]
    assert (task["element"], task["mine"], task["case"]) == ("write_note", True, answer.json["id"])
    assert "rest" not in answer.json


def test_a_case_shows_its_variables_tasks_and_outcome(site_anywhere: Any) -> None:
    site = site_anywhere
    case = site.start()
    clerk = site.as_(CLERK)
    clerk.post(f"/tasks/{site.task(case)}/complete", {"variables": {"note": "你好"}})

    shown = clerk.get(f"/cases/{case}").json
    assert shown["variables"] == {"unit_id": "jiaoyu", "unit_name": "市教育局", "unit_level": "city", "note": "你好"}
    assert [(task["element"], task["mine"], task["due"]) for task in shown["tasks"]] == [("approve_note", False, None)]
    assert (shown["status"], shown["outcome"], shown["parent"], shown["children"]) == ("running", None, None, [])
    assert (shown["process"], shown["version"], shown["unit_name"], shown["started_name"]) == ("notes", 1, "市教育局", "王敏")

    site.as_(LEAD).post(f"/tasks/{site.task(case)}/complete", {"variables": {}, "signature": {"password": "demo-password"}})
    ended = clerk.get(f"/cases/{case}").json
    assert (ended["status"], ended["outcome"], ended["tasks"]) == ("completed", "finished", [])


def test_a_case_shows_its_children_and_what_it_waits_for(site: Any) -> None:
    called = extensions('<zeebe:calledElement processId="notes"/>')
    call = f'<bpmn:callActivity id="ask" name="ask">{called}</bpmn:callActivity>'
    site.city.deploy({"calling": start() + call + end() + chain("begin", "ask", "finished")})
    case = site.start("calling")
    site.city.worker.drain()

    shown = site.as_(CLERK).get(f"/cases/{case}").json

    (child,) = shown["children"]
    assert (child["process"], child["status"], child["outcome"]) == ("notes", "running", None)
    assert [(task["case"], task["element"]) for task in shown["tasks"]] == [(child["id"], "write_note")]
    assert [(row["kind"], row["element"], row["case"]) for row in shown["waiting"]] == [("child", "ask", case)]
    assert site.as_(CLERK).get(f"/cases/{child['id']}").json["parent"] == case


def test_a_case_that_one_may_not_see_does_not_exist(site_anywhere: Any) -> None:
    site = site_anywhere
    case = site.start()
    other = site.as_(OTHER)
    task = site.task(case)
    for path in (f"/cases/{case}", f"/cases/{case}/history", f"/cases/{case}/diagram", f"/tasks/{task}", "/cases/none"):
        answer = other.get(path)
        assert (answer.status_code, answer.json["type"]) == (404, "urn:chengxu:problem:not-found"), path
    assert other.get("/cases").json == {"items": [], "after": None}


def test_cases_are_paged_and_filtered(site_anywhere: Any) -> None:
    site = site_anywhere
    ids = [site.start() for _ in range(3)]
    clerk = site.as_(CLERK)

    first = clerk.get("/cases?limit=2").json
    rest = clerk.get(f"/cases?limit=2&after={first['after']}").json

    assert [row["id"] for row in (*first["items"], *rest["items"])] == ids[::-1]
    assert rest["after"] is None
    assert len(clerk.get("/cases?mine=true&status=running&process=notes&unit=jiaoyu&roots=true").json["items"]) == 3
    for none in ("status=completed", "process=other", "unit=shuili", "q=没有这个词"):
        assert clerk.get(f"/cases?{none}").json["items"] == [], none
    assert site.as_(LEAD).get("/cases?mine=true").json["items"] == []


def test_history_is_read_page_by_page(site: Any) -> None:
    case = site.start()
    clerk = site.as_(CLERK)
    clerk.post(f"/tasks/{site.task(case)}/complete", {"variables": {"note": "x"}})

    first = clerk.get(f"/cases/{case}/history?limit=2").json
    rest = clerk.get(f"/cases/{case}/history?after={first['after']}").json

    told = [*first["items"], *rest["items"]]
    assert [link["kind"] for link in told] == ["case.started", "task.opened", "task.completed", "task.opened"]
    assert [link["seq"] for link in told] == [1, 2, 3, 4]
    assert (told[2]["actor"], told[2]["actor_name"], told[2]["payload"]["answers"]) == (CLERK, "王敏", {"note": "x"})
    assert told[0]["at"] == "2026-08-20T12:00:00+08:00"
    assert len(told[0]["hash"]) == 64
    assert rest["after"] is None


def test_the_diagram_of_a_case_is_the_bpmn_it_runs_on(site: Any) -> None:
    case, clerk = site.start(), site.as_(CLERK)
    answer = clerk.get(f"/cases/{case}/diagram")
    assert answer.mimetype == "application/xml"
    assert b'id="write_note"' in answer.data
    again = clerk.client.get(f"/api/v1/cases/{case}/diagram", headers=clerk.headers | {"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def deploy_filing(city: City) -> None:
    formed = extensions('<zeebe:formDefinition formId="filing.filed"/>')
    filed = (
        '<bpmn:laneSet id="lanes"><bpmn:lane id="pj_unit_clerk" name="x"><bpmn:flowNodeRef>filed</bpmn:flowNodeRef>'
        "<bpmn:flowNodeRef>look</bpmn:flowNodeRef><bpmn:flowNodeRef>finished</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
        f'<bpmn:startEvent id="filed" name="filed">{formed}</bpmn:startEvent>'
    )
    body = filed + user_task("look") + end() + chain("filed", "look", "finished")
    city.deploy({"filing": body}, {"filing.filed": form("filing.filed", text_field("subject", required=True))})


def test_processes_say_whether_one_may_start_them(site: Any) -> None:
    deploy_filing(site.city)

    def startable(account: str) -> dict[str, bool]:
        return {one["id"]: one["startable"] for one in site.as_(account).get("/processes").json["items"]}

    assert startable(CLERK) == {"notes": True, "filing": True}
    assert startable(LEAD) == {"notes": True, "filing": False}


def test_a_process_shows_its_start_form_and_ones_own_draft(site_anywhere: Any) -> None:
    site = site_anywhere
    deploy_filing(site.city)
    clerk = site.as_(CLERK)
    kept = clerk.put("/processes/filing/draft", {"variables": {"subject": "半"}})
    assert kept.json == {"saved_at": "2026-08-20T12:00:00+08:00"}

    shown = clerk.get("/processes/filing").json

    assert shown["form"]["components"][0]["key"] == "subject"
    assert shown["draft"] == {"variables": {"subject": "半"}, "saved_at": "2026-08-20T12:00:00+08:00"}
    assert (shown["startable"], shown["variables"]) == (
        True,
        {"unit_id": "jiaoyu", "unit_name": "市教育局", "unit_level": "city"},
    )
    assert clerk.post("/cases", {"process": "filing", "variables": {"subject": "全"}}).status_code == 201
    assert clerk.get("/processes/filing").json["draft"] is None


def test_who_may_not_start_a_process_is_told_why(site: Any) -> None:
    deploy_filing(site.city)
    lead = site.as_(LEAD)
    shown = lead.get("/processes/filing").json
    assert "需求单位经办人" in shown["refused"]
    for answer in (
        lead.post("/cases", {"process": "filing", "variables": {"subject": "x"}}),
        lead.put("/processes/filing/draft", {"variables": {}}),
    ):
        assert (answer.status_code, answer.json["rule"]) == (403, "start-role")
        assert answer.json["detail"] == shown["refused"]


def test_an_unknown_process_is_not_found(site: Any) -> None:
    clerk = site.as_(CLERK)
    assert clerk.get("/processes/none").status_code == 404
    assert clerk.put("/processes/none/draft", {"variables": {}}).status_code == 404
    assert clerk.post("/cases", {"process": "none", "variables": {}}).status_code == 404


def test_a_missing_field_of_a_start_form_is_named(site: Any) -> None:
    deploy_filing(site.city)
    answer = site.as_(CLERK).post("/cases", {"process": "filing", "variables": {"more": 1}})
    assert (answer.status_code, answer.json["type"]) == (422, "urn:chengxu:problem:invalid-answers")
    assert {error["field"] for error in answer.json["errors"]} == {"subject", "more"}
    assert all(error["level"] == "block" and error["message"] for error in answer.json["errors"])


def test_me_names_roles_and_units(site: Any) -> None:
    assert site.as_(CLERK).get("/me").json == {
        "name": CLERK,
        "display_name": "王敏",
        "memberships": [{"role": "pj_unit_clerk", "role_name": "需求单位经办人", "unit": "jiaoyu", "unit_name": "市教育局"}],
    }
