"""Item definitions: components, collections, allowed values; how inputs and results are converted to their types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from service import dmn, feel
from service.tagged import Months


def result_of(write: Any, type: str, value: Any, *items: str, version: str = "1.3") -> dmn.Result:
    """What a value becomes as an input of this type."""
    return dmn.parse(
        write.model(*items, write.input("x", type), write.decision("D", write.literal("x"), needs=["x"]), version=version)
    ).evaluate("D", {"x": value})


@pytest.mark.parametrize(
    ("type", "value", "expected"),
    [
        ("number", 5, "5"),
        ("number", [5], "5"),
        ("number", [5, 6], "null"),
        ("number", "5", "null"),
        ("number", True, "null"),
        ("number", None, "null"),
        ("feel:number", 5, "5"),
        ("string", "a", '"a"'),
        ("boolean", True, "true"),
        ("boolean", "true", "null"),
        ("date", date(2026, 4, 7), "2026-04-07"),
        ("date", "2026-04-07", "null"),
        ("dateTime", date(2026, 4, 7), "2026-04-07T00:00:00Z"),
        ("date and time", datetime(2026, 4, 7, 9, tzinfo=UTC), "2026-04-07T09:00:00Z"),
        ("date", datetime(2026, 4, 7, 9, tzinfo=UTC), "null"),
        ("dayTimeDuration", timedelta(days=1), "P1D"),
        ("days and time duration", Months(1), "null"),
        ("yearMonthDuration", Months(14), "P1Y2M"),
        ("Any", [1, "a"], '[1, "a"]'),
        ("", {"a": 1}, "{a: 1}"),
        ("tNumbers", [1, 2], "[1, 2]"),
        ("tNumbers", 1, "[1]"),
        ("tNumbers", [1, "a"], "null"),
        ("tNumbers", [1, None], "[1, null]"),
        ("tNumbers", [], "[]"),
        ("tColour", "red", '"red"'),
        ("tColour", "blue", "null"),
        ("tColour", ["red"], '"red"'),
        ("tColours", ["red", "green"], '["red", "green"]'),
        ("tColours", ["red", "blue"], "null"),
        ("tAge", 150, "150"),
        ("tAge", 151, "null"),
        ("tRow", {"colour": "red", "sizes": [1]}, '{colour: "red", sizes: [1]}'),
        ("tRow", {"colour": "red", "sizes": 1}, '{colour: "red", sizes: [1]}'),
        ("tRow", {"colour": "red"}, '{colour: "red"}'),
        ("tRow", {"colour": "blue"}, "null"),
        ("tRow", {"colour": "red", "more": 1}, '{colour: "red", more: 1}'),
        ("tRow", "red", "null"),
        ("tRow", [{"colour": "red"}], '{colour: "red"}'),
        ("tTree", {"value": 1, "children": [{"value": 2, "children": []}]}, "{value: 1, children: [{value: 2, children: []}]}"),
        ("tTree", {"value": 1, "children": [{"value": "x"}]}, "null"),
    ],
)
def test_an_input_is_converted_to_its_type_or_null(write: Any, type: str, value: Any, expected: str) -> None:
    items = (
        write.item("tColours", "tColour", many=True),
        write.item("tRow", parts={"colour": "tColour", "sizes": "tNumbers"}),
        write.item("tNumbers", "number", many=True),
        write.item("tColour", "string", allowed='"red", "green"'),
        write.item("tAge", "number", allowed="[0..150]"),
        write.item("tTree", parts={"value": "number", "children": "tTrees"}),
        write.item("tTrees", "tTree", many=True),
    )

    result = result_of(write, type, value, *items)

    assert feel.to_text([result.value])[1:-1] == expected
    assert [message.code for message in result.messages] == (["type"] if expected == "null" and value is not None else [])


def test_a_constraint_is_of_the_whole_collection_and_allowed_values_of_each_item(write: Any) -> None:
    constraint = write.text("typeConstraint", "count(?) <= 2")
    item = write.tag(
        "itemDefinition",
        f"<typeRef>number</typeRef>{write.text('allowedValues', '> 0')}{constraint}",
        name="tFew",
        isCollection="true",
    )

    assert result_of(write, "tFew", [1, 2], item, version="1.5").value == [1, 2]
    assert result_of(write, "tFew", [1, 2, 3], item, version="1.5").value is None
    assert result_of(write, "tFew", [1, -2], item, version="1.5").value is None


@pytest.mark.parametrize(
    ("source", "type", "expected"),
    [
        ("[1]", "number", "1"),
        ("1", "tNumbers", "[1]"),
        ('"a"', "number", "null"),
        ("[1, 2]", "number", "null"),
        ('date("2026-04-07")', "date and time", "2026-04-07T00:00:00Z"),
        ("function(a) a", "tFunction", "function"),
        ("1", "tFunction", "null"),
    ],
)
def test_a_result_is_converted_to_the_decisions_type(
    write: Any, value_of: Callable[..., str], source: str, type: str, expected: str
) -> None:
    function = write.tag("itemDefinition", write.tag("functionItem", outputTypeRef="number"), name="tFunction")
    items = (write.item("tNumbers", "number", many=True), function)

    assert value_of(*items, write.decision("D", write.literal(source), type=type), version="1.5") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x instance of tRow", "true"),
        ("{a: 1} instance of tRow", "false"),
        ('{a: 1, b: "x"} instance of tRow', "true"),
        ("[1] instance of tNumbers", "true"),
        ("1 instance of tNumbers", "false"),
        ("200 instance of tAge", "false"),
        ("null instance of tAge", "false"),
        ("[20] instance of list<tAge>", "true"),
        ("1 instance of tUnknown", "null"),
        ("(function(a: tAge) a)(20)", "20"),
        ("(function(a: tAge) a)(200)", "null"),
    ],
)
def test_feel_knows_the_types_of_the_model(write: Any, value_of: Callable[..., str], source: str, expected: str) -> None:
    items = (
        write.item("tRow", parts={"a": "number", "b": "string"}),
        write.item("tNumbers", "number", many=True),
        write.item("tAge", "number", allowed="[0..150]"),
    )
    decision = write.decision("D", write.literal(source), needs=["x"])

    assert value_of(*items, write.input("x", "tRow"), decision, x={"a": 1, "b": "c"}) == expected


def test_data_without_end_does_not_break_a_recursive_type(write: Any) -> None:
    endless: dict[str, Any] = {"value": 1}
    endless["children"] = [endless]
    items = (write.item("tTree", parts={"value": "number", "children": "tTrees"}), write.item("tTrees", "tTree", many=True))

    assert result_of(write, "tTree", endless, *items).value is None


def test_what_the_caller_gave_is_not_changed(write: Any) -> None:
    given = {"sizes": 1}

    result = result_of(
        write, "tRow", given, write.item("tRow", parts={"sizes": "tNumbers"}), write.item("tNumbers", "number", many=True)
    )

    assert result.value == {"sizes": [Decimal(1)]}
    assert given == {"sizes": 1}
