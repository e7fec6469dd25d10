"""Figures of construction and site checks that no scenario reaches: turns of the year, and which day counts as the approval."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.panjin.construction_start import following_month
from handlers.panjin.site_checks import approved_on


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 3, 2), date(2026, 4, 1)),
        (date(2026, 3, 31), date(2026, 4, 1)),
        (date(2026, 12, 1), date(2027, 1, 1)),
        (date(2028, 2, 29), date(2028, 3, 1)),
    ],
)
def test_the_report_on_a_month_begins_with_the_month_after_it(day: date, first: date) -> None:
    assert following_month(day) == first


@pytest.mark.parametrize(
    ("project", "day"),
    [
        ({"approved_on": date(2025, 9, 18), "listed_on": date(2025, 12, 10)}, date(2025, 12, 10)),
        ({"approved_on": date(2025, 9, 18), "listed_on": None}, date(2025, 9, 18)),
        ({"status": "filed"}, None),
    ],
)
def test_a_project_is_approved_by_its_listing_or_else_by_its_review(project: dict[str, object], day: date | None) -> None:
    assert approved_on(project) == day
