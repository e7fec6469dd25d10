"""What a page gives its form: amounts within texts, and the language of who reads."""

from __future__ import annotations

import json
import re
from typing import Any

from city import City
from drawing import chain, end, extensions, form, start, user_task

CLERK = "pj_unit_clerk.jiaoyu"
MONEY = {"decimalDigits": 2, "properties": {"money": "true"}}
BUDGET = {"type": "number", "key": "budget", "label": "预算", "id": "budget", **MONEY, "properties": {"label_en": "Budget"}}
TEXT = {
    "type": "text", "id": "said", "text": "预算 {{budget}} 元，第 {{round}} 轮，{{ name }}，{{nothing}}",
    "properties": {"text_en": "Budget {{budget}} yuan"},
}  # fmt: skip


def deploy(city: City, *components: dict[str, Any]) -> str:
    """Start a case of 3.2 million in the second round, and wait at a form of these components; gives the task's id."""
    begin_form = extensions('<zeebe:formDefinition formId="amounts.begin"/>')
    begins = start().replace("/>", f">{begin_form}</bpmn:startEvent>")
    body = begins + user_task("check", form="amounts.check") + end() + chain("begin", "check", "finished")
    rounds = {"type": "number", "key": "round", "label": "轮次", "id": "round", "decimalDigits": 0}
    name = {"type": "textfield", "key": "name", "label": "名称", "id": "name"}
    forms = {
        "amounts.begin": form("amounts.begin", BUDGET, rounds, name),
        "amounts.check": form("amounts.check", *components),
    }
    city.deploy({"amounts": body}, forms)
    case = city.engine.start_case("amounts", {"budget": "3200000", "round": 2000, "name": "1234567.00"}, by=CLERK)
    (task,) = city.tasks(case.id)
    return task.id


def schema(site: Any, task: str, *, lang: str = "zh") -> Any:
    browser = site.browser()
    browser.sign_in(CLERK)
    browser.client.set_cookie("lang", lang)
    found = re.search(r'data-part="form-data">(.*?)</script>', browser.client.get(f"/tasks/{task}").text, re.S)
    assert found is not None
    return json.loads(found[1])["schema"]["components"]


def test_a_text_names_amounts_with_thousands_and_leaves_everything_else_to_the_viewer(site: Any) -> None:
    group = {"type": "group", "id": "facts", "label": "概况", "components": [TEXT]}
    (given,) = schema(site, deploy(site.city, group))
    assert given["components"][0]["text"] == "预算 3,200,000.00 元，第 {{round}} 轮，{{ name }}，{{nothing}}"


def test_an_amount_that_the_form_asks_for_itself_is_left_to_the_viewer_too(site: Any) -> None:
    text, _ = schema(site, deploy(site.city, TEXT, BUDGET))
    assert text["text"] == TEXT["text"]


def test_who_reads_english_gets_english_words_and_the_same_amounts(site: Any) -> None:
    task = deploy(site.city, TEXT, BUDGET | {"key": "other"})
    text, field = schema(site, task, lang="en")
    assert (text["text"], field["label"]) == ("Budget 3,200,000.00 yuan", "Budget")
    assert schema(site, task)[1]["label"] == "预算"
