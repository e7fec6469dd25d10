"""What pages show to whom, without a browser."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from city import PASSWORD

CLERK, LEAD, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili"


@pytest.fixture
def pages(site: Any) -> Any:
    """Open a page as somebody; gives the response."""
    browsers: dict[str, Any] = {}

    def open_(account: str, path: str) -> Any:
        if account not in browsers:
            browsers[account] = site.browser()
            browsers[account].sign_in(account)
        return browsers[account].client.get(path)

    return open_


def form_data(page: Any) -> Any:
    found = re.search(r'data-part="form-data">(.*?)</script>', page.text, re.S)
    assert found is not None
    return json.loads(found[1])


def test_the_inbox_lists_what_waits_and_says_when_nothing_does(site: Any, pages: Any) -> None:
    case = site.start()
    assert f"/tasks/{site.task(case)}" in pages(CLERK, "/").text
    assert "没有待办" in pages(LEAD, "/").text
    assert "没有符合条件的事项" in pages(CLERK, "/?q=没有这个词").text
    assert "还没有办理过事项" in pages(CLERK, "/?view=done").text


def test_who_may_not_read_a_case_is_told_that_there_is_none(site: Any, pages: Any) -> None:
    case = site.start()
    for path in (f"/cases/{case}", f"/tasks/{site.task(case)}", f"/tasks/{site.task(case)}/done", f"/cases/{case}/filed"):
        assert pages(OTHER, path).status_code == 404


def test_a_task_page_carries_only_what_its_form_names(site: Any, pages: Any) -> None:
    case = site.start()
    site.city.engine.complete_task(site.task(case), {"note": "须签署的内容"}, by=CLERK)
    given = form_data(pages(LEAD, f"/tasks/{site.task(case)}"))
    assert given["data"] == {}
    assert given["readonly"] is False


def test_a_reader_without_the_role_gets_the_form_to_look_at(site: Any, pages: Any) -> None:
    case = site.start()
    page = pages(LEAD, f"/tasks/{site.task(case)}")
    assert form_data(page)["readonly"] is True
    assert 'data-action="submit"' not in page.text


def test_what_was_typed_cannot_end_the_script_that_carries_it(site: Any, pages: Any) -> None:
    case = site.start()
    hostile = "</script><script>alert(1)</script>"
    site.city.engine.save_draft(f"task:{site.task(case)}", {"note": hostile}, by=CLERK)
    page = pages(CLERK, f"/tasks/{site.task(case)}")
    assert hostile not in page.text
    assert form_data(page)["draft"]["variables"]["note"] == hostile


def test_the_case_page_tells_who_did_what_in_which_capacity(site: Any, pages: Any) -> None:
    case = site.start()
    engine = site.city.engine
    engine.complete_task(site.task(case), {"note": "第一条"}, by=CLERK)
    engine.complete_task(site.task(case), {"opinion": "可以"}, by=LEAD, signature=engine.sign(by=LEAD, password=PASSWORD))
    page = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", pages(CLERK, f"/cases/{case}").text))
    assert "刘建国 办理“approve_note”，已签署" in page
    assert "可以" in page
    assert "依据 办法第十四条" in page
    assert "第一条" in page


def test_only_what_one_may_start_is_offered(site: Any, pages: Any) -> None:
    assert "/start/notes" in pages(CLERK, "/start").text
    assert pages(CLERK, "/start/nothing").status_code == 404


def test_the_sign_in_page_offers_demonstration_accounts_and_no_password(site: Any) -> None:
    page = site.browser().client.get("/sign-in").text
    assert f'data-name="{CLERK}"' in page
    assert PASSWORD not in page


def test_signing_in_leads_back_to_the_page_that_was_wanted_but_never_elsewhere(site: Any) -> None:
    browser = site.browser()
    for wanted, led in (("/cases", "/cases"), ("https://elsewhere.example/", "/"), ("//elsewhere.example", "/")):
        form = {"name": CLERK, "password": PASSWORD, "csrf_token": browser.token, "next": wanted}
        assert browser.client.post("/sign-in", data=form).headers["Location"] == led


def test_a_completed_task_leads_on_to_the_next_one_with_a_receipt(site: Any, pages: Any) -> None:
    first, second = site.start(), site.start()
    done = site.task(first)
    site.city.engine.complete_task(done, {"note": "完成"}, by=CLERK)
    answer = pages(CLERK, f"/tasks/{done}/done")
    assert answer.headers["Location"].endswith(f"/tasks/{site.task(second)}")
    assert "已提交" in pages(CLERK, answer.headers["Location"]).text


def test_the_pages_speak_english_to_who_asks_for_it(site: Any, pages: Any) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    browser.client.set_cookie("lang", "en")
    page = browser.client.get("/").text
    assert '<html lang="en" ' in page
    assert "Nothing to do" in page
