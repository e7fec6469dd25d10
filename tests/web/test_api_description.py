"""The OpenAPI document, and whether answers have the shapes that it promises."""

from __future__ import annotations

import io
from typing import Any

import pytest
from city import PASSWORD
from marshmallow import Schema

from service.web.api import attention, phrases, presence, returns, shapes, signers
from service.web.api.wait_shapes import WaitingListShape

CLERK, COLLEAGUE, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu"


def test_the_document_is_openapi_3_1_and_readable_without_signing_in(site: Any) -> None:
    document = site.app.test_client().get("/api/v1/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}
    assert {path.removeprefix("/api/v1") for path in document["paths"]} == {
        "/processes", "/processes/{process}", "/processes/{process}/draft", "/cases", "/cases/{case_id}",
        "/cases/{case_id}/history", "/cases/{case_id}/diagram", "/tasks", "/tasks/{task_id}",
        "/cases/{case_id}/sheet", "/cases/{case_id}/file",
        "/tasks/{task_id}/claim", "/tasks/{task_id}/release", "/tasks/{task_id}/transfer", "/tasks/{task_id}/delegate",
        "/deputies", "/deputies/{delegation_id}",
        "/tasks/{task_id}/complete", "/tasks/{task_id}/draft", "/attachments", "/attachments/{attachment_id}", "/messages", "/me",
            "/clock", "/notices", "/notices/read", "/notices/{notice_id}/read", "/overdue", "/parameters", "/parameters/{name}",
        "/registers", "/registers/{name}", "/registers/{name}/export", "/registers/{name}/import", "/registers/{name}/{key}",
        "/trace/{regulation}", "/cases/{case_id}/trace", "/choices/{name}", "/cases/{case_id}/waiting",
        "/me/phrases", "/me/phrases/{phrase_id}", "/tasks/{task_id}/presence", "/attachments/{attachment_id}/preview",
        "/me/notices/count", "/me/notifications", "/me/webhooks", "/me/webhooks/{webhook_id}", "/me/webhooks/{webhook_id}/test",
        "/cases/{case_id}/comments", "/cases/{case_id}/copies", "/cases/{case_id}/follow", "/cases/{case_id}/people",
        "/me/counts", "/tasks/{task_id}/send-back", "/tasks/{task_id}/send-back-targets", "/tasks/{task_id}/signers",
        "/tasks/{task_id}/signers/{signer_id}", "/tasks/{task_id}/take-back", "/tasks/{task_id}/urge",
        "/cases/{case_id}/places", "/cases/{case_id}/move-token", "/cases/{case_id}/filed", "/cases/{case_id}/variables",
        "/jobs/{job_id}/reschedule", "/jobs/{job_id}/fire", "/migrations/plan",
        "/audit/checkpoints", "/audit/verification", "/audit/reads", "/audit/administrators",
        "/operations", "/operations/processes", "/operations/processes/{process}", "/operations/processes/{process}/diagram",
        "/archive", "/cases/{subject}/archive", "/cases/{subject}/restore", "/calendar", "/calendar/preview", "/calendar/read",
        "/accounts", "/accounts/{account}/sees", "/accounts/{account}/grant", "/accounts/{account}/revoke",
        "/accounts/{account}/disable", "/accounts/{account}/enable", "/accounts/{account}/password",
        "/accounts/{account}/absences", "/absences/{absence}/strike", "/units", "/units/{unit}/rename", "/units/{unit}/close",
        "/units/{unit}/reopen", "/matrix",
        "/alerts", "/alerts/foresee", "/alerts/messages", "/alerts/rules", "/alerts/rules/{rule_id}",
        "/alerts/rules/{rule_id}/disable", "/alerts/rules/{rule_id}/enable", "/alerts/rules/{rule_id}/test",
        "/outlets", "/outlets/mail/test", "/outlets/webhooks/{webhook_id}/disable",
        "/batches", "/batches/{batch_id}", "/batches/{batch_id}/cancel", "/batches/{batch_id}/items",
        "/batches/{batch_id}/pause", "/batches/{batch_id}/resume", "/batches/{batch_id}/retry-failed",
        "/cases/{subject}/resume", "/cases/{subject}/suspend", "/cases/{subject}/terminate", "/jobs/{subject}/cancel",
        "/jobs/{subject}/park", "/jobs/{subject}/retry", "/stuck", "/stuck/trend", "/tasks/{subject}/reassign",
        "/tasks/{subject}/take-from-holder",
    }  # fmt: skip


def test_every_operation_says_what_it_does_and_how_it_fails(site: Any) -> None:
    document = site.app.test_client().get("/api/v1/openapi.json").json
    for path in document["paths"].values():
        for method, operation in path.items():
            if method == "parameters":
                continue
            assert operation["summary"].endswith("."), operation
            assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}
            assert any(status.startswith("2") for status in operation["responses"])
            if method == "post":
                assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}
    assert list(document["components"]["responses"]["DEFAULT_ERROR"]["content"]) == ["application/problem+json"]


@pytest.fixture
def answers(site: Any) -> dict[type[Schema], Any]:
    """One answer of each kind."""
    clerk, lead = site.as_(CLERK), site.as_(LEAD)
    found: dict[type[Schema], Any] = {shapes.StartedShape: clerk.post("/cases?wait=0", {"process": "notes", "variables": {}})}
    case = found[shapes.StartedShape].json["id"]
    task = site.task(case)
    found[shapes.SavedShape] = clerk.put(f"/tasks/{task}/draft", {"variables": {"note": "x"}})
    found[shapes.TaskShape] = clerk.get(f"/tasks/{task}")
    found[shapes.TaskListShape] = clerk.get("/tasks")
    found[shapes.HeldShape] = clerk.post(f"/tasks/{task}/claim")
    found[shapes.CaseShape] = clerk.get(f"/cases/{case}")
    found[WaitingListShape] = clerk.get(f"/cases/{case}/waiting")
    found[shapes.CompletedShape] = clerk.post(f"/tasks/{task}/complete", {"variables": {"note": "x"}})
    signed = site.task(case)
    found[returns.TargetListShape] = lead.get(f"/tasks/{signed}/send-back-targets")
    found[presence.PresenceShape] = lead.put(f"/tasks/{signed}/presence", {})
    found[signers.SignerListShape] = lead.get(f"/tasks/{signed}/signers")
    found[attention.UrgedShape] = clerk.post(f"/tasks/{signed}/urge", {"reason": "x"})
    found[attention.CommentShape] = clerk.post(f"/cases/{case}/comments", {"body": "x"})
    found[attention.CommentListShape] = clerk.get(f"/cases/{case}/comments")
    found[attention.PeopleShape] = clerk.get(f"/cases/{case}/people?for=copy")
    found[phrases.PhraseListShape] = clerk.get("/me/phrases")
    lead.post(f"/tasks/{signed}/complete", {"variables": {}, "signature": {"password": PASSWORD}})
    found[shapes.CaseListShape] = clerk.get("/cases")
    found[shapes.HistoryShape] = clerk.get(f"/cases/{case}/history")
    found[shapes.ProcessListShape] = clerk.get("/processes")
    found[shapes.StartShape] = clerk.get("/processes/notes")
    found[shapes.AttachmentShape] = clerk.post("/attachments", data={"file": (io.BytesIO(b"x"), "a.txt")})
    found[shapes.MessageShape] = site.as_("connector.zhongxin").post("/messages?wait=0", {"id": "m", "name": "n"})
    other = site.task(clerk.post("/cases", {"process": "notes", "variables": {}}).json["id"])
    found[shapes.HandedShape] = clerk.post(f"/tasks/{other}/delegate", {"to": COLLEAGUE, "reason": "x"})
    named = {"deputy": COLLEAGUE, "role": "pj_unit_clerk", "from": "2026-08-20", "until": "2026-08-21", "reason": "x"}
    found[shapes.DeputyShape] = clerk.post("/deputies", named)
    found[shapes.DeputyListShape] = clerk.get("/deputies")
    found[shapes.EndedShape] = clerk.delete(f"/deputies/{found[shapes.DeputyShape].json['id']}")
    found[shapes.MeShape] = clerk.get("/me")
    return found


def test_answers_have_the_shapes_that_the_document_promises(answers: dict[type[Schema], Any]) -> None:
    for shape, answer in answers.items():
        assert answer.status_code < 300, shape
        assert shape().validate(answer.json) == {}, shape


def test_problems_have_the_shape_that_the_document_promises(site: Any) -> None:
    answer = site.as_(CLERK).post("/cases", {"process": "notes", "variables": {"more": 1}})
    assert shapes.ProblemShape(unknown="exclude").validate(answer.json) == {}
