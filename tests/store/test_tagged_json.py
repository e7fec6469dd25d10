"""Variables survive the store as they were: numbers with their places, dates, durations."""

from __future__ import annotations

from datetime import UTC, date, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import tagged
from service.tagged import Months

zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))])
texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | texts
    | st.sampled_from(['{"$n": "1"}', "$n", '"$d'])
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=zones)
    | st.times()
    | st.timedeltas(min_value=timedelta(days=-36500), max_value=timedelta(days=36500))
    | st.integers(min_value=-9999, max_value=9999).map(Months)
)
names = texts.filter(lambda name: not name.startswith("$"))
trees: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=20
)


def same(left: Any, right: Any) -> bool:
    """Equal, of the same types, and with the same number of decimal places."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return str(left) == str(right) if isinstance(left, Decimal) else bool(left == right)


@given(trees)
def test_what_is_stored_comes_back(tree: Any) -> None:
    assert same(tagged.loads(tagged.dumps(tree)), tree)
    assert same(tagged.loads(tagged.dumps(tree).decode()), tree)


def test_a_tuple_and_a_set_come_back_as_lists() -> None:
    assert tagged.loads(tagged.dumps({"a": (1, date(2026, 4, 7)), "b": {3}})) == {"a": [1, date(2026, 4, 7)], "b": [3]}


def test_what_cannot_be_stored_is_named() -> None:
    with pytest.raises(TypeError, match="complex"):
        tagged.dumps({"a": 1j})


@pytest.mark.parametrize(
    "value",
    [
        {"$n": "abc"}, {"$d": "soon"}, {"$n": "5"}, {"a": [{"$t": None}]}, {"$": 1}, {"$o": {"$n": "1"}}, {"$n": {"$n": "1"}},
        [{"$n": "5", "b": Decimal("5.0")}, {"$s": [Decimal("5.0"), {"$m": 2}]}],
    ],
)  # fmt: skip
def test_a_document_of_a_stranger_that_looks_like_a_tag_stays_what_it_is(value: Any) -> None:
    """The payload of a message is any JSON; it must neither become another type nor break whoever reads it."""
    assert tagged.loads(tagged.dumps({"payload": value})) == {"payload": value}
