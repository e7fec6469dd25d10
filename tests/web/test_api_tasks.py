"""Tasks through the API: what one sees, does, may not do, and is told when somebody was faster."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from city import PASSWORD
from drawing import chain, end, extensions, start, user_task

CLERK, COLLEAGUE, LEAD, OTHER = (
    "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili",
)  # fmt: skip


def test_a_task_shows_its_form_and_what_one_may_do(site_anywhere: Any) -> None:
    site = site_anywhere
    task = site.task(site.start())
    shown = site.as_(CLERK).get(f"/tasks/{task}").json

    assert shown["form"]["components"][0]["key"] == "note"
    assert shown["actions"] == ["claim", "draft", "complete"]
    assert (shown["element"], shown["status"], shown["sign"], shown["barred"]) == ("write_note", "open", False, None)
    assert (shown["variables"], shown["draft"], shown["due"]) == (
        {"unit_id": "jiaoyu", "unit_name": "市教育局", "unit_level": "city"},
        None,
        None,
    )
    assert shown["articles"] == ["pj-2020#14"]
    assert shown["case"]["business_key"] == "C-2026-0001"


def test_a_due_date_comes_with_its_derivation(site: Any) -> None:
    schedule = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18b&quot;, today())"/>'
    task = user_task("decide").replace("<zeebe:formDefinition", schedule + "<zeebe:formDefinition")
    site.city.deploy({"timed": start() + task + end() + chain("begin", "decide", "finished")})
    clerk = site.as_(CLERK)
    case = site.start("timed")

    due = clerk.get(f"/tasks/{site.task(case)}").json["due"]

    assert {"id", "trigger", "nominal", "effective", "provisional", "basis", "derivation"} <= due.keys()
    assert (due["id"], due["trigger"], due["provisional"]) == ("D-PJ-18b", "2026-08-20", False)
    assert all(sentence["zh"] and sentence["en"] for sentence in due["derivation"])
    assert clerk.get("/tasks").json["items"][0]["due"] == due
    assert clerk.get(f"/cases/{case}").json["tasks"][0]["due"] == due


def test_the_inbox_is_paged_sorted_and_filtered(site_anywhere: Any) -> None:
    site = site_anywhere
    tasks = [site.task(site.start()) for _ in range(3)]
    clerk = site.as_(CLERK)

    first = clerk.get("/tasks?limit=2&sort=-received").json
    rest = clerk.get(f"/tasks?limit=2&sort=-received&after={first['after']}").json

    assert [row["id"] for row in (*first["items"], *rest["items"])] == tasks[::-1]
    assert [row["id"] for row in clerk.get("/tasks?sort=due&process=notes&unit=jiaoyu").json["items"]] == tasks
    assert clerk.get("/tasks?process=other").json["items"] == []
    assert clerk.get("/tasks?q=没有这个词").json["items"] == []
    assert site.as_(OTHER).get("/tasks").json["items"] == []


def test_what_is_done_moves_from_one_list_to_the_other(site_anywhere: Any) -> None:
    site = site_anywhere
    task, clerk = site.task(site.start()), site.as_(CLERK)
    done = clerk.post(f"/tasks/{task}/complete", {"variables": {"note": "x"}})

    assert done.status_code == 200
    assert [(one["element"], one["mine"]) for one in done.json["next"]] == [("approve_note", False)]
    assert clerk.get("/tasks").json["items"] == []
    (row,) = clerk.get("/tasks?view=done").json["items"]
    assert (row["id"], row["status"]) == (task, "done")
    assert [row["element"] for row in site.as_(LEAD).get("/tasks").json["items"]] == ["approve_note"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=x", "limit"), ("view=all", "view"), ("sort=name", "sort"), ("who=me", "who")],
)
def test_a_query_that_is_none_is_refused_by_name(site: Any, query: str, field: str) -> None:
    answer = site.as_(CLERK).get(f"/tasks?{query}")
    assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (422, [field])


@pytest.mark.parametrize("query", ["after=x", "after=1-2-3&view=done", "after=" + "9" * 60, "after=x&sort=received"])
def test_a_cursor_that_is_none_of_ours_does_no_harm(site_anywhere: Any, query: str) -> None:
    assert site_anywhere.as_(CLERK).get(f"/tasks?{query}").status_code in (200, 422)


def test_a_claimed_task_is_one_persons_until_released(site: Any) -> None:
    task, clerk, colleague = site.task(site.start()), site.as_(CLERK), site.as_(COLLEAGUE)
    assert clerk.post(f"/tasks/{task}/claim").json == {"id": task, "status": "claimed", "claimed_by": CLERK}
    assert clerk.get(f"/tasks/{task}").json["actions"] == ["release", "draft", "complete"]

    refused = colleague.post(f"/tasks/{task}/claim")
    assert (refused.status_code, refused.json["type"]) == (409, "urn:chengxu:problem:task-taken")
    assert refused.json["name"] == "王敏"
    assert colleague.get(f"/tasks/{task}").json["actions"] == []
    assert colleague.get(f"/tasks/{task}").json["claimed_name"] == "王敏"

    assert clerk.post(f"/tasks/{task}/release").json["status"] == "open"
    assert colleague.post(f"/tasks/{task}/claim").status_code == 200


def test_who_sees_a_task_but_may_not_do_it_is_told_the_rule(site_anywhere: Any) -> None:
    site = site_anywhere
    task, lead = site.task(site.start()), site.as_(LEAD)
    assert lead.get(f"/tasks/{task}").json["actions"] == []
    for answer in (
        lead.post(f"/tasks/{task}/complete", {"variables": {"note": "x"}}),
        lead.post(f"/tasks/{task}/claim"),
        lead.post(f"/tasks/{task}/release"),
        lead.put(f"/tasks/{task}/draft", {"variables": {}}),
    ):
        assert (answer.status_code, answer.json["rule"]) == (403, "task-role")
        assert "职责" in answer.json["detail"]


def test_who_may_not_see_the_case_finds_no_task(site_anywhere: Any) -> None:
    site = site_anywhere
    other = site.as_(OTHER)
    for task in (site.task(site.start()), "none", "x" * 300):
        for answer in (
            other.get(f"/tasks/{task}"),
            other.post(f"/tasks/{task}/complete", {"variables": {}}),
            other.post(f"/tasks/{task}/claim"),
            other.post(f"/tasks/{task}/release"),
            other.put(f"/tasks/{task}/draft", {"variables": {}}),
        ):
            assert answer.status_code == 404


def test_separation_of_duty_is_told_with_rule_and_reason(site: Any) -> None:
    body = start() + user_task("write") + user_task("check", sod="write") + end() + chain("begin", "write", "check", "finished")
    site.city.deploy({"checked": body})
    case, clerk = site.start("checked"), site.as_(CLERK)
    clerk.post(f"/tasks/{site.task(case)}/complete", {"variables": {}})

    answer = clerk.post(f"/tasks/{site.task(case)}/complete", {"variables": {}})

    assert answer.status_code == 403
    assert answer.json["rule"]
    assert clerk.get(f"/tasks/{site.task(case)}").json["barred"] == answer.json["detail"]
    assert clerk.get("/tasks").json["items"] == []
    assert [task["mine"] for task in clerk.get(f"/cases/{case}").json["tasks"]] == [False]


def test_the_second_to_complete_learns_who_was_first_and_keeps_the_draft(site_anywhere: Any) -> None:
    site = site_anywhere
    task = site.task(site.start())
    site.as_(COLLEAGUE).post(f"/tasks/{task}/complete", {"variables": {"note": "first"}})

    clerk = site.as_(CLERK)
    answer = clerk.post(f"/tasks/{task}/complete", {"variables": {"note": "second"}})

    assert (answer.status_code, answer.json["type"]) == (409, "urn:chengxu:problem:task-taken")
    assert (answer.json["by"], answer.json["name"]) == (COLLEAGUE, "赵一鸣")
    assert answer.json["at"].startswith("2026-08-20T12:00")
    assert "赵一鸣" in answer.json["detail"]
    shown = clerk.get(f"/tasks/{task}").json
    assert (shown["draft"]["variables"], shown["actions"]) == ({"note": "second"}, [])


def test_eight_who_complete_at_once_are_one_success_and_seven_conflicts(site_anywhere: Any) -> None:
    site = site_anywhere
    task, statuses = site.task(site.start()), []
    callers = [site.as_(CLERK) for _ in range(8)]

    def complete(caller: Any) -> None:
        statuses.append(caller.post(f"/tasks/{task}/complete", {"variables": {"note": "x"}}).status_code)

    threads = [threading.Thread(target=complete, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200, *[409] * 7]


def test_a_draft_is_kept_as_typed_and_goes_with_completion(site: Any) -> None:
    task, clerk = site.task(site.start()), site.as_(CLERK)
    typed = {"note": "半句", "rows": [{"amount": None}], "unknown": 1.5}
    assert clerk.put(f"/tasks/{task}/draft", {"variables": typed}).json == {"saved_at": "2026-08-20T12:00:00+08:00"}
    assert clerk.get(f"/tasks/{task}").json["draft"] == {"variables": typed, "saved_at": "2026-08-20T12:00:00+08:00"}
    assert site.as_(COLLEAGUE).get(f"/tasks/{task}").json["draft"] is None

    clerk.post(f"/tasks/{task}/complete", {"variables": {"note": "x"}})
    assert clerk.get(f"/tasks/{task}").json["draft"] is None


def signing(site: Any) -> tuple[Any, str]:
    case = site.start()
    site.as_(CLERK).post(f"/tasks/{site.task(case)}/complete", {"variables": {"note": "x"}})
    return site.as_(LEAD), f"/tasks/{site.task(case)}/complete"


def test_a_signing_step_wants_the_password(site_anywhere: Any) -> None:
    lead, path = signing(site_anywhere)
    for body in ({"variables": {}}, {"variables": {}, "signature": None}):
        answer = lead.post(path, body)
        assert (answer.status_code, answer.json["type"]) == (422, "urn:chengxu:problem:signature-required")

    wrong = lead.post(path, {"variables": {}, "signature": {"password": "wrong-password"}})
    assert (wrong.status_code, wrong.json["type"]) == (422, "urn:chengxu:problem:signature-wrong")
    assert [(error["field"], error["rule"]) for error in wrong.json["errors"]] == [("signature.password", "password")]

    done = lead.post(path, {"variables": {"opinion": "同意"}, "signature": {"password": PASSWORD}})
    assert (done.status_code, done.json["status"]) == (200, "completed")
    case = lead.get(f"/cases/{done.json['case']}/history").json["items"]
    signature = next(link["payload"]["signature"] for link in case if "signature" in (link["payload"] or {}))
    assert (signature["account"], len(signature["digest"])) == (LEAD, 64)


def test_wrong_passwords_at_signing_count_as_failed_sign_ins(site: Any) -> None:
    lead, path = signing(site)
    wrong = {"variables": {}, "signature": {"password": "wrong-password"}}
    assert [lead.post(path, wrong).status_code for _ in range(5)] == [422] * 5
    closed = lead.post(path, {"variables": {}, "signature": {"password": PASSWORD}})
    assert (closed.status_code, closed.headers["Retry-After"]) == (429, "900")


def test_waiting_answers_when_the_family_is_at_rest(site: Any) -> None:
    called = extensions('<zeebe:calledElement processId="notes"/>')
    call = f'<bpmn:callActivity id="ask" name="ask">{called}</bpmn:callActivity>'
    site.city.deploy({"calling": start() + user_task("first") + call + end() + chain("begin", "first", "ask", "finished")})
    case, clerk = site.start("calling"), site.as_(CLERK)
    path, body = f"/tasks/{site.task(case)}/complete", {"variables": {}}

    impatient = clerk.post(f"{path}?wait=0.05", body)  # nobody runs the job that starts the child
    assert (impatient.status_code, impatient.json["rest"], impatient.json["next"]) == (200, False, [])

    second = site.start("calling")
    site.city.worker.start()
    try:
        patient = clerk.post(f"/tasks/{site.task(second)}/complete?wait=15", body)
    finally:
        site.city.worker.stop()
    assert patient.json["rest"] is True
    assert [task["element"] for task in patient.json["next"]] == ["write_note"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"variables"}),
        ({"variables": []}, {"variables"}),
        ({"variables": "x"}, {"variables"}),
        ({"variables": None}, {"variables"}),
        ({"variables": {}, "signature": "x"}, {"signature"}),
        ({"variables": {}, "signature": {"password": 1}}, {"signature.password"}),
        ({"variables": {}, "more": 1}, {"more"}),
        ([], {""}),
        ("x", {""}),
    ],
)
def test_a_body_of_another_shape_is_refused_by_field(site: Any, body: Any, fields: set[str]) -> None:
    answer = site.as_(CLERK).post(f"/tasks/{site.task(site.start())}/complete", body)
    assert (answer.status_code, {error["field"] for error in answer.json["errors"]}) == (422, fields)


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({}, "note"),
        ({"note": 5}, "note"),
        ({"note": None}, "note"),
        ({"note": "x", "more": 1}, "more"),
        ({"note": "长" * 150_000}, "note"),
    ],
)
def test_answers_that_the_form_refuses_come_back_by_field_and_change_nothing(
    site_anywhere: Any, variables: dict[str, Any], field: str
) -> None:
    site = site_anywhere
    case, clerk = site.start(), site.as_(CLERK)
    task = site.task(case)
    answer = clerk.post(f"/tasks/{task}/complete", {"variables": variables})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    assert [waiting.id for waiting in site.city.tasks(case)] == [task]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"variables": {"note": NaN}}', 400),
        (b'{"variables": {"note": "\\ud800"}}', 400),
        (b"[" * 100_000, 400),
        (b'{"variables": {"note": ' + b"[" * 500 + b"]" * 500 + b"}}", 400),
        (b'{"variables": {"note": {"$n": "no number"}}}', 400),
        (b'{"variables": {"note": {"\\u0024d": "no date"}}}', 400),
        (b'{"variables": {"note": "' + b"x" * 10_000_000 + b'"}}', 413),
        (b"", 422),
    ],
    ids=["cut off", "no utf-8", "NaN", "half a sign", "brackets", "deep", "number tag", "date tag", "ten megabytes", "empty"],
)
def test_a_body_that_is_no_json_of_ours_is_refused_before_anything_reads_it(site: Any, body: bytes, status: int) -> None:
    clerk = site.as_(CLERK)
    task = site.task(site.start())
    for method, path in (("POST", "complete"), ("PUT", "draft")):
        answer = clerk.client.open(
            f"/api/v1/tasks/{task}/{path}", method=method, data=body, content_type="application/json", headers=clerk.headers
        )
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert clerk.get(f"/tasks/{task}").json["draft"] is None


def test_another_content_type_is_refused(site: Any) -> None:
    clerk = site.as_(CLERK)
    answer = clerk.client.post(
        f"/api/v1/tasks/{site.task(site.start())}/complete", data="variables=1", content_type="text/plain", headers=clerk.headers
    )
    assert answer.status_code == 415


def test_text_of_any_signs_survives(site_anywhere: Any) -> None:
    site = site_anywhere
    task, clerk = site.task(site.start()), site.as_(CLERK)
    text = "<script>alert(1)</script> 𠮷 \u202e \x07 {{ 7*7 }} \u0000 '; DROP TABLE tasks"
    assert clerk.put(f"/tasks/{task}/draft", {"variables": {"note": text}}).status_code == 200
    assert clerk.get(f"/tasks/{task}").json["draft"]["variables"]["note"] == text
