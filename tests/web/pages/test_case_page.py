"""The case page: what changed, what belongs together, why it waits, what happened where; and nothing that is sealed."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from drawing import chain, end, extensions, flow, form, properties, start, text_field, user_task

CLERK, LEAD, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili"
TRADE, MONITOR = "pj_trade.jiaoyi", "monitor.zhongxin"

Open = Callable[..., Any]


@pytest.fixture
def pages(site: Any) -> Open:
    """Open a page as somebody; gives its text."""
    browsers: dict[tuple[str, bool], Any] = {}

    def open_(account: str, path: str, *, english: bool = False) -> str:
        key = (account, english)
        if key not in browsers:
            browsers[key] = site.browser()
            if english:
                browsers[key].client.set_cookie("lang", "en")
            browsers[key].sign_in(account)
        page = browsers[key].client.get(path)
        assert page.status_code == 200
        return str(page.text)

    return open_


def section(page: str, name: str) -> str:
    """A section of a page without its markup; empty when there is none."""
    found = re.search(rf'<section class="card[^"]*" id="{name}".*?</section>', page, re.S)
    return "" if found is None else " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


def refiled(site: Any, *, secret: bool = False) -> str:
    """A case whose form is filled in, then corrected by the lead."""
    budget = text_field("budget") | {"label": "预算说明"}
    if secret:
        budget |= {"properties": {"readers": "pj_trade", "sealed_until": "=false"}}
    rows: dict[str, object] = {
        "type": "dynamiclist", "path": "items", "label": "清单", "id": "items",
        "components": [text_field("name") | {"label": "名称"}, text_field("use") | {"label": "用途"}],
    }  # fmt: skip
    group: dict[str, object] = {
        "type": "group",
        "id": "basics",
        "label": "基本情况",
        "components": [text_field("topic") | {"label": "主题"}],
    }
    fields = [group, budget, rows]
    tasks = user_task("fill_in", form="filling.fill_in") + user_task(
        "correct", groups="pj_unit_lead@jiaoyu", form="filling.correct"
    )
    body = start() + tasks + user_task("look") + end() + chain("begin", "fill_in", "correct", "look", "finished")
    site.city.deploy(
        {"filling": body},
        {"filling.fill_in": form("filling.fill_in", *fields), "filling.correct": form("filling.correct", *fields)},
    )
    case: str = site.start("filling")
    first = {"topic": "平台", "budget": "服务器 20 台，共 300 万元", "items": [{"name": "甲", "use": "存储"}]}
    site.city.engine.complete_task(site.task(case), first, by=CLERK)
    second = first | {"budget": "服务器 25 台，共 300 万元", "items": [*first["items"], {"name": "乙", "use": "备份"}]}
    site.city.engine.complete_task(site.task(case), second, by=LEAD)
    return case


def test_a_changed_answer_is_told_with_who_changed_it_from_what_to_what(site: Any, pages: Open) -> None:
    page = pages(CLERK, f"/cases/{refiled(site)}")
    told = section(page, "changes")
    assert re.search(r"预算说明 第 2 版 刘建国 · correct", told)
    assert "服务器 原为 20 改为 25 台，共 300 万元" in told
    assert "主题" not in told
    assert "<del>" in page


def test_a_change_reads_in_english(site: Any, pages: Open) -> None:
    told = section(pages(CLERK, f"/cases/{refiled(site)}", english=True), "changes")
    assert re.search(r"Changes \d", told)
    assert "ersion 2" in told


def test_answers_are_shown_in_the_groups_and_tables_of_their_form(site: Any, pages: Open) -> None:
    page = pages(CLERK, f"/cases/{refiled(site)}")
    assert '<h3 class="answers-heading">基本情况</h3>' in page
    tables = re.findall(r"<thead>.*?</tbody>", page, re.S)
    cells = [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", table) for table in tables]
    assert ["名称", "用途", "甲", "存储", "乙", "备份"] in cells


def test_answers_are_shown_in_english_where_the_form_says_how(site: Any, pages: Open) -> None:
    fields = [
        text_field("topic") | {"label": "主题", "properties": {"label_en": "Topic"}},
        {"type": "number", "key": "score", "id": "score", "label": "得分", "decimalDigits": 2,
         "properties": {"label_en": "Score", "money": "false"}},
        {"type": "number", "key": "price", "id": "price", "label": "金额", "decimalDigits": 2,
         "properties": {"label_en": "Amount"}},
        {"type": "radio", "key": "shared", "id": "shared", "label": "共享",
         "values": [{"label": "同意共享", "value": "同意共享"}],
         "properties": {"label_en": "Sharing", "option_同意共享_en": "Agreed"}},
    ]  # fmt: skip
    body = start() + user_task("fill_in", form="worded.fill_in") + user_task("look") + end()
    site.city.deploy(
        {"worded": body + chain("begin", "fill_in", "look", "finished")}, {"worded.fill_in": form("worded.fill_in", *fields)}
    )
    case = site.start("worded")
    answers = {"topic": "平台", "score": "88.50", "price": "1200.00", "shared": "同意共享"}
    site.city.engine.complete_task(site.task(case), answers, by=CLERK)

    told = " ".join(re.sub(r"<[^>]*>", " ", pages(CLERK, f"/cases/{case}")).split())
    assert "主题 平台 得分 88.50 金额 1,200.00 元 共享 同意共享" in told
    told = " ".join(re.sub(r"<[^>]*>", " ", pages(CLERK, f"/cases/{case}", english=True)).split())
    assert "Topic 平台 Score 88.50 Amount 1,200.00 yuan Sharing Agreed" in told


def test_a_sealed_answer_is_in_no_difference_and_no_history_of_a_step(site: Any, pages: Open) -> None:
    case = refiled(site, secret=True)
    page = pages(MONITOR, f"/cases/{case}")
    assert "台，共 300 万元" not in page
    assert "预算说明" not in section(page, "changes")
    own = pages(CLERK, f"/cases/{case}")
    assert "服务器 20 台" in own
    assert "25" not in section(own, "changes") + section(own, "data")


def family(site: Any) -> str:
    call = '<zeebe:calledElement processId="answering" propagateAllChildVariables="false"/>'
    ask = f'<bpmn:callActivity id="ask" name="征求意见">{extensions(call)}</bpmn:callActivity>'
    child = start() + user_task("answer", groups="pj_unit_lead@jiaoyu") + end() + chain("begin", "answer", "finished")
    closed = extensions(properties(reads_up="false"))
    site.city.deploy({"answering": closed + child, "asking": start() + ask + end() + chain("begin", "ask", "finished")})
    case: str = site.start("asking")
    site.city.worker.drain()
    return case


def test_related_cases_are_a_tree_with_this_case_marked(site: Any, pages: Open) -> None:
    case = family(site)
    page = pages(CLERK, f"/cases/{case}")
    assert re.search(r'<strong aria-current="page">asking</strong>', page)
    (child,) = re.findall(r'<a href="(/cases/[^"]+)">answering</a>', page)
    below = pages(CLERK, child)
    assert re.search(r'<strong aria-current="page">answering</strong>', below)
    assert f'<a href="/cases/{case}">asking</a>' in below


def test_a_case_above_that_one_may_not_read_has_no_name(site: Any, pages: Open) -> None:
    case = family(site)
    child = next(one.case_id for one in _open_tasks(site, case))
    with site.city.store.write() as connection:
        connection.exec_driver_sql("UPDATE cases SET unit = 'shuili', started_by = 'system' WHERE id = ?", (case,))
        connection.exec_driver_sql("UPDATE cases SET unit = 'shuili', started_by = 'system' WHERE id = ?", (child,))
    page = pages(LEAD, f"/cases/{child}")
    assert "您无权查看的上级案件" in section(page, "related")
    assert case not in page
    assert "asking" not in section(page, "related")


def _open_tasks(site: Any, case: str) -> list[Any]:
    from service.store import cases

    with site.city.store.read() as connection:
        return [cases.find_task(connection, one.id) for one in site.city.tasks(case)]


def test_the_page_says_why_a_case_waits_and_what_its_child_waits_for(site: Any, pages: Open) -> None:
    case = family(site)
    told = section(pages(CLERK, f"/cases/{case}"), "waiting")
    assert "“征求意见”等待案件“answering”" in told
    assert "“answer”等待需求单位负责人（市教育局）办理，刘建国可以办理。" in told
    english = section(pages(CLERK, f"/cases/{case}", english=True), "waiting")
    assert "“征求意见” waits for the end of the case “answering”" in english


def test_the_api_says_why_a_case_waits(site: Any) -> None:
    case = family(site)
    (one,) = site.as_(CLERK).get(f"/cases/{case}/waiting").json["items"]
    assert (one["cause"], one["solver"], one["element"]) == ("child", "others", "ask")
    (inner,) = one["inner"]
    assert inner["who"] == [{"account": LEAD, "name": "刘建国"}]
    assert inner["message_en"].startswith("“answer” is offered to")
    assert site.as_(OTHER).get(f"/cases/{case}/waiting").status_code == 404


def test_each_step_tells_how_often_how_long_and_by_whom(site: Any, pages: Open, clock: Any) -> None:
    again = flow("again", "write", "=true") + flow("again", "finished", None, id="enough")
    gateway = '<bpmn:exclusiveGateway id="again" default="enough"/>'
    site.city.deploy({"looping": start() + user_task("write") + gateway + end() + chain("begin", "write", "again") + again})
    case = site.start("looping")
    clock.advance(timedelta(days=2, hours=3))
    site.city.engine.complete_task(site.task(case), {}, by=CLERK)
    clock.advance(timedelta(hours=1))
    site.city.engine.complete_task(site.task(case), {}, by=CLERK)
    page = pages(CLERK, f"/cases/{case}")
    (step,) = re.findall(r'<details class="step" id="step-write".*?</summary>', page, re.S)
    words = " ".join(re.sub(r"<[^>]*>", " ", step).split())
    assert words == "write 当前 王敏 用时 2 天 4 小时 走过 2 次"
    assert 'id="step-again"' not in page


def test_documents_are_listed_with_hash_giver_and_step(site: Any, pages: Open) -> None:
    proof: dict[str, object] = {
        "type": "filepicker",
        "key": "proof",
        "label": "证明",
        "id": "proof",
        "accept": ".txt",
        "multiple": True,
    }
    site.city.deploy(
        {
            "proving": start()
            + user_task("prove", form="proving.prove")
            + user_task("look")
            + end()
            + chain("begin", "prove", "look", "finished")
        },
        {"proving.prove": form("proving.prove", proof)},
    )
    sent = site.as_(CLERK).post("/attachments", data={"file": (io.BytesIO("证明材料".encode()), "proof.txt")})
    case = site.start("proving")
    site.city.engine.complete_task(site.task(case), {"proof": [sent.json["id"]]}, by=CLERK)
    told = section(pages(CLERK, f"/cases/{case}"), "documents")
    digest = hashlib.sha256("证明材料".encode()).hexdigest()
    assert f"SHA-256 {digest}" in told
    assert re.search(r"proof\.txt 王敏 · 2026-08-20 12:00 · prove", told)


def test_an_ended_case_shows_no_waiting(site: Any, pages: Open) -> None:
    site.city.deploy({"short": start() + user_task("write") + end() + chain("begin", "write", "finished")})
    case = site.start("short")
    site.city.engine.complete_task(site.task(case), {}, by=CLERK)
    assert 'id="waiting"' not in pages(CLERK, f"/cases/{case}")


@pytest.mark.parametrize(
    ("choice", "mark"),
    [("theme=dark", 'data-bs-theme="dark"'), ("theme=auto", 'data-theme="auto"'), ("lang=en", '<html lang="en" ')],
)
def test_language_and_theme_are_kept_and_lead_back_to_the_page(site: Any, choice: str, mark: str) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    sent = browser.client.post(
        "/appearance", data={"choice": choice, "csrf_token": browser.token}, headers={"Referer": "http://localhost/cases?q=a"}
    )
    assert (sent.status_code, sent.headers["Location"]) == (303, "/cases?q=a")
    assert mark in browser.client.get("/cases").text


@pytest.mark.parametrize("choice", ["theme=pink", "session=x", "lang=", "dark"])
def test_another_choice_is_refused_and_sets_nothing(site: Any, choice: str) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    sent = browser.client.post("/appearance", data={"choice": choice, "csrf_token": browser.token})
    assert sent.status_code == 422
    assert "Set-Cookie" not in sent.headers or "=pink" not in sent.headers["Set-Cookie"]


def test_a_foreign_page_is_not_gone_back_to(site: Any) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    data = {"choice": "theme=dark", "csrf_token": browser.token}
    sent = browser.client.post("/appearance", data=data, headers={"Referer": "http://evil.example/cases"})
    assert sent.status_code in (303, 400, 403)
    assert "evil" not in sent.headers.get("Location", "")
