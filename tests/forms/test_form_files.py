"""The file picker: ids that exist, types, sizes, and content that is what the name says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.forms import FileFacts

PDF = FileFacts(name="方案.PDF", size=100, media_type="application/pdf")
ATTACHMENTS = {
    "pdf": PDF,
    "big": FileFacts(name="大.pdf", size=1_001, media_type="application/pdf"),
    "exact": FileFacts(name="正好.pdf", size=1_000, media_type="application/pdf"),
    "empty": FileFacts(name="空.pdf", size=0, media_type="application/pdf"),
    "exe": FileFacts(name="病毒.pdf", size=10, media_type="application/x-dosexec"),
    "raw": FileFacts(name="乱码.pdf", size=10, media_type="application/octet-stream"),
    "png": FileFacts(name="照片.png", size=10, media_type="image/png"),
    "docx": FileFacts(name="说明.docx", size=10, media_type="application/zip"),
    "txt": FileFacts(name="记录.txt", size=10, media_type="text/plain"),
}
PICKER = {
    "type": "filepicker",
    "key": "plan",
    "label": "建设方案",
    "accept": ".pdf, image/*",
    "properties": {"max_bytes": "1000"},
}


@pytest.mark.parametrize("ids", [["pdf"], ["exact"], ["png"], []])
def test_a_file_that_fits_is_kept_by_its_id(submission: Callable[..., Any], ids: list[str]) -> None:
    assert submission(PICKER, files=ATTACHMENTS).send({"plan": ids}) == {"plan": ids}


@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        ("pdf", "type"),
        ([1], "type"),
        ([""], "type"),
        (["x" * 65], "type"),
        ({"id": "pdf"}, "type"),
        (["gone"], "file"),
        (["big"], "too-large"),
        (["empty"], "file"),
        (["exe"], "file"),
        (["raw"], "file"),
        (["txt"], "file"),
        (["docx"], "file"),
        (["pdf", "png"], "too-large"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(submission: Callable[..., Any], sent: Any, rule: str) -> None:
    assert submission(PICKER, files=ATTACHMENTS).refused({"plan": sent}) == [("plan", rule)]


def test_several_files_are_taken_where_the_form_says_so(submission: Callable[..., Any]) -> None:
    form = submission({**PICKER, "multiple": True, "properties": {"max_files": 2}}, files=ATTACHMENTS)

    assert form.send({"plan": ["pdf", "png"]})["plan"] == ["pdf", "png"]
    assert form.refused({"plan": ["pdf", "png", "big"]}) == [("plan", "too-large")]
    assert form.refused({"plan": ["pdf", "pdf"]}) == [("plan", "file")]


def test_a_disguised_file_is_refused_though_every_type_is_accepted(submission: Callable[..., Any]) -> None:
    form = submission({"type": "filepicker", "key": "plan", "label": "附件"}, files=ATTACHMENTS)

    assert form.send({"plan": ["txt"]}) == {"plan": ["txt"]}
    assert form.send({"plan": ["docx"]}) == {"plan": ["docx"]}
    assert form.refused({"plan": ["exe"]}) == [("plan", "file")]
    assert "内容与扩展名不符" in form.messages({"plan": ["exe"]})[0]


def test_a_required_file_is_asked_for(submission: Callable[..., Any]) -> None:
    form = submission({**PICKER, "validate": {"required": True}})

    assert form.messages({"plan": []}) == ["请上传“建设方案”。"]


def test_files_are_looked_up_once_and_only_where_visible(submission: Callable[..., Any]) -> None:
    column = {**PICKER, "key": "proof"}
    table = {"type": "dynamiclist", "path": "items", "label": "表", "components": [column]}
    secret = {**PICKER, "key": "secret", "conditional": {"hide": "=true"}}
    form = submission(PICKER, table, secret, files=ATTACHMENTS)

    answers = form.send({"plan": ["pdf"], "items": [{"proof": ["png"]}, {"proof": ["pdf"]}], "secret": ["docx"]})

    assert form.asked == [("pdf", "png")]
    assert form.form.file_keys == ("plan", "items.proof", "secret")
    assert form.form.file_ids(answers) == ("pdf", "png")
    assert form.refused({"items": [{"proof": ["png"]}, {"proof": ["gone"]}]}) == [("items.1.proof", "file")]
