"""Laws that hold for all values: arithmetic is exact, logic is symmetric, nothing but FeelError escapes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service import feel

settings.register_profile("feel", max_examples=60, deadline=None)
BOUNDED = settings.get_profile("feel")

numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2)
scalars = st.one_of(
    st.none(), st.booleans(), numbers, st.integers(-(10**40), 10**40), st.floats(), st.text(max_size=5),
    st.dates(), st.times(), st.datetimes(), st.timedeltas(),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
truths = st.sampled_from([True, False, None])


@BOUNDED
@given(numbers, numbers)
def test_money_adds_up_exactly(a: Decimal, b: Decimal) -> None:
    assert feel.compile("a + b - b = a")({"a": a, "b": b}) is True
    assert feel.compile("a + b")({"a": a, "b": b}) == a + b


@BOUNDED
@given(numbers, numbers)
def test_exactly_one_order_holds_between_numbers(a: Decimal, b: Decimal) -> None:
    scope = {"a": a, "b": b}

    assert [feel.compile(f"a {sign} b")(scope) for sign in ("<", "=", ">")].count(True) == 1
    assert feel.compile("a <= b")(scope) is (a <= b)


@BOUNDED
@given(numbers, numbers, numbers)
def test_between_is_membership_of_the_closed_range(x: Decimal, a: Decimal, b: Decimal) -> None:
    scope = {"x": x, "a": a, "b": b}

    assert feel.compile("x between a and b")(scope) is (a <= x <= b)
    assert feel.compile("x in [a..b]")(scope) is (a <= x <= b)


@BOUNDED
@given(truths, truths)
def test_and_and_or_are_each_others_mirror(a: bool | None, b: bool | None) -> None:
    scope = {"a": a, "b": b}

    assert feel.compile("a and b")(scope) is feel.compile("b and a")(scope)
    assert feel.compile("a or b")(scope) is feel.compile("not(not(a) and not(b))")(scope)


@BOUNDED
@given(numbers)
def test_a_number_survives_its_text(a: Decimal) -> None:
    text = feel.compile("string(a)")({"a": a})

    assert "E" not in text
    assert feel.compile("number(t)")({"t": text}) == a


@BOUNDED
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-20_000, 20_000))
def test_days_added_are_days_between(day: date, count: int) -> None:
    assert feel.compile("(d + n) - d = n")({"d": day, "n": timedelta(days=count)}) is True


def refusal(run: Callable[[], object]) -> feel.FeelError | None:
    """Run, and return the FeelError if there was one; any other error fails the test."""
    try:
        run()
    except feel.FeelError as error:
        return error
    return None


@BOUNDED
@given(st.text(max_size=40))
def test_any_text_compiles_or_is_a_feel_error(source: str) -> None:
    error = refusal(lambda: feel.compile(source)({}))

    assert error is None or 0 <= error.position <= len(source)


_PIECES = (
    'a b 1 "x" + - * / ** = < in ( ) [ ] .. , . and or not if then else for return some satisfies '
    "{ } : ? count item instance of null"
)
PIECES = _PIECES.split()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_any_row_of_tokens_compiles_or_is_a_feel_error(pieces: list[str]) -> None:
    for start in (feel.compile, feel.compile_tests):
        error = refusal(lambda start=start: start(" ".join(pieces)))  # type: ignore[misc]

        assert error is None or error.message


WORDS = [
    *PIECES,
    "function",
    "external",
    "between",
    "date",
    "matches",
    '@"P1D"',
    '"a.*"',
    "..",
    "<",
    ">",
    "->",
    "a-b",
    "range<",
    "`",
    "in (",
    "every",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14), values)
def test_any_row_of_words_evaluates_or_is_a_feel_error(pieces: list[str], value: Any) -> None:
    source, scope = " ".join(pieces), {"a": value, "b": value, "a-b": value}

    error = refusal(lambda: feel.to_text(feel.compile(source, names=("a-b", "a then"))(scope)))
    other = refusal(lambda: feel.compile_tests(source, names=("a-b", "b of"))(scope, value))

    assert error is None or error.message_en
    assert other is None or other.message_en


_OPERATIONS = (
    "a + b; a - b; a * b; a / b; a ** 2; -a; a = b; a < b; a in b; a in [b..a]; a between b and a; a and b; a[b]; a[item = b]; "
    "a.a; a.year; for i in a return i + b; some i in a satisfies i = b; if a then b else a; {x: a, y: x = b}; "
    "a instance of number; for i in a..b return 1; a(b); [a, b].a; a in (b, > b)"
)
OPERATIONS = _OPERATIONS.split("; ")


@settings(max_examples=300, deadline=None)
@given(values, values, st.sampled_from(OPERATIONS))
def test_no_operation_on_any_values_raises_a_python_error(a: Any, b: Any, source: str) -> None:
    error = refusal(lambda: feel.to_text(feel.compile(source)({"a": a, "b": b})))

    assert error is None or "超出限制" in error.message


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(sorted(feel.builtin_names())), st.lists(values, max_size=4))
def test_no_built_in_on_any_values_raises_a_python_error(name: str, given_values: list[Any]) -> None:
    names = "abcd"[: len(given_values)]

    error = refusal(
        lambda: feel.to_text(feel.compile(f"{name}({', '.join(names)})")(dict(zip(names, given_values, strict=True))))
    )

    assert error is None or "超出限制" in error.message
