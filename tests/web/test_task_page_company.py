"""The task page and the start page: phrases, who else is there, what follows, previews, drafts that are not filed yet."""

from __future__ import annotations

import io
from typing import Any

import pytest
from drawing import chain, end, form, start, text_field, user_task

CLERK, COLLEAGUE, LEAD, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
PDF = b"%PDF-1.4\n%%EOF\n"


def upload(site: Any, name: str, content: bytes) -> Any:
    sent = site.as_(CLERK).client.post(
        "/api/v1/attachments", data={"file": (io.BytesIO(content), name)}, headers=site.as_(CLERK).headers
    )
    assert sent.status_code == 201
    return sent.json


def deploy_file_form(site: Any) -> None:
    """`papers`: starts with a form that asks for a name and a file; the head of the unit signs, or the clerk mends it."""
    gateway = '<bpmn:exclusiveGateway id="signed" name="是否同意？" default="not_agreed"/>'
    flows = (
        '<bpmn:sequenceFlow id="agreed" name="同意" sourceRef="signed" targetRef="finished">'
        '<bpmn:conditionExpression>=opinion = "同意"</bpmn:conditionExpression></bpmn:sequenceFlow>'
        '<bpmn:sequenceFlow id="not_agreed" name="退回" sourceRef="signed" targetRef="mend_paper"/>'
    )
    begin = (
        '<bpmn:startEvent id="begin" name="报送文件"><bpmn:extensionElements><zeebe:formDefinition formId="papers.begin"/>'
        '<zeebe:properties><zeebe:property name="title" value="=name"/><zeebe:property name="article" value="pj-2020#10"/>'
        "</zeebe:properties></bpmn:extensionElements></bpmn:startEvent>"
    )
    body = (
        begin + user_task("sign_paper", groups="pj_unit_lead@jiaoyu", form="papers.sign_paper")
        + user_task("mend_paper", groups="pj_unit_clerk@jiaoyu") + gateway + end() + end("mended")
        + chain("begin", "sign_paper", "signed") + chain("mend_paper", "mended") + flows
    )  # fmt: skip
    paper = {"type": "filepicker", "key": "paper", "id": "paper", "label": "文件原件", "validate": {"required": True}}
    forms = {
        "papers.begin": form("papers.begin", text_field("name", required=True), paper),
        "papers.sign_paper": form("papers.sign_paper", text_field("opinion")),
    }
    site.city.deploy({"papers": body}, forms)


def test_phrases_are_kept_and_dropped_through_the_api(site_anywhere: Any) -> None:
    clerk = site_anywhere.as_(CLERK)
    made = clerk.post("/me/phrases", {"body": "同意上报。"})
    assert (made.status_code, made.json["body"]) == (201, "同意上报。")
    first, second = clerk.get("/me/phrases").json["items"][:2]
    assert (first, second) == (made.json, {"id": None, "body": "同意。"})
    assert site_anywhere.as_(OTHER).delete(f"/me/phrases/{made.json['id']}").status_code == 404
    assert clerk.delete(f"/me/phrases/{made.json['id']}").json == {"id": made.json["id"], "ended": True}
    assert all(item["id"] is None for item in clerk.get("/me/phrases").json["items"])


def test_an_empty_phrase_is_refused_at_its_field(site: Any) -> None:
    refused = site.as_(CLERK).post("/me/phrases", {"body": "  "})

    assert (refused.status_code, [error["field"] for error in refused.json["errors"]]) == (422, ["body"])


def test_presence_tells_each_of_the_other(site_anywhere: Any) -> None:
    site = site_anywhere
    path = f"/tasks/{site.task(site.start())}/presence"
    assert site.as_(CLERK).put(path, {}).json["others"] == []
    (seen,) = site.as_(COLLEAGUE).put(path, {}).json["others"]
    assert (seen["account"], seen["fills"]) == (CLERK, False)
    assert site.as_(OTHER).put(path, {}).status_code == 404


@pytest.mark.parametrize(("name", "content", "sandboxed"), [("图.png", PNG, True), ("文.pdf", PDF, False)], ids=["png", "pdf"])
def test_images_and_pdf_are_shown_within_our_pages_only(site: Any, name: str, content: bytes, sandboxed: bool) -> None:
    kept = upload(site, name, content)

    shown = site.as_(CLERK).get(f"/attachments/{kept['id']}/preview")

    assert (shown.status_code, shown.data) == (200, content)
    assert shown.headers["Content-Disposition"].startswith("inline")
    policy = shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert ("sandbox" in policy) is sandboxed
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    shown.close()
    assert site.as_(OTHER).get(f"/attachments/{kept['id']}/preview").status_code == 404


def test_a_text_is_not_shown_within_a_page(site: Any) -> None:
    kept = upload(site, "说明.txt", "文字".encode())

    assert site.as_(CLERK).get(f"/attachments/{kept['id']}/preview").status_code == 404


def test_the_task_page_says_what_follows(site: Any) -> None:
    deploy_file_form(site)
    kept = upload(site, "文.pdf", PDF)
    case = site.start("papers", {"name": "年度报告", "paper": [kept["id"]]})
    browser = site.browser()
    browser.sign_in(LEAD)

    page = browser.client.get(f"/tasks/{site.task(case)}").text

    assert "提交后视填写内容而定，可能：“mend_paper”、“finished”。" in page or "可能：“finished”、“mend_paper”。" in page
    assert "若“是否同意”为“同意”：以“finished”结束" in page
    assert "若“是否同意”为“退回”：由需求单位经办人（市教育局）" in page
    assert 'data-module="presence"' in page
    assert f"/api/v1/attachments/{kept['id']}/preview" in page


def test_after_a_task_comes_the_next_one_of_the_same_case(site: Any) -> None:
    body = start() + user_task("first_part") + user_task("second_part") + end()
    site.city.deploy({"parts": body + chain("begin", "first_part", "second_part", "finished")})
    site.start("notes")  # waits longer
    case = site.start("parts")
    done = site.task(case)
    site.city.engine.complete_task(done, {}, by=CLERK)
    browser = site.browser()
    browser.sign_in(CLERK)

    answer = browser.client.get(f"/tasks/{done}/done")

    assert answer.headers["Location"] == f"/tasks/{site.task(case)}"


def test_the_start_page_says_what_one_needs(site: Any) -> None:
    deploy_file_form(site)
    browser = site.browser()
    browser.sign_in(CLERK)

    page = browser.client.get("/start").text

    for words in ("必填 2 项", "文件原件（必交）", "办法第十条", "新的事项"):
        assert words in page


def test_a_draft_of_an_application_is_on_the_start_page_until_it_is_deleted(site: Any) -> None:
    deploy_file_form(site)
    kept = upload(site, "文.pdf", PDF)
    site.as_(CLERK).put("/processes/papers/draft", {"variables": {"name": "写了一半的报告", "paper": [kept["id"]]}})
    browser = site.browser()
    browser.sign_in(CLERK)
    page = browser.client.get("/start").text
    assert "写了一半的报告" in page
    assert "继续填写" in page

    gone = browser.client.post("/start/papers/discard", data={"csrf_token": browser.token})

    assert gone.headers["Location"] == "/start"
    assert "写了一半的报告" not in browser.client.get("/start").text
    assert site.as_(CLERK).get(f"/attachments/{kept['id']}").status_code == 404


def test_who_countersigns_sees_who_has_acted_and_who_has_not(site: Any) -> None:
    several = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=[&quot;投资&quot;, &quot;安全&quot;, &quot;进度&quot;]" '
        'inputElement="part"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    step = user_task("judge_part").replace("</bpmn:userTask>", f"{several}</bpmn:userTask>")
    site.city.deploy({"judging": start() + step + end() + chain("begin", "judge_part", "finished")})
    case = site.start("judging")
    first, second, _third = (task.id for task in site.city.tasks(case))
    site.city.engine.complete_task(first, {}, by=CLERK)
    site.city.engine.claim_task(second, by=COLLEAGUE)
    browser = site.browser()
    browser.sign_in(CLERK)

    page = browser.client.get(f"/tasks/{site.city.tasks(case)[1].id}").text

    assert "已办 1 / 共 3" in page
    assert "2026-08-20 12:00 已办" in page
    assert "已领取，未办" in page
    assert "本环节由多人办理" in page
