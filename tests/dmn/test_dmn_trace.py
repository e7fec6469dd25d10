"""The trace says why: what each decision was given, which rules hit, which test failed and with which value."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from service import dmn

RULES = [["< 18", "-", '"refused"'], [">= 18", '"盘锦"', '"granted"'], ["-", 'not("盘锦")', '"elsewhere"']]


def traced(write: Any, policy: str = "UNIQUE", **given: Any) -> dict[str, Any]:
    table = write.table(policy, ["applicant age", "city"], [""], RULES)
    decision = write.decision("D", table, needs=["applicant age", "city"])
    model = dmn.parse(write.model(write.input("applicant age"), write.input("city"), decision))
    result = model.evaluate("D", {"applicant age": given["age"], "city": given["city"]})
    told: dict[str, Any] = json.loads(json.dumps(result.as_json(), ensure_ascii=False))
    return told


def test_the_rule_that_hit_and_the_tests_that_failed_are_told(write: Any) -> None:
    told = traced(write, age=Decimal(20), city="盘锦")

    (step,) = told["trace"]
    (table,) = step["tables"]
    assert told["value"] == "granted"
    assert (step["decision"], step["name"], step["model"], step["value"]) == ("d_D", "D", "own", "granted")
    assert step["given"] == {"applicant age": "20", "city": "盘锦"}
    assert (table["table"], table["hit_policy"], table["hits"]) == ("table", "U", [2])
    assert table["inputs"][0] == {"label": "applicant age", "expression": "applicant age", "value": "20"}
    assert [rule["hit"] for rule in table["rules"]] == [False, True, False]
    assert table["rules"][0]["tests"] == [{"input": "applicant age", "test": "< 18", "value": "20", "matched": False}]
    assert [test["matched"] for test in table["rules"][1]["tests"]] == [True, True]
    assert table["rules"][2]["tests"] == [{"input": "city", "test": 'not("盘锦")', "value": "盘锦", "matched": False}]


def test_a_test_that_could_not_be_answered_is_told_as_null(write: Any) -> None:
    table = traced(write, age=None, city="盘锦")["trace"][0]["tables"][0]

    assert table["hits"] == []
    assert table["rules"][0]["tests"] == [{"input": "applicant age", "test": "< 18", "value": None, "matched": None}]


def test_rules_after_the_first_hit_of_a_first_table_are_not_tried(write: Any) -> None:
    table = traced(write, "FIRST", age=10, city="盘锦")["trace"][0]["tables"][0]

    assert table["hits"] == [1]
    assert len(table["rules"]) == 1


def test_several_hits_are_all_told(write: Any) -> None:
    told = traced(write, "RULE ORDER", age=10, city="沈阳")

    assert told["trace"][0]["tables"][0]["hits"] == [1, 3]
    assert told["value"] == ["refused", "elsewhere"]


def test_a_missing_input_is_told_in_both_languages(write: Any) -> None:
    model = dmn.parse(write.model(write.input("x"), write.decision("D", write.literal("x"), needs=["x"])))

    (message,) = model.evaluate("D", {}).messages

    assert (message.code, message.element) == ("missing-input", "i_x")
    assert "“x”" in message.message
    assert "'x'" in message.message_en


def test_decisions_come_in_the_order_they_were_made_with_the_tables_of_what_they_called(write: Any) -> None:
    rate = write.knowledge("rate", ["n"], write.table("UNIQUE", ["n"], [""], [["> 5", "2"], ["<= 5", "1"]]))
    first = write.decision("First", write.literal("rate(9)"), needs=["k:rate"])
    top = write.decision("D", write.literal("First + rate(1)"), needs=["d:First", "k:rate"])

    result = dmn.parse(write.model(rate, first, top)).evaluate("D", {})

    assert [(step.name, [table.hits for table in step.tables]) for step in result.trace] == [("First", [(1,)]), ("D", [(2,)])]
    assert result.trace[1].given == {"First": 2}
    assert result.trace[1].tables[0].as_json()["name"] == "rate"


def test_values_that_json_lacks_are_written_as_feel_writes_them(write: Any) -> None:
    source = '{a: @"2026-04-07", b: [1..2), c: function(x) x, d: @"P1DT2H", e: 0.10, f: [null, true]}'
    result = dmn.parse(write.model(write.decision("D", write.literal(source)))).evaluate("D", {})

    assert result.as_json()["value"] == {
        "a": "2026-04-07",
        "b": "[1..2)",
        "c": "function",
        "d": "P1DT2H",
        "e": "0.1",
        "f": [None, True],
    }


def test_what_is_long_or_without_end_is_cut_short(write: Any) -> None:
    endless: list[Any] = [1]
    endless.append(endless)
    given = {"x": {"text": "字" * 9_000, "list": list(range(5_000)), "endless": endless, "day": date(2026, 1, 1)}}

    told = (
        dmn.parse(write.model(write.input("x"), write.decision("D", write.literal("x"), needs=["x"])))
        .evaluate("D", given)
        .as_json()
    )

    assert len(json.dumps(told, ensure_ascii=False)) < 20_000
    assert told["value"]["list"][-1] == "…"


def test_the_trace_of_a_table_called_very_often_is_bounded(write: Any) -> None:
    rate = write.knowledge("rate", ["n"], write.table("UNIQUE", ["n"], [""], [["> 5", "2"], ["<= 5", "1"]]))
    model = dmn.parse(
        write.model(rate, write.decision("D", write.literal("sum(for n in 1..2000 return rate(n))"), needs=["k:rate"]))
    )

    result = model.evaluate("D", {})

    assert result.value == 3_995
    assert len(result.trace[0].tables) <= 500
