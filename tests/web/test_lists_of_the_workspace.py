"""The lists of the workspace: filters, order, columns, saved views, sheets, and what is done with several tasks at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from drawing import chain, end, form, start, text_field, user_task
from openpyxl import load_workbook
from sqlalchemy import insert, update

from service.clock import SHANGHAI
from service.engine.events import Event
from service.store import new_id, views
from service.store.cases import FAR_FUTURE
from service.store.tables import case_terms, case_values, case_watches, cases, tasks

CLERK, LEAD, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili"
COLLEAGUE = "pj_unit_clerk.jiaoyu.2"
NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)  # a Thursday


class Clerk:
    """The clerk at a browser, with some tasks of names, due dates and amounts that a test gives."""

    def __init__(self, site: Any) -> None:
        self.site, self.browser = site, site.browser()
        self.browser.sign_in(CLERK)

    def get(self, path: str) -> Any:
        return self.browser.client.get(path)

    def post(self, path: str, **data: Any) -> Any:
        return self.browser.client.post(path, data={**data, "csrf_token": self.browser.token})

    def titles(self, path: str = "/") -> list[str]:
        answer = self.get(path)
        assert answer.status_code == 200
        return re.findall(r'class="sheet-main" href="[^"]+"[^>]*>([^<]+)</a>', answer.text)

    def task(self, title: str, *, due: datetime | None = None, amount: float | None = None) -> str:
        """A task of the clerk's whose case goes by a title; returns its id."""
        case = self.site.start()
        facts = "{}" if amount is None else f'{{"total_investment":"{amount:.2f}"}}'
        sort = FAR_FUTURE if due is None else int(due.timestamp() * 1000)
        with self.site.city.store.write() as connection:
            connection.execute(update(cases).where(cases.c.id == case).values(title=title, facts=facts))
            connection.execute(update(tasks).where(tasks.c.case_id == case).values(due_at=due, due_sort=sort))
            connection.execute(insert(case_terms), [{"case_id": case, "term": title[:2]}])
            if amount is not None:
                value = {"case_id": case, "name": "total_investment", "text": None, "number": amount, "day": None}
                connection.execute(insert(case_values), [value])
        return str(self.site.task(case))


@pytest.fixture
def clerk(site: Any) -> Clerk:
    return Clerk(site)


@pytest.fixture
def dated(clerk: Clerk) -> Clerk:
    """One task of each due date, filed in another order than they are due."""
    clerk.task("没有期限")
    clerk.task("下月到期", due=NOON + timedelta(days=30))
    clerk.task("逾期一天", due=NOON - timedelta(days=1))
    clerk.task("周日到期", due=datetime(2026, 8, 24, tzinfo=SHANGHAI))
    clerk.task("今天到期", due=datetime(2026, 8, 21, tzinfo=SHANGHAI))
    clerk.task("逾期两天", due=NOON - timedelta(days=2))
    return clerk


def test_what_is_overdue_stands_first_then_what_is_due_next_then_what_has_no_date(dated: Clerk) -> None:
    assert dated.titles() == ["逾期两天", "逾期一天", "今天到期", "周日到期", "下月到期", "没有期限"]
    assert dated.titles("/?sort=received")[:2] == ["没有期限", "下月到期"]


@pytest.mark.parametrize(
    ("due", "found"),
    [
        ("overdue", ["逾期两天", "逾期一天"]),
        ("today", ["今天到期"]),
        ("week", ["今天到期", "周日到期"]),
        ("later", ["下月到期"]),
        ("none", ["没有期限"]),
    ],
)
def test_a_list_is_narrowed_by_when_its_tasks_are_due(dated: Clerk, due: str, found: list[str]) -> None:
    assert dated.titles(f"/?due={due}") == found
    items = dated.site.as_(CLERK).get(f"/tasks?due={due}").get_json()["items"]
    assert [one["case"]["title"] for one in items] == found


def test_amounts_are_narrowed_with_both_bounds_included(clerk: Clerk) -> None:
    for title, amount in (("小额", 99_999.99), ("正好", 100_000.0), ("大额", 200_000.0), ("无额", None)):
        clerk.task(title, amount=amount)
    assert clerk.titles("/?amount_from=100,000") == ["正好", "大额"]
    assert clerk.titles("/?amount_to=100000") == ["小额", "正好"]
    assert clerk.titles("/?amount_from=100000&amount_to=100000") == ["正好"]
    items = clerk.site.as_(CLERK).get("/tasks?amount_from=100000&amount_to=150000").get_json()["items"]
    assert [one["case"]["title"] for one in items] == ["正好"]


def test_two_characters_and_a_step_narrow_a_list(clerk: Clerk) -> None:
    clerk.task("采购教室设备")
    clerk.task("建设平台")
    assert clerk.titles("/?q=采购") == ["采购教室设备"]
    assert len(clerk.titles("/?process=notes&step=write_note")) == 2
    assert clerk.titles("/?step=approve_note") == []


def test_the_bar_folds_into_words(clerk: Clerk) -> None:
    page = clerk.get("/?unit=jiaoyu&due=overdue&q=采购&amount_from=100000").text
    words = re.search(r'id="filter-words"[^>]*>([^<]+)<', page)
    assert words is not None
    assert words[1] == "本单位 · 逾期 · 100,000 元以上 · “采购”"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("due=tomorrow", "不认识的期限条件“tomorrow”"),
        ("amount_from=abc", "金额“abc”不是"),
        ("amount_to=NaN", "金额“NaN”不是"),
        ("amount_from=-1", "金额“-1”不是"),
        ("amount_from=9&amount_to=1", "金额的下限大于上限"),
        ("amount_from=1e999999999", "不是 0 以上的数字"),
        ("view=everything", "没有名为“everything”的列表"),
        ("sort=colour", "不能按“colour”排序"),
    ],
)
def test_a_filter_that_cannot_be_understood_is_said_and_narrows_nothing(clerk: Clerk, query: str, words: str) -> None:
    clerk.task("一项")
    answer = clerk.get(f"/?{query}")
    assert answer.status_code == 200
    assert words in answer.text
    assert clerk.titles(f"/?{query}") == ["一项"]


@pytest.mark.parametrize("query", ["due=tomorrow", "amount_from=abc", "amount_from=-1", "amount_from=9&amount_to=1"])
@pytest.mark.parametrize("path", ["/tasks", "/cases"])
def test_the_api_refuses_a_filter_that_there_is_not(site: Any, path: str, query: str) -> None:
    assert site.as_(CLERK).get(f"{path}?{query}").status_code == 422


@pytest.mark.parametrize("view", ["done", "started", "copied", "followed"])
def test_a_broken_cursor_is_refused_in_words(clerk: Clerk, view: str) -> None:
    broken = 200 if view == "started" else 422  # its cursor is an id, and any text may be compared with one
    assert clerk.get(f"/?view={view}&after=zzz").status_code == broken
    assert clerk.get(f"/?view={view}&after=99999999999999999999-a").status_code == broken


def test_each_tab_counts_its_list_and_lists_what_it_counts(clerk: Clerk) -> None:
    first, second = clerk.task("第一件"), clerk.task("第二件")
    clerk.site.city.engine.complete_task(first, {"note": "好"}, by=CLERK)
    watch(clerk.site, first, "copied", by=LEAD)
    watch(clerk.site, second, "followed", by=CLERK)
    page = clerk.get("/").text
    counts = re.findall(r'>([^<]+) <span class="tabs-count">(\d+)</span></a>', page)
    assert counts == [("待办", "1"), ("已办", "1"), ("我发起", "2"), ("抄送", "1"), ("关注", "1")]
    assert clerk.titles("/?view=done") == clerk.titles("/?view=copied") == ["第一件"]
    assert clerk.titles("/?view=started") == ["第二件", "第一件"]
    assert clerk.titles("/?view=followed") == ["第二件"]
    assert clerk.titles("/?view=started&due=overdue") == []


def test_what_one_may_no_longer_read_leaves_the_lists(site: Any) -> None:
    clerk = Clerk(site)
    hidden = clerk.task("不再可读")
    other = site.browser()
    other.sign_in(OTHER)
    with site.city.store.write() as connection:
        row = {"account": OTHER, "kind": "followed", "case_id": case_of(site, hidden), "by": OTHER, "at": NOON}
        connection.execute(insert(case_watches), [row])
    page = other.client.get("/?view=followed").text
    assert "不再可读" not in page
    assert re.search(r'关注 <span class="tabs-count">0</span>', page)
    assert site.as_(OTHER).get("/cases?list=followed").get_json()["items"] == []


@pytest.mark.parametrize(
    ("view", "next_"),
    [
        ("todo", "去发起"), ("done", "看待办"), ("started", "去发起"), ("copied", "别人把案件抄送给您时"),
        ("followed", "去找案件"),
    ],
)  # fmt: skip
def test_an_empty_list_says_what_to_do_next(clerk: Clerk, view: str, next_: str) -> None:
    assert next_ in clerk.get(f"/?view={view}").text
    assert "清空筛选" in clerk.get(f"/?view={view}&q=没有这个").text


def test_columns_are_chosen_for_each_list_and_kept(clerk: Clerk) -> None:
    clerk.task("一项", amount=1_234_567.5)
    assert "<th>编号</th>" not in clerk.get("/").text
    answer = clerk.post("/lists/columns", list="todo", query="due=none&next=//evil", column=["key", "amount"])
    assert (answer.status_code, answer.location) == (303, "/?due=none")
    page = clerk.get("/").text
    head = re.findall(r"<th[^>]*>([^<]+)</th>", page)
    assert head == ["事项", "编号", "金额（元）"]
    assert re.search(r'<td class="number"><span title="[^"]+ 万元">1,234,567.50</span></td>', page)
    assert "<th>当前环节</th>" in clerk.get("/?view=started").text
    assert clerk.post("/lists/columns", list="todo", column=["colour"]).status_code == 422
    assert clerk.post("/lists/columns", list="everything", column=["key"]).status_code == 422


def test_a_view_is_saved_shared_with_ones_unit_and_deleted_by_its_owner_only(clerk: Clerk) -> None:
    clerk.task("采购一批")
    clerk.task("建设一个")
    answer = clerk.post("/lists/views", name="采购", list="todo", query="q=采购&after=x&evil=1", shared_with="jiaoyu")
    assert (answer.status_code, answer.location) == (303, "/?q=%E9%87%87%E8%B4%AD")
    assert clerk.titles(answer.location) == ["采购一批"]
    lead, stranger = clerk.site.browser(), clerk.site.browser()
    lead.sign_in(LEAD)
    stranger.sign_in(OTHER)
    assert re.search(r"\w+ 共享给 \w+", lead.client.get("/").text)
    assert 'href="/?q=%E9%87%87%E8%B4%AD"' not in stranger.client.get("/").text
    with clerk.site.city.store.read() as connection:
        (row,) = views.list_views(connection, CLERK, ())
    refused = lead.client.post(f"/lists/views/{row.id}/delete", data={"csrf_token": lead.token})
    assert refused.status_code == 404
    assert clerk.post(f"/lists/views/{row.id}/delete", list="todo").status_code == 303
    assert 'href="/?q=%E9%87%87%E8%B4%AD"' not in lead.client.get("/").text


@pytest.mark.parametrize(
    "given",
    [{"name": ""}, {"name": "x" * 61}, {"name": "a", "shared_with": "shuili"}, {"name": "a", "list": "everything"}],
)
def test_a_view_that_cannot_be_kept_is_refused(clerk: Clerk, given: dict[str, str]) -> None:
    assert clerk.post("/lists/views", **{"list": "todo", "query": "", **given}).status_code == 422


def test_the_sheet_holds_the_filtered_list_and_no_formula(clerk: Clerk) -> None:
    clerk.task('=HYPERLINK("http://evil")', due=NOON - timedelta(days=1), amount=1234.5)
    clerk.task("没有逾期")
    answer = clerk.get("/lists/export?due=overdue")
    assert answer.status_code == 200
    assert "2026-08-20.xlsx" in answer.headers["Content-Disposition"]
    (sheet,) = load_workbook(BytesIO(answer.data)).worksheets
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[0] == ["事项", "期限", "流程与环节", "编号", "单位", "金额（元）", "收到", "办理人", "环节"]
    (row,) = lines[1:]
    assert row[0] == '=HYPERLINK("http://evil")'
    assert sheet["A2"].data_type == "s"
    assert row[5] == 1234.5
    assert row[8] == "write_note"


def test_every_list_can_be_exported(clerk: Clerk) -> None:
    first = clerk.task("一件", due=NOON)
    clerk.site.city.engine.complete_task(first, {"note": "好"}, by=CLERK)
    for view in ("done", "started", "copied", "followed"):
        assert clerk.get(f"/lists/export?view={view}").status_code == 200


def test_several_tasks_are_claimed_each_by_itself_and_what_is_refused_is_said(clerk: Clerk) -> None:
    one, two, three = (clerk.task(title) for title in ("甲项", "乙项", "丙项"))
    clerk.site.city.engine.claim_task(two, by=COLLEAGUE)
    answer = clerk.post("/lists/claim", task=[one, two, three, "nothing"])
    assert answer.status_code == 200
    assert "办成 2 项，没有办成 2 项" in answer.text
    assert holders(clerk.site, one, two, three) == [CLERK, COLLEAGUE, CLERK]
    rows = re.findall(r'class="sheet-main"[^>]*>([^<]+)</a>.*?class="bulk-said">(.*?)</td>', answer.text, re.S)
    assert {title: "未办成" in said for title, said in rows} == {"乙项": True, "甲项": False, "丙项": False}
    assert "已被" in dict(rows)["乙项"] or "领取" in dict(rows)["乙项"]


def test_several_tasks_are_transferred_with_a_reason_and_each_has_its_line_of_history(clerk: Clerk) -> None:
    one, two = clerk.task("甲项"), clerk.task("乙项")
    asked = clerk.post("/lists/transfer", task=[one, two])
    assert asked.status_code == 200
    assert f'<option value="{COLLEAGUE}"' in asked.text
    assert holders(clerk.site, one, two) == [None, None]
    answer = clerk.post("/lists/transfer", task=[one, two, "nothing"], to=COLLEAGUE, reason="休假")
    assert "办成 2 项，没有办成 1 项" in answer.text
    assert holders(clerk.site, one, two) == [COLLEAGUE, COLLEAGUE]
    for task in (one, two):
        (link,) = [link for link in clerk.site.city.history(case_of(clerk.site, task)) if link.kind == Event.TASK_TRANSFERRED]
        assert link.payload is not None
        assert (link.payload["to"], link.payload["reason"]) == (COLLEAGUE, "休假")


def test_nothing_selected_is_said_and_changes_nothing(clerk: Clerk) -> None:
    assert "没有选中待办" in clerk.post("/lists/claim").text
    assert "没有选中待办" in clerk.post("/lists/transfer").text


def test_counts_are_answered_with_a_tag_and_again_only_when_they_change(clerk: Clerk) -> None:
    clerk.task("旧的")
    caller, since = clerk.site.as_(CLERK), new_id()
    first = caller.get(f"/me/counts?since={since}")
    assert first.get_json() == {"todo": 1, "new": 0}
    tagged = {"headers": {**caller.headers, "If-None-Match": first.headers["ETag"]}}
    path = f"/api/v1/me/counts?since={since}"
    assert caller.client.get(path, **tagged).status_code == 304
    clerk.task("新的")
    again = caller.client.get(path, **tagged)
    assert (again.status_code, again.get_json()) == (200, {"todo": 2, "new": 1})
    assert clerk.site.as_(OTHER).get(f"/me/counts?since={since}").get_json() == {"todo": 0, "new": 0}
    assert caller.get("/me/counts?since=%27").status_code == 422


def test_the_badge_is_counted_once_a_page(clerk: Clerk, count_statements: Callable[[], Any]) -> None:
    clerk.get("/")
    with count_statements() as asked:
        clerk.get("/")
    assert sum("count(" in one and "task_bars" in one for one in asked) == 1


@pytest.fixture
def count_statements() -> Callable[[], Any]:
    from contextlib import contextmanager

    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @contextmanager
    def counting() -> Any:
        found: list[str] = []

        def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
            found.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counting


def case_of(site: Any, task: str) -> str:
    with site.city.store.read() as connection:
        found = connection.execute(tasks.select().where(tasks.c.id == task)).one()
    return str(found.case_id)


def holders(site: Any, *ids: str) -> list[str | None]:
    with site.city.store.read() as connection:
        found = {row.id: row.claimed_by for row in connection.execute(tasks.select().where(tasks.c.id.in_(ids)))}
    return [found[one] for one in ids]


def watch(site: Any, task: str, kind: str, *, by: str) -> None:
    row = {"account": CLERK, "kind": kind, "case_id": case_of(site, task), "by": by, "at": NOON}
    with site.city.store.write() as connection:
        connection.execute(insert(case_watches), [row])


def test_a_step_of_another_process_is_dropped_when_the_process_changes(clerk: Clerk) -> None:
    body = start() + user_task("call_back", form="calls.call_back") + end() + chain("begin", "call_back", "finished")
    clerk.site.city.deploy({"calls": body}, {"calls.call_back": form("calls.call_back", text_field("said"))})
    clerk.task("一项")
    assert clerk.titles("/?process=notes&step=call_back") == ["一项"]
    assert 'value="call_back"' in clerk.get("/?process=calls").text
