"""条文对照 and 条文依据: the table of what is published, its filters, and what a case is evidence of."""

from __future__ import annotations

import re
from typing import Any

import pytest

CLERK, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.shuili"


@pytest.fixture
def get(site: Any) -> Any:
    browser = site.browser()
    browser.sign_in(CLERK)

    def ask(path: str, *, english: bool = False) -> Any:
        browser.client.set_cookie("lang", "en" if english else "zh")
        return browser.client.get(path)

    return ask


def articles(page: Any) -> list[str]:
    return re.findall(r'<tr id="article-(\d+)"', page.text)


def test_the_table_names_what_carries_out_an_article(get: Any) -> None:
    page = get("/trace/pj-2020")
    assert len(articles(page)) == 37
    row = page.text.partition('id="article-14"')[2].partition("</tr>")[0]
    for words in ("第十四条", "技术审查", "全部落实", "1 个环节，1 个流程", "notes", "write_note", "D-PJ-18b", "R-PJ-14"):
        assert words in row
    assert get("/trace").headers["Location"] == "/trace/pj-2020"


def test_it_is_narrowed_by_level_and_by_words(get: Any) -> None:
    assert articles(get("/trace/pj-2020?level=text")) == ["1", "35", "36"]
    assert articles(get("/trace/pj-2020?q=WRITE_note")) == ["14"]
    assert articles(get("/trace/pj-2020?q=D-PJ-18b&level=full")) == ["14"]
    nothing = get("/trace/pj-2020?q=D-PJ-18b&level=text")
    assert articles(nothing) == []
    assert "没有符合条件的条文" in nothing.text


def test_english_readers_read_it_in_english(get: Any) -> None:
    page = get("/trace/pj-2020", english=True)
    for words in ("Articles and procedures", "art 14", "In full", "Steps: 1 (procedures: 1)", "Text only"):
        assert words in page.text
    assert "条文对照" not in page.text


def test_without_procedures_there_is_nothing_to_show(get: Any, site: Any) -> None:
    with site.city.store.write() as connection:
        connection.exec_driver_sql("UPDATE definitions SET status = 'withdrawn'")
    assert "还没有引用条文的流程" in get("/trace").text
    assert get("/trace/pj-2020").status_code == 404


def test_a_case_leads_to_the_lines_that_an_article_rests_on(get: Any, site: Any) -> None:
    case = site.start()
    assert "还没有引用条文的记录" in get(f"/cases/{case}/trace").text
    site.city.engine.complete_task(site.task(case), {"note": "x"}, by=CLERK)
    assert f'href="/cases/{case}/trace"' in get(f"/cases/{case}").text
    page = get(f"/cases/{case}/trace").text
    (done,) = [link for link in site.city.history(case) if link.kind == "task.completed"]
    for words in ("第十四条", "办理“write_note”", f"第 {done.seq} 条", done.hash.hex(), 'href="/trace/pj-2020#article-14"'):
        assert words in page


def test_the_evidence_is_closed_to_who_may_not_read_the_case(site: Any) -> None:
    case = site.start()
    browser = site.browser()
    browser.sign_in(OTHER)
    assert browser.client.get(f"/cases/{case}/trace").status_code == 404
