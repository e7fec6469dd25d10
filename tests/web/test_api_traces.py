"""Traceability over HTTP: the table of what is published, and the evidence of a case for who may read it."""

from __future__ import annotations

from typing import Any

from service.web.api import trace_shapes as shapes

CLERK, LEAD, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili"


def test_the_table_says_what_carries_out_each_article(site: Any) -> None:
    answer = site.as_(OTHER).get("/trace/pj-2020")
    assert answer.status_code == 200
    assert shapes.TraceShape().validate(answer.json) == {}
    rows = {row["article"]: row for row in answer.json["items"]}
    assert len(rows) == 37
    assert rows["pj-2020#14"]["elements"] == ["notes.write_note"]
    assert rows["pj-2020#9"]["elements"] == []
    assert "D-PJ-18b" in rows["pj-2020#14"]["deadlines"]


def test_the_table_follows_what_is_published(site: Any) -> None:
    from drawing import chain, end, start, user_task

    before = site.as_(CLERK).get("/trace/pj-2020").json
    assert site.as_(CLERK).get("/trace/pj-2020").json == before
    step = user_task("list_plan", article="pj-2020#9")
    site.city.deploy({"plan": start() + step + end() + chain("begin", "list_plan", "finished")})
    rows = {row["article"]: row for row in site.as_(CLERK).get("/trace/pj-2020").json["items"]}
    assert rows["pj-2020#9"]["elements"] == ["plan.list_plan"]


def test_a_regulation_that_nothing_carries_out_is_not_found(site: Any) -> None:
    assert site.as_(CLERK).get("/trace/js-138").status_code == 404
    assert site.as_(CLERK).get("/trace/nothing").status_code == 404
    assert site.app.test_client().get("/api/v1/trace/pj-2020").status_code == 401


def test_the_evidence_of_a_case_is_lines_of_its_history(site: Any) -> None:
    case = site.start()
    site.city.engine.complete_task(site.task(case), {"note": "x"}, by=CLERK)
    answer = site.as_(CLERK).get(f"/cases/{case}/trace")
    assert shapes.EvidenceListShape().validate(answer.json) == {}
    lines = {line["seq"]: line for line in site.as_(CLERK).get(f"/cases/{case}/history").json["items"]}
    assert "task.completed" in {one["kind"] for one in answer.json["items"]}
    for one in answer.json["items"]:
        assert (one["article"], one["element"], one["process"], one["case"]) == ("pj-2020#14", "write_note", "notes", case)
        line = lines[one["seq"]]
        assert (one["hash"], one["kind"], one["actor"], one["at"]) == (line["hash"], line["kind"], line["actor"], line["at"])


def test_who_may_not_read_the_case_does_not_learn_of_it(site: Any) -> None:
    case = site.start()
    assert site.as_(OTHER).get(f"/cases/{case}/trace").status_code == 404
    assert site.as_(LEAD).get(f"/cases/{case}/trace").status_code == 200
