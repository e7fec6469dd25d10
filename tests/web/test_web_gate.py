"""The first question of a form (secret: no) keeps everything else out of the house until it is answered, and empties it again."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from drawing import chain, end, start, text_field, user_task

from service.store.entries import find_draft

CLERK, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.shuili"
TYPED = "绝密工程名称-7f3a"
BYTES = b"%PDF-1.4\n% secret-attachment-91c2\n%%EOF\n"
DRAFT = "/processes/guarded/draft"


def schema(id: str) -> bytes:
    gate = {
        "type": "radio", "key": "is_secret", "id": "is_secret", "label": "是否涉密", "validate": {"required": True},
        "values": [{"label": "否", "value": False}, {"label": "是", "value": True}],
        "properties": {"gate": "true", "gate_open": "false", "article": "pj-2020#32", "label_en": "Secret?"},
    }  # fmt: skip
    file = {"type": "filepicker", "key": "plan", "id": "plan", "label": "方案", "multiple": True}
    return json.dumps({"type": "default", "schemaVersion": 19, "id": id, "components": [gate, text_field("name"), file]}).encode()


def deploy(site: Any) -> None:
    """Publish `guarded`, whose start form and whose task ask first whether it is secret."""
    begin = start().replace("/>", '><bpmn:extensionElements><zeebe:formDefinition formId="guarded.begin"/>', 1)
    body = begin + "</bpmn:extensionElements></bpmn:startEvent>" + user_task("revise", form="guarded.revise") + end()
    forms = {name: schema(name) for name in ("guarded.begin", "guarded.revise")}
    site.city.deploy({"guarded": body + chain("begin", "revise", "finished")}, forms)


@pytest.fixture
def guarded(site: Any) -> Any:
    deploy(site)
    return site


def kept(site: Any, subject: str = "start:guarded") -> Any:
    with site.city.store.read() as connection:
        found = find_draft(connection, account=CLERK, subject=subject)
    return found[0] if found is not None else None


def upload(site: Any, account: str = CLERK, content: bytes = BYTES) -> str:
    answer = site.as_(account).post("/attachments", data={"file": (io.BytesIO(content), "plan.pdf")})
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_draft_is_kept_once_the_opening_answer_is_given(guarded: Any) -> None:
    answer = guarded.as_(CLERK).put(DRAFT, {"variables": {"is_secret": False, "name": "公开的项目"}})
    assert answer.status_code == 200
    assert kept(guarded) == {"is_secret": False, "name": "公开的项目"}


@pytest.mark.parametrize("unanswered", [{}, {"is_secret": None}, {"is_secret": ""}])
def test_nothing_is_kept_before_the_question_is_answered(guarded: Any, unanswered: dict[str, Any]) -> None:
    answer = guarded.as_(CLERK).put(DRAFT, {"variables": {**unanswered, "name": TYPED}})
    assert answer.status_code == 422
    (finding,) = answer.json["errors"]
    assert (finding["field"], finding["article"]) == ("is_secret", "pj-2020#32")
    assert "是否涉密" in finding["message"]
    assert kept(guarded) is None


def test_an_unanswered_form_without_entries_is_no_fault(guarded: Any) -> None:
    assert guarded.as_(CLERK).put(DRAFT, {"variables": {"is_secret": None, "name": "", "plan": []}}).status_code == 200
    assert kept(guarded) is None


def test_no_trace_of_what_was_typed_stays_after_the_closing_answer(
    guarded: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    me = guarded.as_(CLERK)
    file = upload(guarded)
    for length in (1, 40, 400):  # drafts of several sizes lie on several pages of the file
        entered = {"is_secret": False, "name": TYPED * length, "plan": [file]}
        assert me.put(DRAFT, {"variables": entered}).status_code == 200
    assert TYPED.encode() in everything(tmp_path)
    assert b"secret-attachment-91c2" in everything(tmp_path)

    assert me.put(DRAFT, {"variables": {"is_secret": True, "name": TYPED}}).status_code == 200

    left = everything(tmp_path)
    assert TYPED.encode() not in left
    assert json.dumps(TYPED).strip('"').encode() not in left
    assert b"secret-attachment-91c2" not in left
    assert kept(guarded) is None
    assert me.get(f"/attachments/{file}").status_code == 404
    assert TYPED not in caplog.text


def test_of_a_filing_that_is_declared_secret_only_that_answer_reaches_the_rules(guarded: Any, tmp_path: Path) -> None:
    me = guarded.as_(CLERK)
    file = upload(guarded)
    assert me.put(DRAFT, {"variables": {"is_secret": False, "name": TYPED, "plan": [file]}}).status_code == 200

    answer = me.post("/cases", {"process": "guarded", "variables": {"is_secret": True, "name": TYPED, "plan": [file]}}, key="k1")

    assert answer.status_code == 201  # this process has no rule against it, as the shipped one has
    assert me.get(f"/cases/{answer.json['id']}").json["variables"].items() >= {"is_secret": True, "name": None}.items()
    assert TYPED.encode() not in everything(tmp_path)
    assert b"secret-attachment-91c2" not in everything(tmp_path)


def test_files_of_others_and_files_in_a_case_stay(site_anywhere: Any) -> None:
    guarded = site_anywhere
    deploy(guarded)
    me = guarded.as_(CLERK)
    filed, mine, theirs = upload(guarded), upload(guarded), upload(guarded, OTHER)
    started = me.post("/cases", {"process": "guarded", "variables": {"is_secret": False, "name": "甲", "plan": [filed]}})
    assert started.status_code == 201, started.json

    entered = {"is_secret": False, "name": "乙", "plan": [filed, mine, theirs]}
    assert me.put(DRAFT, {"variables": entered}).status_code == 200
    assert me.put(DRAFT, {"variables": {"is_secret": True}}).status_code == 200

    assert kept(guarded) is None
    assert me.get(f"/attachments/{mine}").status_code == 404
    for reader, file in ((me, filed), (guarded.as_(OTHER), theirs)):
        with reader.get(f"/attachments/{file}") as answer:
            assert answer.data == BYTES


def test_the_gate_holds_for_the_form_of_a_task_too(guarded: Any) -> None:
    me = guarded.as_(CLERK)
    case = me.post("/cases", {"process": "guarded", "variables": {"is_secret": False, "name": "甲"}}).json["id"]
    task = guarded.task(case)

    assert me.put(f"/tasks/{task}/draft", {"variables": {"name": TYPED}}).status_code == 422
    assert me.put(f"/tasks/{task}/draft", {"variables": {"is_secret": False, "name": "乙"}}).status_code == 200
    assert kept(guarded, f"task:{task}") is not None
    assert me.put(f"/tasks/{task}/draft", {"variables": {"is_secret": True}}).status_code == 200
    assert kept(guarded, f"task:{task}") is None


def test_a_form_without_such_a_question_keeps_drafts_as_ever(site: Any) -> None:
    task = site.task(site.start())
    assert site.as_(CLERK).put(f"/tasks/{task}/draft", {"variables": {"note": "半句"}}).status_code == 200
    assert kept(site, f"task:{task}") == {"note": "半句"}
