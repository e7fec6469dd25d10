"""Whatever is sent or drawn: the validator answers or refuses, and what it gave it takes again."""

from __future__ import annotations

import timeit
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import Finding, InvalidAnswers, InvalidDefinition
from service.forms import FileFacts, compile, schema_for_client


def field(kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "label": key, **more}


WORDS = ["甲", "乙", "丙"]
ROW = [
    field("textfield", "name", validate={"required": True}),
    field("number", "amount", decimalDigits=2, validate={"max": "=total"}),
    field("checkbox", "ok"),
    field("textfield", "why", conditional={"hide": "=this.ok = true"}),
    field("expression", "double", expression="=this.amount * 2"),
]
SCHEMA = {
    "id": "p.q",
    "components": [
        field("radio", "choice", values=WORDS),
        field("textfield", "text", validate={"maxLength": 20, "pattern": "^[^x]*$"}),
        field("textarea", "area", conditional={"hide": '=choice = "甲"'}, validate={"required": "=tick"}),
        field("number", "total", decimalDigits=2, validate={"min": 0}),
        field("number", "loose"),
        field("checkbox", "tick"),
        field("taglist", "tags", values=WORDS),
        field("datetime", "day", subtype="date", properties={"min": "=start"}),
        field("datetime", "hour", subtype="time"),
        field("datetime", "moment", subtype="datetime"),
        field("filepicker", "files", multiple=True),
        field("textfield", "fixed", readonly='=choice = "乙"'),
        {
            "type": "group",
            "path": "firm",
            "components": [field("textfield", "name"), field("number", "code", decimalDigits=0)],
            "conditional": {"hide": "=area = null"},
        },
        {
            "type": "dynamiclist",
            "path": "items",
            "label": "items",
            "components": ROW,
            "properties": {"unique": "name", "max_rows": 4},
        },
        field("expression", "sum", expression="=sum(items.amount)", properties={"money": True}),
    ],
}
FORM = compile(SCHEMA)
VARIABLES = {"start": date(2026, 1, 1), "fixed": "原值"}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from([*WORDS, "f1", "12.30", "2026-04-07"]),
    st.decimals(),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.binary(max_size=5),
)
junk = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=8
)
money = st.decimals(min_value=-10, max_value=10_000, places=2).map(str)
row = st.fixed_dictionaries(
    {},
    optional={"name": st.sampled_from(WORDS), "amount": money, "ok": st.booleans(), "why": st.text(max_size=5), "double": junk},
)
sensible = st.fixed_dictionaries(
    {},
    optional={
        "choice": st.sampled_from(WORDS),
        "text": st.text("abc ", max_size=22),
        "area": st.text("一二\n", max_size=9),
        "total": money,
        "loose": st.floats(-100, 100),
        "tick": st.booleans(),
        "tags": st.lists(st.sampled_from(WORDS), unique=True),
        "day": st.dates(date(2025, 12, 1), date(2027, 1, 1)).map(date.isoformat),
        "hour": st.times().map(lambda t: t.strftime("%H:%M")),
        "moment": st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda d: d.strftime("%Y-%m-%dT%H:%M")),  # noqa: DTZ001
        "files": st.sampled_from([[], ["f1"], ["f1", "f2"]]),
        "fixed": st.text("abc", max_size=3),
        "firm": st.fixed_dictionaries({}, optional={"name": st.text("ab", max_size=3), "code": st.integers(0, 9)}),
        "items": st.lists(row, max_size=5),
        "sum": junk,
    },
)
hostile = st.dictionaries(st.sampled_from([*FORM.keys, "items", "firm", "unknown"]) | st.text(max_size=5), junk, max_size=6)


def known(ids: Any) -> dict[str, FileFacts]:
    return {one: FileFacts(name="a.pdf", size=1, media_type="application/pdf") for one in ids if one.startswith("f")}


def findings_of(answers: dict[str, Any]) -> tuple[Finding, ...] | None:
    """The findings of a refusal; None when the answers are taken."""
    try:
        FORM.validate(answers, variables=VARIABLES, files=known)
    except InvalidAnswers as refusal:
        return refusal.findings
    return None


@settings(max_examples=300)
@given(hostile)
def test_nothing_that_is_sent_raises_anything_but_findings(answers: dict[str, Any]) -> None:
    findings = findings_of(answers)

    assert findings is None or findings
    assert all(finding.message and finding.message_en and finding.rule for finding in findings or ())


@settings(max_examples=300)
@given(sensible)
def test_validated_answers_validate_to_themselves(answers: dict[str, Any]) -> None:
    try:
        first = FORM.validate(answers, variables=VARIABLES, files=known)
    except InvalidAnswers:
        return

    assert FORM.validate(first, variables=VARIABLES, files=known) == first
    assert set(first) <= set(FORM.keys)
    assert all(isinstance(text, str) for pair in FORM.summary(first, variables=VARIABLES) for text in pair)


@settings(max_examples=100)
@given(sensible, junk)
def test_what_is_kept_has_one_of_the_types_that_variables_may_have(answers: dict[str, Any], odd: Any) -> None:
    def leaves(value: Any) -> Any:
        if isinstance(value, dict):
            return [leaf for inner in value.values() for leaf in leaves(inner)]
        return [leaf for inner in value for leaf in leaves(inner)] if isinstance(value, list) else [value]

    with suppress(InvalidAnswers):
        kept = FORM.validate({**answers, "sum": odd}, variables=VARIABLES, files=known)
        assert {type(leaf) for leaf in leaves(kept)} <= {str, bool, Decimal, date, datetime, time, type(None)}


attributes = st.dictionaries(
    st.sampled_from(
        [
            "type",
            "key",
            "path",
            "id",
            "label",
            "validate",
            "conditional",
            "properties",
            "values",
            "valuesKey",
            "valuesExpression",
            "readonly",
            "disabled",
            "components",
            "expression",
            "subtype",
            "decimalDigits",
            "increment",
            "defaultValue",
            "accept",
            "multiple",
            "allowAddRemove",
            "defaultRepetitions",
            "appearance",
        ]
    ),
    junk
    | st.dictionaries(st.sampled_from(["required", "min", "max", "pattern", "minLength", "hide", "unique", "max_rows"]), junk),
    max_size=6,
)


@settings(max_examples=300)
@given(
    st.sampled_from(["textfield", "number", "radio", "taglist", "datetime", "filepicker", "group", "dynamiclist", "expression"]),
    attributes,
)
def test_no_schema_raises_anything_but_problems(kind: str, extra: dict[str, Any]) -> None:
    schema = {
        "id": "p.q",
        "components": [{"type": kind, "key": "a", "path": "a", "components": [{"type": "textfield", "key": "b"}], **extra}],
    }

    with suppress(InvalidDefinition):
        form = compile(schema)
        assert schema_for_client(form)["id"] == "p.q"
        with suppress(InvalidAnswers):
            form.validate({}, variables={}, files=known)


def test_a_form_of_thirty_fields_is_validated_in_half_a_millisecond() -> None:
    components = [field("textfield", f"t{n}", validate={"required": True, "minLength": 2, "maxLength": 80}) for n in range(12)]
    components += [field("number", f"m{n}", decimalDigits=2, validate={"min": 0, "max": "=m0 * 10"}) for n in range(6)]
    components += [field("radio", f"r{n}", values=WORDS) for n in range(6)]
    components += [field("textarea", f"c{n}", conditional={"hide": f'=r{n} != "甲"'}) for n in range(6)]
    form = compile({"id": "p.q", "components": components})
    answers = (
        {f"t{n}": "盘锦市教育局" for n in range(12)} | {f"m{n}": "12.50" for n in range(6)} | {f"r{n}": "乙" for n in range(6)}
    )

    seconds = min(timeit.repeat(lambda: form.validate(answers, variables={}, files=known), number=20, repeat=25)) / 20

    assert seconds < 0.000_5
