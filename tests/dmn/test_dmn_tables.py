"""Decision tables: every hit policy with none, one and several hits; defaults, several outputs, allowed values."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from service import dmn, feel

GRADES = [["> 0", '"low"'], ["> 10", '"mid"'], ["> 100", '"high"']]
POINTS = [["> 0", "1"], ["> 10", "5"], ["> 100", "10"]]
ORDERED = '|string|"high","mid","low"'


@pytest.mark.parametrize(
    ("policy", "output", "rules", "none", "one", "several"),
    [
        ("UNIQUE", "", GRADES, "null", '"low"', "null"),
        ("", "", GRADES, "null", '"low"', "null"),
        ("ANY", "", GRADES, "null", '"low"', "null"),
        ("ANY", "", [["> 0", '"same"'], ["> 10", '"same"']], "null", '"same"', '"same"'),
        ("FIRST", "", GRADES, "null", '"low"', '"low"'),
        ("PRIORITY", ORDERED, GRADES, "null", '"low"', '"high"'),
        ("RULE ORDER", "", GRADES, "[]", '["low"]', '["low", "mid", "high"]'),
        ("OUTPUT ORDER", ORDERED, GRADES, "[]", '["low"]', '["high", "mid", "low"]'),
        ("COLLECT", "", GRADES, "[]", '["low"]', '["low", "mid", "high"]'),
        ("COLLECT/SUM", "", POINTS, "null", "1", "16"),
        ("COLLECT/MIN", "", POINTS, "null", "1", "1"),
        ("COLLECT/MAX", "", POINTS, "null", "1", "10"),
        ("COLLECT/COUNT", "", POINTS, "0", "1", "3"),
        ("COLLECT/COUNT", "", [["> 0", "1"], ["> 10", "1"]], "0", "1", "2"),
    ],
)
def test_a_hit_policy_concludes(
    write: Any, value_of: Callable[..., str], policy: str, output: str, rules: list[list[str]], none: str, one: str, several: str
) -> None:
    decision = write.decision("D", write.table(policy, ["x"], [output], rules), needs=["x"])

    assert [value_of(write.input("x"), decision, x=number) for number in (0, 5, 500)] == [none, one, several]


@pytest.mark.parametrize(
    ("policy", "expected"), [("UNIQUE", '"none"'), ("FIRST", '"none"'), ("COLLECT", '["none"]'), ("RULE ORDER", '["none"]')]
)
def test_without_a_hit_the_default_is_concluded(write: Any, value_of: Callable[..., str], policy: str, expected: str) -> None:
    decision = write.decision("D", write.table(policy, ["x"], [""], [["> 0", '"low"']], default='"none"'), needs=["x"])

    assert value_of(write.input("x"), decision, x=0) == expected


def test_several_outputs_make_a_context_by_name(write: Any, value_of: Callable[..., str]) -> None:
    table = write.table("FIRST", ["x"], ["level", "who pays"], [["> 5", '"a"', "x * 2"], ["-", '"b"', "-"]])
    parts = (write.input("x"), write.decision("D", table, needs=["x"]))

    assert value_of(*parts, x=6) == '{level: "a", who pays: 12}'
    assert value_of(*parts, x=1) == '{level: "b", who pays: null}'


def test_priority_goes_by_the_first_output_then_the_next(write: Any, value_of: Callable[..., str]) -> None:
    rules = [["> 0", '"b"', '"x"'], ["> 0", '"a"', '"y"'], ["> 0", '"a"', '"x"']]
    outputs = ['first||"a","b"', 'second||"x","y"']
    parts = (write.input("x"), write.decision("D", write.table("PRIORITY", ["x"], outputs, rules), needs=["x"]))
    listed = (write.input("x"), write.decision("D", write.table("OUTPUT ORDER", ["x"], outputs, rules), needs=["x"]))

    assert value_of(*parts, x=1) == '{first: "a", second: "x"}'
    assert value_of(*listed, x=1) == '[{first: "a", second: "x"}, {first: "a", second: "y"}, {first: "b", second: "x"}]'


def test_priority_takes_the_values_of_the_outputs_type_when_the_column_lists_none(
    write: Any, value_of: Callable[..., str]
) -> None:
    table = write.table("PRIORITY", ["x"], ["|tLevel"], GRADES)
    parts = (write.item("tLevel", "string", allowed='"mid","high","low"'), write.input("x"))

    assert value_of(*parts, write.decision("D", table, needs=["x"]), x=500) == '"mid"'


@pytest.mark.parametrize(
    ("cell", "x", "y", "hit"),
    [
        ("-", None, 0, True),
        ("", None, 0, True),
        ("5", 5, 0, True),
        ("5, 7", 7, 0, True),
        ("[1..5)", 5, 0, False),
        ("]1..5]", 5, 0, True),
        ("not(5, 7)", 6, 0, True),
        ("not(5, 7)", 7, 0, False),
        ("< y", 3, 4, True),
        ("y", 4, 4, True),
        ("[y..y + 2]", 6, 4, True),
        ("? > y and ? < y * 2", 6, 4, True),
        ("? = null", None, 0, True),
        ("null", None, 0, True),
        ("not(null)", 1, 0, True),
        ("> 5", None, 0, False),
        ("> 5", "6", 0, False),
        ('"5"', 5, 0, False),
        ("odd(?)", 5, 0, True),
        ("some n in [1, 5] satisfies n = ?", 5, 0, True),
        ("true", True, 0, True),
        ("false", False, 0, True),
        ("false", None, 0, False),
        ("list contains([1, 5], ?)", 5, 0, True),
    ],
)
def test_a_cell_is_a_unary_test(write: Any, value_of: Callable[..., str], cell: str, x: Any, y: int, hit: bool) -> None:
    decision = write.decision("D", write.table("FIRST", ["x"], [""], [[cell, "1"], ["-", "0"]]), needs=["x", "y"])

    assert value_of(write.input("x"), write.input("y"), decision, x=x, y=y) == str(int(hit))


def test_the_input_may_be_any_expression_and_cells_may_use_other_decisions(write: Any, value_of: Callable[..., str]) -> None:
    limit = write.decision("Upper limit", write.literal("base * 2"), needs=["base"])
    table = write.table("UNIQUE", ["count(items[item > base])"], [""], [["<= Upper limit", '"few"'], ["> Upper limit", '"many"']])
    decision = write.decision("D", table, needs=["base", "items", "d:Upper limit"])

    assert value_of(write.input("base"), write.input("items"), limit, decision, base=1, items=[1, 2, 3, 4]) == '"many"'


def test_a_value_that_the_input_does_not_allow_gives_null_and_a_message(write: Any) -> None:
    table = write.table("FIRST", ['x|string|"a","b"'], [""], [["-", "1"]])
    model = dmn.parse(write.model(write.input("x"), write.decision("D", table, needs=["x"])))

    refused, taken, nothing = (model.evaluate("D", {"x": value}) for value in ("c", "a", None))

    assert (refused.value, [message.code for message in refused.messages]) == (None, ["input-value"])
    assert (taken.value, taken.messages) == (1, ())
    assert nothing.value == 1


def test_a_value_that_the_output_does_not_allow_is_null_with_a_message(write: Any) -> None:
    table = write.table("FIRST", ["x"], ['grade|string|"a","b"'], [["> 0", '"a"'], ["-", "string(x)"]])
    model = dmn.parse(write.model(write.input("x"), write.decision("D", table, needs=["x"])))

    assert model.evaluate("D", {"x": 1}).value == "a"
    refused = model.evaluate("D", {"x": 0})
    assert (refused.value, [message.code for message in refused.messages]) == (None, ["output-value"])


def test_an_input_of_another_type_is_null_with_a_message(write: Any) -> None:
    table = write.table("FIRST", ["x|number"], [""], [["> 0", "1"], ["null", "0"]])
    model = dmn.parse(write.model(write.input("x"), write.decision("D", table, needs=["x"])))

    result = model.evaluate("D", {"x": "5"})

    assert (result.value, [message.code for message in result.messages]) == (0, ["type"])


def test_two_hits_of_a_unique_table_are_told(write: Any) -> None:
    model = dmn.parse(write.model(write.input("x"), write.decision("D", write.table("UNIQUE", ["x"], [""], GRADES), needs=["x"])))

    result = model.evaluate("D", {"x": 500})

    assert result.value is None
    assert [message.code for message in result.messages] == ["several-hits"]
    assert "多条规则" in result.messages[0].message


def test_a_table_without_inputs_hits_all_its_rules(write: Any, value_of: Callable[..., str]) -> None:
    assert value_of(write.decision("D", write.table("RULE ORDER", [], [""], [["1"], ["2"]]))) == "[1, 2]"


def test_the_sum_of_a_collect_table_is_decimal_and_null_when_an_output_is_no_number(write: Any) -> None:
    table = write.table("COLLECT/SUM", ["x"], [""], [["-", "0.1"], ["-", "0.2"], ["> 0", '"a"']])
    model = dmn.parse(write.model(write.input("x"), write.decision("D", table, needs=["x"])))

    assert model.evaluate("D", {"x": 0}).value == Decimal("0.3")
    assert model.evaluate("D", {"x": 1}).value is None


def test_a_table_in_a_knowledge_model_sees_its_parameters(write: Any, value_of: Callable[..., str]) -> None:
    rate = write.knowledge(
        "rate of", ["amount|number"], write.table("UNIQUE", ["amount"], [""], [["< 100", "0.1"], [">= 100", "0.2"]])
    )
    decision = write.decision("D", write.literal("for a in [50, 200] return rate of(a) * a"), needs=["k:rate of"])

    assert value_of(rate, decision) == "[5, 40]"


def test_a_list_of_lists_is_left_as_the_caller_gave_it(write: Any) -> None:
    model = dmn.parse(
        write.model(write.input("x"), write.decision("D", write.table("FIRST", ["x"], [""], [["-", "x"]]), needs=["x"]))
    )
    given = {"x": [[1], [2]]}

    assert feel.to_text(model.evaluate("D", given).value) == "[[1], [2]]"
    assert given == {"x": [[1], [2]]}
