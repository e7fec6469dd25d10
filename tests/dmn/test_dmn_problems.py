"""What is refused, and how it is told: all problems at once, in both languages, with element and line; hostile input."""

from __future__ import annotations

from typing import Any

import pytest

from service import dmn
from service.dmn import markup
from service.errors import InvalidDefinition, Problem


def problems_of(xml: bytes, **given: Any) -> tuple[Problem, ...]:
    with pytest.raises(InvalidDefinition) as caught:
        dmn.parse(xml, **given)
    return caught.value.problems


def rules_of(xml: bytes) -> list[str]:
    return [problem.rule for problem in problems_of(xml)]


def test_all_problems_are_told_at_once_with_element_and_line(write: Any) -> None:
    xml = write.model(
        write.input("x", "tNowhere"),
        "\n",
        write.decision("A", write.literal("1 +"), needs=["x", "d:Nobody"]),
        "\n",
        write.decision("B", write.table("BEST", ["x"], [""], [["> 0", "1"], [">", "1"]]), needs=["x"]),
    )

    problems = problems_of(xml)

    assert [problem.rule for problem in problems] == [
        "dmn-unknown-type",
        "dmn-reference",
        "dmn-feel",
        "dmn-hit-policy",
        "dmn-feel",
    ]
    assert [problem.line for problem in problems] == [3, 4, 4, 5, 5]
    assert all(" / " in problem.message for problem in problems)
    assert problems[3].element == "table"
    assert "“1 +”" in problems[2].message
    assert "第 4 个字符" in problems[2].message


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("duplicate-id", lambda w: w.decision("A") + w.decision("A")),
        ("duplicate-name", lambda w: w.input("A") + w.decision("A")),
        ("duplicate-name", lambda w: w.item("t", "number") + w.item("t", "string")),
        ("duplicate-name", lambda w: w.decision("A", w.context({"a": "", "b": ""}).replace('"b"', '"a"'))),
        ("duplicate-name", lambda w: w.decision("A", w.table("FIRST", [], ["a", "a"], []))),
        ("cycle", lambda w: w.decision("A", needs=["d:B"]) + w.decision("B", needs=["d:A"])),
        ("cycle", lambda w: w.decision("A", needs=["d:A"])),
        ("cycle", lambda w: w.knowledge("A", [], "", needs=["k:B"]) + w.knowledge("B", [], "", needs=["k:A"])),
        ("type-cycle", lambda w: w.item("a", "b") + w.item("b", "a")),
        ("unknown-type", lambda w: w.item("a", "nothing")),
        ("unknown-type", lambda w: w.decision("A", w.function(["n|nothing"], w.literal("n")))),
        ("feel", lambda w: w.item("a", "string", allowed='"a')),
        ("feel", lambda w: w.decision("A", w.table("FIRST", ["1"], [""], [["-", "1 1"]]))),
        ("feel", lambda w: w.decision("A", w.table("FIRST", ['1||"a'], [""], []))),
        ("row-length", lambda w: w.decision("A", w.table("FIRST", ["1", "2"], [""], [["-", "1"]]))),
        ("row-length", lambda w: w.decision("A", w.tag("relation", w.tag("column", name="a") + w.tag("row")))),
        ("table", lambda w: w.decision("A", w.table("FIRST", ["1"], [], []))),
        ("table", lambda w: w.decision("A", w.table("FIRST", [""], [""], []))),
        ("aggregation", lambda w: w.decision("A", w.table("COLLECT/SUM", [], ["a", "b"], []))),
        ("aggregation", lambda w: w.decision("A", w.table("COLLECT/MEAN", [], ["a"], []))),
        ("output-values", lambda w: w.decision("A", w.table("PRIORITY", [], ["a"], []))),
        ("output-values", lambda w: w.decision("A", w.table("OUTPUT ORDER", [], ["a"], []))),
        ("service", lambda w: w.service("A", [])),
        ("reference", lambda w: w.service("A", ["Nobody"])),
        ("name", lambda w: w.decision("")),
        ("language", lambda w: w.decision("A", w.text("literalExpression", "1", expressionLanguage="python"))),
        ("external", lambda w: w.decision("A", w.tag("functionDefinition", w.literal("1"), kind="Java"))),
        ("external", lambda w: w.knowledge("A", [], "").replace("<encapsulatedLogic>", '<encapsulatedLogic kind="PMML">')),
        ("parameter", lambda w: w.decision("A", w.tag("invocation", w.literal("f") + w.tag("binding", w.literal("1"))))),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_rule(write: Any, rule: str, part: Any) -> None:
    assert f"dmn-{rule}" in rules_of(write.model(part(write)))


def test_a_language_that_is_feel_by_any_spelling_is_taken(write: Any) -> None:
    for language in ("feel", "FEEL", "https://www.omg.org/spec/DMN/20230324/FEEL/", "http://www.omg.org/spec/FEEL/20140401"):
        decision = write.decision("D", write.text("literalExpression", "1", expressionLanguage=language))
        assert dmn.parse(write.model(decision)).evaluate("D", {}).value == 1


def test_a_lenient_reader_makes_null_of_wrong_feel_and_warns(write: Any) -> None:
    table = write.table("FIRST", ["1"], [""], [["> >", "1"], ["-", "2"]])
    parts = (write.decision("A", write.literal("1 +")), write.decision("B", write.literal("2")), write.decision("C", table))
    model = dmn.parse(write.model(*parts), strict=False)

    assert model.evaluate("A", {}).value is None
    assert [message.code for message in model.evaluate("A", {}).messages] == ["broken"]
    assert model.evaluate("B", {}).value == 2
    assert model.evaluate("C", {}).value == 2
    assert [problem.rule for problem in model.warnings] == ["dmn-feel", "dmn-feel"]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" namespace="n" name="&b;"/>"""


@pytest.mark.parametrize(
    ("xml", "rule"),
    [
        (b"", "dmn-xml"),
        (b"not xml", "dmn-xml"),
        (b"<definitions", "dmn-xml"),
        (b"\xff\xfe\x00", "dmn-xml"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "dmn-xml"),
        (b"<definitions/>", "dmn-version"),
        (b'<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>', "dmn-version"),
        (b'<decision xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "dmn-version"),
        (BOMB, "dmn-doctype"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>', "dmn-doctype"),
    ],
)
def test_what_is_no_safe_dmn_is_refused(xml: bytes, rule: str) -> None:
    assert rules_of(xml) == [rule]


def test_size_and_nesting_are_bounded(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rules_of(write.model("<list>" * 200 + "</list>" * 200)) == ["dmn-size"]
    assert rules_of(write.model("<!--" + "x" * markup.MAX_BYTES + "-->")) == ["dmn-size"]
    monkeypatch.setattr(markup, "MAX_ELEMENTS", 50)
    assert rules_of(write.model("<import/>" * 60)) == ["dmn-size"]


def test_diagrams_and_extensions_are_left_alone(write: Any) -> None:
    extra = '<extensionElements><x:y xmlns:x="urn:x"><decision id="d_D" name="D"/></x:y></extensionElements>'
    drawn = '<dmndi:DMNDI xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"><dmndi:DMNDiagram/></dmndi:DMNDI>'

    model = dmn.parse(write.model(extra, drawn, write.decision("D", write.literal("1"))))

    assert model.evaluate("D", {}).value == 1
