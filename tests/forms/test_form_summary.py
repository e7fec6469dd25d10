"""Answers in words, for the digest that is signed and for the case page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.forms import FileFacts

COMPONENTS: list[dict[str, Any]] = [
    {"type": "textfield", "key": "title", "label": "项目名称"},
    {"type": "number", "key": "total", "label": "总投资额", "decimalDigits": 2},
    {"type": "number", "key": "life", "label": "使用年限", "decimalDigits": 0, "appearance": {"suffixAdorner": "年"}},
    {"type": "checkbox", "key": "secret", "label": "是否涉密"},
    {"type": "select", "key": "unit", "label": "需求单位", "valuesKey": "units"},
    {
        "type": "checklist",
        "key": "kinds",
        "label": "类型",
        "values": [{"label": "甲类", "value": "a"}, {"label": "乙类", "value": "b"}],
    },
    {"type": "datetime", "subtype": "datetime", "key": "found_at", "dateLabel": "发现时间"},
    {"type": "filepicker", "key": "plan", "label": "建设方案", "multiple": True},
    {"type": "textarea", "key": "note", "label": "备注"},
    {"type": "textarea", "key": "gone", "label": "看不见", "conditional": {"hide": "=true"}},
    {
        "type": "dynamiclist",
        "path": "yearly",
        "label": "年度投资",
        "components": [
            {"type": "number", "key": "year", "label": "年度", "decimalDigits": 0},
            {"type": "number", "key": "amount", "label": "金额", "properties": {"money": True}},
        ],
    },
]


def test_a_summary_speaks_in_labels_and_in_the_order_of_the_form(submission: Callable[..., Any]) -> None:
    files = {"f1": FileFacts(name="方案.pdf", size=2_097_152, media_type="application/pdf")}
    variables = {"units": [{"value": "edu", "label": "市教育局"}]}
    form = submission(*COMPONENTS, variables=variables, files=files)
    answers = form.send(
        {
            "title": "智慧校园",
            "total": "1234567.5",
            "life": 5,
            "secret": False,
            "unit": "edu",
            "kinds": ["b", "a"],
            "found_at": "2026-04-07T09:30",
            "plan": ["f1"],
            "yearly": [{"year": 2026, "amount": "1000"}, {"year": 2027}],
        }
    )

    assert form.form.summary(answers, variables=variables, files=files) == [
        ("项目名称", "智慧校园"),
        ("总投资额", "1,234,567.50 元"),
        ("使用年限", "5 年"),
        ("是否涉密", "否"),
        ("需求单位", "市教育局"),
        ("类型", "乙类、甲类"),
        ("发现时间", "2026-04-07 09:30"),
        ("建设方案", "方案.pdf（2 MB）"),
        ("备注", "—"),
        ("年度投资 1 · 年度", "2026"),
        ("年度投资 1 · 金额", "1,000.00 元"),
        ("年度投资 2 · 年度", "2027"),
        ("年度投资 2 · 金额", "—"),
    ]


def test_a_summary_shows_the_value_where_a_label_is_no_longer_known(submission: Callable[..., Any]) -> None:
    form = submission(*COMPONENTS).form

    assert form.summary({"unit": "edu", "plan": ["f1"]}) == [("需求单位", "edu"), ("建设方案", "f1")]
