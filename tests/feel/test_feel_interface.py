"""What other packages rely on: attributes, the cache, threads, a fast import, a fast simple condition."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from timeit import repeat

from service import feel

CONDITION = 'total_investment >= 5000000 and decision = "同意"'


def test_an_attribute_is_feel_only_after_an_equals_sign() -> None:
    assert feel.attribute("=a + 1")({"a": 1}) == 2
    assert feel.attribute("a + 1")({"a": 1}) == "a + 1"
    assert feel.attribute("pj_unit_clerk").names == frozenset()


def test_the_same_source_is_compiled_once() -> None:
    assert feel.compile(CONDITION) is feel.compile(CONDITION)


def test_a_scope_needs_only_get() -> None:
    class Ask:
        def get(self, name: str, /) -> str:
            return name

    assert feel.compile("[a, `b c`]")(Ask()) == ["a", "b c"]


def test_evaluation_leaves_the_variables_as_they_were() -> None:
    scope = {"l": [3, 1, 2], "c": {"a": 1}}

    feel.compile('[append(l, 4), sort(l), reverse(l), context put(c, "a", 2)]')(scope)

    assert scope == {"l": [3, 1, 2], "c": {"a": 1}}


def test_threads_may_compile_and_evaluate_at_once() -> None:
    def work(number: int) -> list[Decimal]:
        made: list[Decimal] = feel.compile(f"for i in 1..50 return i * {number} + x")({"x": number})
        return made

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(64)))

    assert results == [[Decimal(i * number + number) for i in range(1, 51)] for number in range(64)]


def test_importing_feel_does_not_load_the_parser_generator() -> None:
    code = "import sys, service.feel; sys.exit('lark' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_cached_simple_condition_takes_at_most_five_microseconds() -> None:
    scope = {"total_investment": Decimal("6000000.00"), "decision": "同意"}

    best = min(repeat(lambda: feel.compile(CONDITION)(scope), number=2_000, repeat=15)) / 2_000

    assert feel.compile(CONDITION)(scope) is True
    assert best <= 5e-6
