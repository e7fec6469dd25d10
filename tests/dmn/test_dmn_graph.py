"""Requirement graphs: decisions on decisions, scopes, knowledge models, decision services, imports, all four versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service import dmn, feel
from service.errors import InvalidDefinition, NotFound


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5"])
def test_a_text_goes_in_and_comes_out_in_every_version(write: Any, version: str) -> None:
    decision = write.decision("Greeting Message", write.literal('"Hello " + Full Name'), needs=["Full Name"], type="string")
    model = dmn.parse(write.model(write.input("Full Name", "string"), decision, version=version))

    assert model.version == version
    assert model.evaluate("Greeting Message", {"Full Name": "王敏"}).value == "Hello 王敏"
    assert model.evaluate("d_Greeting_Message", {"Full Name": "王敏"}).value == "Hello 王敏"


def test_a_decision_that_two_others_need_is_made_once(write: Any) -> None:
    base = write.decision("Base", write.literal("x + 1"), needs=["x"])
    left = write.decision("Left", write.literal("Base * 2"), needs=["d:Base"])
    right = write.decision("Right", write.literal("Base * 3"), needs=["d:Base"])
    top = write.decision("D", write.literal("Left + Right"), needs=["d:Left", "d:Right"])

    result = dmn.parse(write.model(write.input("x"), top, left, right, base)).evaluate("D", {"x": 1})

    assert result.value == 10
    assert [step.name for step in result.trace] == ["Base", "Left", "Right", "D"]


def test_a_decision_sees_only_what_it_requires(write: Any) -> None:
    parts = (
        write.input("x"),
        write.decision("Other", write.literal("5")),
        write.decision("D", write.literal("x = null and Other = null")),
    )
    model = dmn.parse(write.model(*parts))

    assert model.evaluate("D", {"x": 1}).value is True
    assert [problem.rule for problem in model.warnings] == ["dmn-unknown-name", "dmn-unknown-name"]
    assert "“x”" in model.warnings[1].message


def test_what_is_given_and_not_declared_is_seen_everywhere(write: Any) -> None:
    table = write.table("UNIQUE", ["total cost"], [""], [["> limit(1)", '"big"'], ["-", '"small"']])
    model = dmn.parse(write.model(write.input("x"), write.decision("D", table), write.decision("E", write.literal("x"))))

    result = model.evaluate("D", {"total cost": 5, "limit": lambda n: n * 9, "x": 1})

    assert (result.value, result.messages) == ("small", ())
    assert model.free_names == {"total cost", "limit"}
    assert model.evaluate("E", {"x": 1}).value is None


def test_names_may_hold_what_feel_means_otherwise(write: Any, value_of: Callable[..., str]) -> None:
    named = write.decision(
        "Approved / refused", write.literal("terms and conditions + risk-level"), needs=["terms and conditions", "risk-level"]
    )
    top = write.decision("D", write.literal("Approved / refused * 2"), needs=["d:Approved / refused"])
    model = dmn.parse(write.model(write.input("terms and conditions"), write.input("risk-level"), named, top))

    assert model.evaluate("D", {"terms and conditions": 1, "risk-level": 2}).value == 6
    assert model.warnings == ()


def test_a_long_chain_of_decisions_is_made(write: Any) -> None:
    chain = [write.decision("S0", write.literal("0"))]
    chain += [write.decision(f"S{n}", write.literal(f"S{n - 1} + 1"), needs=[f"d:S{n - 1}"]) for n in range(1, 1_500)]

    assert dmn.parse(write.model(*chain)).evaluate("S1499", {}).value == 1499


def test_a_knowledge_model_uses_others(write: Any, value_of: Callable[..., str]) -> None:
    inner = write.knowledge("inner", ["x"], write.literal("x + 1"))
    outer = write.knowledge("outer", ["x"], write.literal("inner(x) * 10"), needs=["k:inner"])

    assert value_of(inner, outer, write.decision("D", write.literal("outer(2)"), needs=["k:outer"])) == "30"
    assert value_of(inner, outer, write.decision("D", write.literal("inner(2)"), needs=["k:outer"])) == "null"


def test_a_knowledge_model_may_call_itself_within_bounds(write: Any, value_of: Callable[..., str]) -> None:
    down = write.knowledge("down", ["n"], write.literal("if n = 0 then 0 else 1 + down(n - 1)"))

    assert value_of(down, write.decision("D", write.literal("down(10)"), needs=["k:down"])) == "10"
    with pytest.raises(feel.FeelError, match="超出限制"):
        value_of(down, write.decision("D", write.literal("down(-1)"), needs=["k:down"]))


def test_a_knowledge_models_result_has_its_type(write: Any, value_of: Callable[..., str]) -> None:
    wrong = write.knowledge("wrong", ["x"], write.literal("x"), type="number")

    assert value_of(wrong, write.decision("D", write.literal('wrong("a")'), needs=["k:wrong"])) == "null"
    assert value_of(wrong, write.decision("D", write.literal("wrong([1])"), needs=["k:wrong"])) == "1"


SERVICE = ("s:both",)


def service_parts(write: Any) -> tuple[str, ...]:
    return (
        write.input("x"),
        write.decision("Rate", write.literal("99")),
        write.decision("Hidden", write.literal("x + Rate"), needs=["x", "d:Rate"]),
        write.decision("Sum", write.literal("Hidden * 2"), needs=["d:Hidden"]),
        write.decision("Text", write.literal("string(Hidden)"), needs=["d:Hidden"]),
        write.service("one", ["Sum"], inputs=["x"], decisions=["Rate"]),
        write.service("both", ["Sum", "Text"], inputs=["x"], decisions=["Rate"]),
    )


def test_a_decision_service_is_called_with_its_inputs_and_input_decisions(write: Any) -> None:
    model = dmn.parse(write.model(*service_parts(write)))

    assert model.evaluate_service("one", {"x": 1, "Rate": 2}).value == 6
    assert model.evaluate_service("s_both", {"x": 1, "Rate": 2}).value == {"Sum": 6, "Text": "3"}
    assert model.evaluate("Sum", {"x": 1}).value == 200
    assert [entry.name for entry in model.decision_services] == ["one", "both"]


def test_a_service_without_an_input_decision_has_null_for_it(write: Any) -> None:
    result = dmn.parse(write.model(*service_parts(write))).evaluate_service("one", {"x": 1})

    assert result.value is None
    assert [message.code for message in result.messages] == ["missing-input"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("one(1, 2)", "6"),
        ("one(Rate: 2, x: 1)", "6"),
        ("both(1, 2).Text", '"3"'),
        ("one(1)", "null"),
        ("(for n in [1, 2] return one(n, 0))", "[2, 4]"),
    ],
)
def test_a_decision_service_is_a_function(write: Any, value_of: Callable[..., str], call: str, expected: str) -> None:
    decision = write.decision("D", write.literal(call), needs=["s:one", "s:both", "x"])

    assert value_of(*service_parts(write), decision, x=1000) == expected


def imported(write: Any) -> bytes:
    return bytes(
        write.model(
            write.item("tAge", "number", allowed="[0..150]"),
            write.input("Person Age", "tAge"),
            write.decision("Is adult", write.literal("Person Age >= 18"), needs=["Person Age"]),
            write.knowledge("add one", ["n"], write.literal("n + 1")),
            write.decision("Of", write.literal("1")),
            write.service("served", ["Of"]),
            namespace="urn:lib",
        )
    )


def test_imported_decisions_knowledge_types_and_inputs_are_used_under_the_imports_name(write: Any) -> None:
    top = write.decision(
        "D",
        write.literal("if lib.Is adult then lib.add one(lib.Person Age) else null"),
        needs=["d:urn:lib#d_Is_adult", "k:urn:lib#k_add_one", "i:urn:lib#i_Person_Age"],
        type="lib.tAge",
    )
    xml = write.model(write.imported("lib", "urn:lib"), top)
    model = dmn.parse(xml, resolve={"urn:lib": imported(write)}.get)

    assert model.evaluate("D", {"lib": {"Person Age": 20}}).value == 21
    assert model.evaluate("D", {"lib": {"Person Age": 150}}).value is None
    assert model.evaluate("D", {"Person Age": 20}).value == 21
    assert model.warnings == ()


def test_an_import_without_a_name_brings_the_names_themselves(write: Any) -> None:
    top = write.decision("D", write.literal("add one(5)"), needs=["k:urn:lib#k_add_one"], type="tAge")

    model = dmn.parse(write.model(write.imported("", "urn:lib"), top, version="1.5"), resolve={"urn:lib": imported(write)}.get)

    assert model.evaluate("D", {}).value == 6


def test_a_missing_import_and_models_that_import_each_other_are_problems(write: Any) -> None:
    xml = write.model(write.imported("lib", "urn:lib"))
    with pytest.raises(InvalidDefinition, match="dmn-import"):
        dmn.parse(xml)

    other = write.model(write.imported("own", "urn:own"), namespace="urn:lib")
    with pytest.raises(InvalidDefinition, match="dmn-import-cycle"):
        dmn.parse(xml, resolve={"urn:lib": other, "urn:own": xml}.get)


def test_decisions_are_listed_and_an_unknown_one_is_not_found(write: Any) -> None:
    model = dmn.parse(
        write.model(write.input("x", "number"), write.decision("D", write.literal("x"), needs=["x"], type="number"))
    )

    assert model.decisions == (dmn.Entry(id="d_D", name="D", type="number", requires=("x",)),)
    assert [entry.name for entry in model.inputs] == ["x"]
    with pytest.raises(NotFound):
        model.evaluate("E", {})
    with pytest.raises(NotFound):
        model.evaluate_service("D", {})


def test_functions_of_the_engine_come_as_inputs_of_the_model(write: Any, value_of: Callable[..., str]) -> None:
    assert value_of(write.input("deadline"), write.decision("D", write.literal('deadline("D-1").effective'), needs=["deadline"]),
                    deadline=lambda identity: {"effective": identity}) == '"D-1"'  # fmt: skip


def test_an_evaluation_that_runs_away_is_stopped(write: Any, value_of: Callable[..., str]) -> None:
    step = write.knowledge("step", ["n"], write.literal("count(for i in 1..5000 return i)"))

    with pytest.raises(feel.FeelError, match="超出限制"):
        value_of(step, write.decision("D", write.literal("for n in 1..5000 return step(n)"), needs=["k:step"]))
