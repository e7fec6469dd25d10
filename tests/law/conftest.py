"""The shipped calendars and regulation files, and a catalogue of the periods that the worked examples use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.law import Calendar, Catalogue

PROCESSES = Path(__file__).parents[2] / "processes"
FIXTURES = Path(__file__).parent / "fixtures"


def make_period(id: str, length: str, **keys: Any) -> dict[str, Any]:
    """A period of the test regulation: calendar days, moved off rest days, cited to article 1, unless `keys` say otherwise."""
    return {"id": id, "zh": id, "en": id, "length": length, "unit": "calendar", "roll": True, "article": 1} | keys


def make_regulation(*periods: dict[str, Any], **keys: Any) -> dict[str, Any]:
    article = {"id": "test-1#1", "ref": "第一条", "heading": "期限", "zh": "摘要", "en": "summary"}
    head = {"id": "test-1", "zh": "测试办法", "en": "Test Measures", "in_force": "2020-01-01"}
    return {"regulation": head, "articles": [article], "periods": list(periods)} | keys


@pytest.fixture(scope="session")
def period() -> Callable[..., dict[str, Any]]:
    return make_period


@pytest.fixture(scope="session")
def regulation() -> Callable[..., dict[str, Any]]:
    return make_regulation


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return Calendar.from_years(yaml.safe_load(path.read_text()) for path in sorted((PROCESSES / "calendars").glob("cn-*.yaml")))


@pytest.fixture(scope="session")
def documents() -> list[dict[str, Any]]:
    """The shipped regulation files, parsed."""
    paths = [PROCESSES / "panjin/regulation.yaml", PROCESSES / "jiangsu/regulation.yaml", PROCESSES / "shared/regulation.yaml"]
    return [yaml.safe_load(path.read_text()) for path in paths]


@pytest.fixture(scope="session")
def shipped(documents: list[dict[str, Any]]) -> Catalogue:
    return Catalogue.from_yaml_data(documents)


@pytest.fixture(scope="session")
def amended(documents: list[dict[str, Any]]) -> Catalogue:
    """The shipped catalogue with the made-up amendment read before it: the order of files means nothing."""
    return Catalogue.from_yaml_data([yaml.safe_load((FIXTURES / "amendment-2026.yaml").read_text()), *documents])


@pytest.fixture(scope="session")
def calendar_with_2027(calendar: Calendar) -> Calendar:
    """The shipped calendar and a made-up notice for 2027."""
    made_up = Calendar.from_years([yaml.safe_load((FIXTURES / "cn-2027-made-up.yaml").read_text())])
    return Calendar.from_rows([*calendar.rows, *made_up.rows], years=calendar.years | made_up.years)


@pytest.fixture(scope="session")
def examples() -> Catalogue:
    span: dict[str, Any] = {"roll": False}
    return Catalogue.from_yaml_data(
        [
            make_regulation(
                make_period("D-JS-01", "P60D"),
                make_period("D-JS-02", "P30D"),
                make_period("D-JS-03", "P20D"),
                make_period("D-JS-05", "P5Y", **span, inclusive=True),
                make_period("D-JS-09", "P3Y", **span),
                make_period("D-PJ-01", "--08-31", year=-1),
                make_period("D-PJ-07", "P3Y", **span),
                make_period("D-PJ-14b", "PT4H", **span, practice=True),
                make_period("D-JS-15", "P10D", **span, unit="working", practice=True),
                make_period("stoppable", "P30D", suspendable=True),
            )
        ]
    )
