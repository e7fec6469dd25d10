"""Single values in words, at their edges."""

from __future__ import annotations

import pytest

from service.web.pages import wording


@pytest.mark.parametrize(("value", "words"), [("3200000", "3,200,000.00"), ("0", "0.00"), ("-1", "-1.00"), ("0.004", "0.00")])
def test_an_amount_is_written_with_its_cents(value: str, words: str) -> None:
    assert wording.yuan(value) == words


@pytest.mark.parametrize("value", ["1e999999999", "0e999999999", "1e-999999999", "NaN", "Infinity", "一百万"])
def test_what_is_no_amount_is_not_written_out(value: str) -> None:
    """Written out, the first would be a billion digits and take a minute."""
    assert wording.yuan(value) == ""
