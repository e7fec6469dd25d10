"""What of a form goes to a page, in which language."""

from __future__ import annotations

from typing import Any

from service.forms import compile, schema_for_client


def sent(*components: dict[str, Any], english: bool = True) -> list[dict[str, Any]]:
    form = compile({"type": "default", "id": "p.step", "components": list(components)})
    found: list[dict[str, Any]] = schema_for_client(form, english=english)["components"]
    return found


NAME = {
    "type": "textfield", "key": "name", "label": "名称", "description": "写全称。",
    "properties": {"label_en": "Name", "description_en": "In full."},
}  # fmt: skip


def test_an_english_page_reads_the_english_words_wherever_a_field_stands() -> None:
    row = {"type": "dynamiclist", "path": "items", "label": "清单", "components": [NAME], "properties": {"label_en": "Items"}}
    group = {"type": "group", "label": "概况", "components": [row], "properties": {"label_en": "Facts"}}
    (given,) = sent(group)
    assert given["label"] == "Facts"
    assert given["components"][0]["label"] == "Items"
    inner = given["components"][0]["components"][0]
    assert (inner["label"], inner["description"]) == ("Name", "In full.")
    (given,) = sent(group, english=False)
    assert given["components"][0]["components"][0]["label"] == "名称"


def test_dates_texts_columns_options_and_suffixes_have_english_words_of_their_own() -> None:
    moment = {
        "type": "datetime", "subtype": "datetime", "key": "met_at", "dateLabel": "日期", "timeLabel": "时间",
        "properties": {"label_en": "Met", "time_label_en": "At"},
    }  # fmt: skip
    text = {"type": "text", "text": "共 {{count}} 项", "properties": {"text_en": "{{count}} in all"}}
    table = {
        "type": "table", "label": "明细", "dataSource": "=items", "rowCount": 10,
        "columns": [{"key": "name", "label": "名称"}, {"key": "sum", "label": "金额（元）"}],
        "properties": {"label_en": "Details", "column_sum_en": "Amount (yuan)"},
    }  # fmt: skip
    choice = {
        "type": "radio", "key": "decision", "label": "决定",
        "values": [{"label": "同意", "value": "同意"}, {"label": "其他", "value": 2}],
        "properties": {"option_同意_en": "Agree", "option_2_en": "Something else"},
    }  # fmt: skip
    life = {
        "type": "number", "key": "life", "label": "年限", "appearance": {"suffixAdorner": "年"},
        "properties": {"label_en": "Life", "suffix_en": "years"},
    }  # fmt: skip
    met, said, shown, chosen, lasting = sent(moment, text, table, choice, life)
    assert lasting["appearance"] == {"suffixAdorner": "years"}
    assert (met["dateLabel"], met["timeLabel"]) == ("Met", "At")
    assert said["text"] == "{{count}} in all"
    assert [column["label"] for column in shown["columns"]] == ["名称", "Amount (yuan)"]
    assert chosen["values"] == [{"label": "Agree", "value": "同意"}, {"label": "Something else", "value": 2}]


def test_what_has_no_english_words_keeps_its_own() -> None:
    (given,) = sent({"type": "textfield", "key": "name", "label": "名称", "properties": {"label_en": ""}})
    assert given["label"] == "名称"


def test_a_form_stays_as_it_is_when_a_page_gets_it_in_english() -> None:
    form = compile({"type": "default", "id": "p.step", "components": [NAME]})
    schema_for_client(form, english=True)
    assert schema_for_client(form)["components"][0]["label"] == "名称"
    assert form.schema["components"][0]["label"] == "名称"
