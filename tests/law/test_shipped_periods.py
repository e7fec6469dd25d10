"""Every period of both regulations, as the table of requirements has it: length, kind of days, move off rest days, origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.law import Catalogue, Period

SPANS = ("D-PJ-03", "D-PJ-04", "D-PJ-07", "D-JS-05", "D-JS-07", "D-JS-08", "D-JS-09", "D-JS-10")
ACTS = ("D-PJ-01", "D-PJ-02", "D-JS-01", "D-JS-02", "D-JS-03")
DATES = ("D-PJ-20", "D-JS-18")

#: id, length, counts working days
LENGTHS = """
D-PJ-01 --08-31        D-PJ-02 --11-30        D-PJ-03 P2Y            D-PJ-04 P5Y            D-PJ-05a P1M
D-PJ-05b P5D working   D-PJ-06 P5D working    D-PJ-07 P3Y            D-PJ-08 --08-31        D-PJ-09 P30D
D-PJ-10 P6M            D-PJ-11 --07-31        D-PJ-12 P1Y            D-PJ-13 P1Y            D-PJ-14a PT1H
D-PJ-14b PT4H          D-PJ-14c P30D          D-PJ-15 --08-31        D-PJ-16 --12-31        D-PJ-17 P20D working
D-PJ-18a P5D working   D-PJ-18b P20D working  D-PJ-19a P20D          D-PJ-19b P30D          D-PJ-20 2020-06-24
D-JS-01 P60D           D-JS-02 P30D           D-JS-03 P20D           D-JS-04 P20D           D-JS-05 P5Y
D-JS-06 -P6M           D-JS-07 P1Y            D-JS-08 P2Y            D-JS-09 P3Y            D-JS-10 P3Y
D-JS-11 P10D           D-JS-12 P1Y            D-JS-13 --03-31        D-JS-14a P3M           D-JS-14b --08-31
D-JS-15 P10D working   D-JS-16a --07-15       D-JS-16b --01-15       D-JS-17 P20D working   D-JS-18 2020-11-01
D-JS-19 P60D           D-JS-20 P90D           D-JS-21a P15D working  D-JS-21b P60D          D-JS-22 given
"""


def newest(catalogue: Catalogue) -> dict[str, Period]:
    return {id: versions[-1] for id, versions in catalogue.periods.items()}


def test_every_period_of_the_table_is_there_with_its_length(shipped: Catalogue) -> None:
    periods = {id: period for id, period in newest(shipped).items() if not id.startswith("D-CM")}
    told = {f"{id} {period.length}{' working' * (period.unit == 'working')}" for id, period in periods.items()}
    wanted = {" ".join(entry.split()) for line in LENGTHS.strip().splitlines() for entry in line.split("  ") if entry.strip()}
    assert told == wanted


def test_only_the_figures_of_articles_are_law(shipped: Catalogue) -> None:
    assert {id for id, period in newest(shipped).items() if not period.practice} == {*SPANS, *ACTS, *DATES}


def test_duties_to_act_move_off_rest_days_and_spans_do_not(shipped: Catalogue) -> None:
    periods = newest(shipped)
    assert not any(periods[id].roll for id in (*SPANS, *DATES))
    assert all(periods[id].roll for id in ACTS)


def test_a_period_of_the_law_never_stops_and_practice_ones_may(shipped: Catalogue) -> None:
    assert all(period.practice for period in newest(shipped).values() if period.suspendable)
    assert {id for id in ("D-PJ-18a", "D-PJ-18b", "D-CM-01") if newest(shipped)[id].suspendable} == {
        "D-PJ-18a", "D-PJ-18b", "D-CM-01",
    }  # fmt: skip


def test_everybody_who_acts_or_hears_of_it_has_a_role(shipped: Catalogue) -> None:
    named = {role for period in newest(shipped).values() for role in (period.actor, *period.escalates_to) if role}
    assert named - {"system"} <= set(shipped.roles)


@pytest.mark.parametrize(
    ("id", "labels"),
    [
        ("D-PJ-01", "T-30 T-10 T-3 T-1"),
        ("D-PJ-03", "T-6M T-3M T-1M"),
        ("D-PJ-04", "T-6M"),
        ("D-PJ-07", "T-12M T-6M T-1M"),
        ("D-JS-01", "T-20 T-10 T-3 T-1"),
        ("D-JS-02", "T-10 T-3 T-1"),
        ("D-JS-05", "T-12M T-6M T-3M T-1M"),
        ("D-JS-08", "T-90 T-30"),
        ("D-JS-09", "T-30"),
        ("D-PJ-18a", "T-3WD T-1WD"),  # no set: fewer than 20 days
        ("D-PJ-18b", "T-10 T-3 T-1"),  # no set: 20 days
        ("D-PJ-14b", ""),
        ("D-PJ-20", ""),
    ],
)
def test_the_reminder_set_of_a_period(id: str, labels: str, shipped: Catalogue) -> None:
    assert " ".join(lead.label for lead in newest(shipped)[id].leads) == labels


@pytest.mark.parametrize(("length", "first"), [("P19D", "T-3WD"), ("P20D", "T-10"), ("P1M", "T-10"), ("--08-31", "T-10")])
def test_without_a_set_twenty_days_make_the_difference(
    length: str, first: str, period: Callable[..., dict[str, Any]], regulation: Callable[..., dict[str, Any]]
) -> None:
    catalogue = Catalogue.from_yaml_data([regulation(period("D-1", length))])
    assert newest(catalogue)["D-1"].leads[0].label == first
