"""Fields that show or search: tables of facts, amounts within texts, and selects over lists that are longer than a page gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from drawing import chain, end, extensions, form, start, user_task

from service.engine import offering
from service.engine.registering import write_entry
from service.sdk import Write

CLERK = "pj_unit_clerk.jiaoyu"
OLDEST, TITLE = "PJ-2026-0001", "数字档案馆1（PJ-2026-0001）"
MONEY = {"decimalDigits": 2, "serializeToString": True, "properties": {"money": "true"}}


def select(key: str, label: str, values_key: str) -> dict[str, object]:
    return {"type": "select", "key": key, "label": label, "id": key, "valuesKey": values_key}


BEGIN = form(
    "fields.begin",
    select("previous_id", "前期项目", "all_projects"),
    {"type": "textfield", "key": "wanted", "label": "要求", "id": "wanted"},
    {"type": "number", "key": "budget", "label": "预算", "id": "budget", **MONEY},
    {
        "type": "dynamiclist", "path": "items", "id": "items", "label": "明细", "allowAddRemove": True, "defaultRepetitions": 0,
        "components": [
            {"type": "textfield", "key": "name", "label": "名称", "id": "items_name"},
            {"type": "number", "key": "amount", "label": "金额", "id": "items_amount", **MONEY},
            {"type": "checkbox", "key": "needed", "label": "必要", "id": "items_needed"},
            select("project_id", "所属项目", "all_projects") | {"id": "items_project_id"},
        ],
    },
)  # fmt: skip
CHECK = form(
    "fields.check",
    {
        "type": "text", "id": "said", "text": "预算 {{budget}} 元", "properties": {"text_en": "Budget: {{budget}} yuan"},
    },
    {
        "type": "table", "id": "facts", "label": "明细", "dataSource": "=items", "rowCount": 10,
        "columns": [
            {"key": "name", "label": "名称"}, {"key": "amount", "label": "金额（元）"}, {"key": "needed", "label": "必要"},
        ],
        "properties": {"label_en": "Details", "column_name_en": "Name", "column_amount_en": "Amount (yuan)"},
    },
    {
        "type": "table", "id": "nothing", "label": "其他", "dataSource": "=none_of_these",
        "columns": [{"key": "name", "label": "名称"}],
    },
    {
        "type": "radio", "key": "decision", "label": "决定", "id": "decision", "values": [{"label": "同意", "value": "agree"}],
        "properties": {"label_en": "Decision", "option_agree_en": "Agree"},
    },
    {"type": "textarea", "key": "wanted", "label": "要求", "id": "wanted", "readonly": True},
    select("next_id", "后续项目", "all_projects") | {"properties": {"label_en": "Next project"}},
)  # fmt: skip
ANSWERS = {
    "previous_id": OLDEST, "budget": "3200000.00", "wanted": "2760000.00",
    "items": [
        {"name": "机房", "amount": "1234567.50", "needed": True}, {"name": "线路", "amount": "800.00", "needed": False},
        {"name": "其他", "amount": None, "needed": False},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def fields(serve: Callable[..., AbstractContextManager[Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A service with a process of these two forms and more projects than a page gets at once."""
    with serve(tmp_path_factory.mktemp("fields")) as site:
        machine = site.city.engine.machine
        begin_form = extensions('<zeebe:formDefinition formId="fields.begin"/>')
        begins = start().replace("/>", f">{begin_form}</bpmn:startEvent>")
        body = begins + user_task("check", form="fields.check", sign="true") + end() + chain("begin", "check", "finished")
        nodes = "".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in ("begin", "check"))
        lane = f'<bpmn:lane id="pj_unit_clerk" name="经办人">{nodes}</bpmn:lane>'
        site.city.deploy(
            {"fields": f'<bpmn:laneSet id="lanes">{lane}</bpmn:laneSet>{body}'}, {"fields.begin": BEGIN, "fields.check": CHECK}
        )
        with machine.store.write() as connection:
            for number in range(1, offering.LISTED + 51):
                data = {
                    "project_id": f"PJ-2026-{number:04d}", "project_name": f"数字档案馆{number}", "status": "filed",
                    "unit_id": "shuili",
                }  # fmt: skip
                write = Write(register="project", key=data["project_id"], data=data, expected=0)
                write_entry(connection, machine.rules.registers, write, actor=CLERK, case_id=None, at=machine.clock.now())
        yield site


def at_begin(fields: Any, visit: Any) -> Any:
    visitor = visit(CLERK, at=fields)
    visitor.open("/start/fields")
    visitor.form_is_there()
    return visitor


def at_check(fields: Any, visit: Any, case: str | None = None, **more: Any) -> Any:
    case = case or fields.city.engine.start_case("fields", ANSWERS, by=CLERK).id
    visitor = visit(CLERK, at=fields, **more)
    visitor.open(f"/tasks/{fields.task(case, 'check')}")
    visitor.form_is_there()
    return visitor


def search(visitor: Any, key: str, words: str) -> Any:
    """Type into a select; gives the options below it."""
    control = visitor.form.control(key)
    control.click()
    control.fill(words)
    return visitor.page.locator(".fjs-dropdownlist-item")


def test_an_entry_that_the_page_did_not_get_is_found_signed_by_its_name_and_arrives(fields: Any, visit: Any) -> None:
    case = fields.city.engine.start_case("fields", ANSWERS | {"previous_id": None}, by=CLERK).id
    clerk = at_check(fields, visit, case)
    clerk.page.get_by_label("同意", exact=True).check()
    clerk.form.control("next_id").click()
    options = clerk.page.get_by_role("listbox", name="后续项目").get_by_role("option")
    assert options.count() == offering.LISTED
    assert options.get_by_text(TITLE, exact=True).count() == 0

    search(clerk, "next_id", "2026-0001").get_by_text(TITLE, exact=True).click()
    assert clerk.form.control("next_id").input_value() == TITLE
    clerk.submit()
    signed = clerk.page.get_by_role("dialog").locator("[data-part=signed]")
    signed.wait_for()
    assert signed.locator("dt").all_inner_texts() == ["决定", "要求", "后续项目"]
    assert signed.locator("dd").all_inner_texts() == ["同意", "2,760,000.00", TITLE]
    clerk.sign()
    clerk.page.get_by_text("已提交").first.wait_for()
    assert fields.city.variables(case)["next_id"] == OLDEST


def test_the_keys_find_and_choose_too(fields: Any, visit: Any) -> None:
    clerk = at_begin(fields, visit)
    box = clerk.form.control("previous_id")
    options = search(clerk, "previous_id", "档案馆 2026-004")
    options.get_by_text("数字档案馆49（PJ-2026-0049）").wait_for()
    found = options.all_inner_texts()
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("ArrowUp")
    box.press("Enter")
    assert box.input_value() == found[1]
    box.press("ArrowDown")
    box.press("Escape")
    assert options.count() == 0
    assert box.input_value() == found[1]
    clerk.page.get_by_role("button", name="清除").click()
    assert box.input_value() == ""


def test_words_in_any_order_find_an_entry(fields: Any, visit: Any) -> None:
    clerk = at_begin(fields, visit)
    options = search(clerk, "previous_id", "PJ-2026-0001 档案")
    options.get_by_text(TITLE, exact=True).click()
    assert clerk.form.control("previous_id").input_value() == TITLE


def test_what_was_chosen_stays_while_another_field_searches_and_after_a_reload(fields: Any, visit: Any) -> None:
    clerk = at_begin(fields, visit)
    search(clerk, "previous_id", "PJ-2026-0001").get_by_text(TITLE, exact=True).click()
    clerk.page.locator(".fjs-repeat-render-add").click()
    inner = clerk.page.locator('[id^="fjs-form-"][id$="-items_project_id_0"]')
    inner.click()
    inner.fill("PJ-2026-0002")
    clerk.page.locator(".fjs-dropdownlist-item").get_by_text("数字档案馆2（PJ-2026-0002）", exact=True).click()
    assert clerk.form.control("previous_id").input_value() == TITLE

    clerk.page.locator("[data-part=saved]").get_by_text("草稿已保存").wait_for()
    clerk.page.reload()
    clerk.form_is_there()
    assert clerk.form.control("previous_id").input_value() == TITLE
    assert inner.input_value() == "数字档案馆2（PJ-2026-0002）"


def test_a_search_that_finds_nothing_says_so_and_leaves_what_was_chosen(fields: Any, visit: Any) -> None:
    clerk = at_begin(fields, visit)
    search(clerk, "previous_id", "PJ-2026-0001").get_by_text(TITLE, exact=True).click()
    with clerk.page.expect_response(lambda answer: "/choices/all_projects" in answer.url):
        search(clerk, "previous_id", "没有这个项目")
    clerk.page.locator(".fjs-dropdownlist").get_by_text("没有找到").wait_for()
    clerk.form.control("previous_id").press("Tab")
    assert clerk.form.control("previous_id").input_value() == TITLE


def test_amounts_have_thousands_wherever_they_are_shown_and_a_table_says_when_it_is_empty(fields: Any, visit: Any) -> None:
    clerk = at_check(fields, visit)
    page = clerk.page
    table = page.get_by_role("region", name="明细").get_by_role("table")
    assert table.get_by_role("columnheader").all_inner_texts() == ["名称", "金额（元）", "必要"]
    rows = [row.get_by_role("cell").all_inner_texts() for row in table.get_by_role("row").all()[1:]]
    assert rows == [["机房", "1,234,567.50", "是"], ["线路", "800.00", "否"], ["其他", "—", "否"]]
    assert table.get_by_role("cell", name="1,234,567.50").evaluate("cell => getComputedStyle(cell).textAlign") == "right"
    assert page.get_by_role("region", name="其他").get_by_role("cell").all_inner_texts() == ["没有内容"]
    page.get_by_text("预算 3,200,000.00 元").wait_for()
    assert clerk.form.control("wanted").input_value() == "2,760,000.00"


def test_a_table_scrolls_within_itself_on_a_narrow_page(fields: Any, visit: Any) -> None:
    page = at_check(fields, visit, width=390, height=844).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_form_speaks_english_to_who_reads_english(fields: Any, visit: Any) -> None:
    page = at_check(fields, visit, english=True).page
    table = page.get_by_role("region", name="Details").get_by_role("table")
    assert table.get_by_role("columnheader").all_inner_texts() == ["Name", "Amount (yuan)", "必要"]
    assert table.get_by_role("row").nth(1).get_by_role("cell").all_inner_texts() == ["机房", "1,234,567.50", "Yes"]
    page.get_by_text("Budget: 3,200,000.00 yuan").wait_for()
    page.get_by_label("Agree", exact=True).check()
