"""Remaining time in words, at its edges."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from service.clock import SHANGHAI
from service.web.pages.due import due_words

#: Thursday; the deadline ends with it.
DAY = date(2026, 9, 17)
END = datetime(2026, 9, 18, tzinfo=SHANGHAI)


@pytest.fixture
def words(site: Any) -> Any:
    rules = site.city.engine.machine.rules

    def say(now: datetime, **document: Any) -> Any:
        return due_words({"effective": DAY.isoformat(), **document}, END, now=now, rules=rules)

    return say


@pytest.mark.parametrize(
    ("now", "left", "overdue"),
    [
        (datetime(2026, 9, 14, 9, tzinfo=SHANGHAI), 3, False),
        (datetime(2026, 9, 11, 9, tzinfo=SHANGHAI), 4, False),  # a weekend lies between
        (datetime(2026, 9, 17, 0, tzinfo=SHANGHAI), 0, False),
        (END - timedelta(seconds=1), 0, False),
        (END, -1, True),
        (END + timedelta(days=1), -2, True),
    ],
)
def test_working_days_are_counted_until_the_day_and_days_after_it(words: Any, now: datetime, left: int, overdue: bool) -> None:
    said = words(now)
    assert (said["days_left"], said["overdue"]) == (left, overdue)


def test_a_figure_that_no_article_gives_is_not_shown_as_law(words: Any) -> None:
    practice, given = words(END, basis=["practice"]), words(END, basis=["pj-2020#14"])
    assert (practice["law"], practice["practice"]) == (None, True)
    assert "第十四条" in given["law"]
    assert given["practice"] is False


def test_the_derivation_is_told_in_the_language_of_the_reader(site: Any) -> None:
    document = {"derivation": [{"zh": "受理之日不计。", "en": "The day of acceptance does not count."}]}
    rules = site.city.engine.machine.rules
    assert due_words(document, END, now=END, rules=rules, lang="en")["why"] == ["The day of acceptance does not count."]  # type: ignore[index]


def test_what_has_no_due_date_has_no_badge(site: Any) -> None:
    assert due_words(None, None, now=END, rules=site.city.engine.machine.rules) is None
