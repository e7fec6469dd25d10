"""R-PJ-40 in the browser: whether a project is secret is asked first, and what was typed before goes when it turns out to be."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

CLERK = "pj_unit_clerk.jiaoyu"
TYPED = "不该留下的项目名称-5d1e"
BYTES = b"%PDF-1.4\n% not-to-be-kept-77aa\n%%EOF\n"
START = "/start/project_application"
DRAFT = "**/api/v1/processes/*/draft"


@pytest.fixture
def clerk(visit: Any) -> Any:
    visitor = visit(CLERK)
    visitor.open(START)
    visitor.form_is_there()
    return visitor


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def count(site: Any) -> int:
    with site.city.store.read() as connection:
        found: int = connection.exec_driver_sql("SELECT count(*) FROM cases").scalar()
    return found


def test_of_a_project_that_is_secret_nothing_is_sent_and_no_case_is_saved(site: Any, clerk: Any) -> None:
    before, sent = count(site), list[str]()
    clerk.page.on("request", lambda request: request.method in ("PUT", "POST") and sent.append(request.post_data or ""))

    with clerk.page.expect_response(DRAFT):
        clerk.form.fill({"is_secret": True})
    clerk.page.get_by_text("本项目请线下办理").wait_for()
    assert clerk.form.control("project_name").count() == 0
    clerk.submit()
    clerk.page.get_by_role("heading", name="请更正以下").wait_for()

    assert sent[0] == '{"variables":{"is_secret":true}}'
    assert all('"project_name"' not in body for body in sent)
    assert "R-PJ-40" in clerk.page.locator(".summary").inner_text()
    assert count(site) == before


def test_nothing_is_saved_before_the_question_is_answered(clerk: Any) -> None:
    sent: list[str] = []
    clerk.page.on("request", lambda request: request.method == "PUT" and sent.append(request.url))
    clerk.page.get_by_role("button", name="保存草稿").click()
    clerk.page.locator("[data-part=saved]").get_by_text("尚未保存任何内容").wait_for()
    assert sent == []


def test_what_was_entered_goes_when_the_project_turns_out_to_be_secret(
    site: Any, clerk: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(BYTES)
    form, page = clerk.form, clerk.page
    form.files = {"plan": plan}
    form.fill({"is_secret": False, "project_name": TYPED})
    with page.expect_response(DRAFT):
        form.fill({"plan_doc": ["plan"]})
    page.locator("[data-part=saved]").get_by_text("草稿已保存").wait_for()
    assert TYPED.encode() in everything(site.folder)
    assert b"not-to-be-kept-77aa" in everything(site.folder)

    form.fill({"is_secret": True})
    page.locator("[data-part=saved]").get_by_text("已从系统删除").wait_for()

    assert page.get_by_text("本项目请线下办理").is_visible()
    left = everything(site.folder)
    assert TYPED.encode() not in left
    assert b"not-to-be-kept-77aa" not in left
    assert TYPED not in caplog.text
    page.reload()
    clerk.form_is_there()
    assert form.control("project_name").count() == 0
