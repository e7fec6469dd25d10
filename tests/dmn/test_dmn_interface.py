"""What others rely on: speed of a table, a fast import, threads, and that nothing but our errors escapes."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from timeit import repeat
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import dmn
from service.errors import InvalidDefinition, Problem

BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CELLS = st.sampled_from(
    [
        "-",
        "1",
        "> 5",
        "[1..5]",
        '"a", "b"',
        "not(1)",
        "null",
        "? = x",
        "x",
        "true",
        "odd(?)",
        ">",
        '"',
        "[x..9]",
        "? + 1",
        "[1]",
        "1 +",
    ]
)
values = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.floats(), st.text(max_size=3), st.dates(),
    st.lists(st.integers(0, 9), max_size=2),
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 9), max_size=2),
)  # fmt: skip


def read(xml: bytes, *, strict: bool = True) -> tuple[dmn.Model | None, tuple[Problem, ...]]:
    """Parse, and return the problems if it was refused; any other error fails the test."""
    try:
        return dmn.parse(xml, strict=strict), ()
    except InvalidDefinition as error:
        return None, error.problems


def twenty_rules(write: Any) -> dmn.Model:
    rules = [[f"[{n * 10}..{n * 10 + 9}]", '"a","b"', f"> {n}", f'"out{n}"'] for n in range(20)]
    table = write.table("UNIQUE", ["x|number", "y|string", "z|number"], ["|string"], rules)
    inputs = (write.input("x", "number"), write.input("y", "string"), write.input("z", "number"))
    return dmn.parse(write.model(*inputs, write.decision("D", table, needs=["x", "y", "z"], type="string")))


def test_a_table_of_twenty_rules_takes_at_most_fifty_microseconds(write: Any) -> None:
    model = twenty_rules(write)
    inputs = {"x": Decimal(195), "y": "a", "z": Decimal(100)}

    best = min(repeat(lambda: model.evaluate("D", inputs), number=200, repeat=20)) / 200

    assert model.evaluate("D", inputs).value == "out19"
    assert best <= 50e-6


def test_threads_may_share_a_model(write: Any) -> None:
    model = twenty_rules(write)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: model.evaluate("D", {"x": n, "y": "b", "z": 50}).value, range(200)))

    assert results == [f"out{n // 10}" for n in range(200)]


def test_importing_dmn_does_not_load_the_parser_generator() -> None:
    code = "import sys, service.dmn; sys.exit('lark' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@BOUNDED
@given(
    policy=st.sampled_from(
        [
            "UNIQUE",
            "ANY",
            "FIRST",
            "PRIORITY",
            "RULE ORDER",
            "OUTPUT ORDER",
            "COLLECT",
            "COLLECT/SUM",
            "COLLECT/MIN",
            "COLLECT/COUNT",
        ]
    ),
    rules=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=4),
    x=values,
    type=st.sampled_from(["", "number", "string", "tNumbers"]),
)
def test_any_table_on_any_value_gives_a_result_or_an_error_of_ours(
    write: Any, policy: str, rules: list[list[str]], x: Any, type: str
) -> None:
    parts = (write.item("tNumbers", "number", many=True), write.input("x", type))
    xml = write.model(*parts, write.decision("D", write.table(policy, ["x", "x = 1"], ['|Any|1, "a"'], rules), needs=["x"]))
    for strict in (True, False):
        model, problems = read(xml, strict=strict)

        assert problems if model is None else json.dumps(model.evaluate("D", {"x": x}).as_json())


@BOUNDED
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_model_or_a_list_of_problems(data: bytes) -> None:
    for xml in (data, b'<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/">' + data + b"</definitions>"):
        model, problems = read(xml)

        assert model or problems


_TAGS = (
    "decision inputData context contextEntry variable literalExpression text decisionTable input output rule list relation row "
    "for in some every filter match conditional if invocation binding functionDefinition itemDefinition import decisionService"
)
_TREES = st.recursive(
    st.sampled_from(["1", "x", "", "<text>1</text>", "<text>(</text>"]),
    lambda inner: st.tuples(st.sampled_from(_TAGS.split()), st.lists(inner, max_size=3)).map(
        lambda pair: f'<{pair[0]} id="a" name="x">{"".join(pair[1])}</{pair[0]}>'
    ),
    max_leaves=12,
)


@BOUNDED
@given(st.lists(_TREES, max_size=3))
def test_any_tree_of_elements_is_a_model_or_a_list_of_problems(write: Any, trees: list[str]) -> None:
    model, problems = read(write.model(*trees))

    assert model or problems
    for decision in model.decisions if model else ():
        assert json.dumps(model.evaluate(decision.id, {}).as_json()) if model else True
