"""Who is reminded and told by a period: roles that exist; and the limits of parameters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from service.errors import InvalidDefinition
from service.law import Catalogue

ROLE = {"id": "clerk", "zh": "经办人", "en": "Clerk", "article": 1, "reads": "own", "scope": "unit"}
FIGURE = {"id": "figure", "zh": "数值", "en": "Figure", "value": 3, "practice": True}


@pytest.fixture
def read(regulation: Callable[..., Any], period: Callable[..., Any]) -> Callable[..., Catalogue]:
    """Read a regulation with one role, one period of these keys and one parameter of those."""

    def make(*, parameter: dict[str, Any] | None = None, **keys: Any) -> Catalogue:
        figure = FIGURE | (parameter or {})
        return Catalogue.from_yaml_data([regulation(period("D-1", "P20D", **keys), roles=[ROLE], parameters=[figure])])

    return make


@pytest.mark.parametrize("key", ["reminds", "escalates_to"])
def test_a_period_tells_roles_that_exist(read: Callable[..., Catalogue], key: str) -> None:
    (found,) = read(**{key: ["clerk"]}).list_period_versions("D-1")
    assert getattr(found, key) == ("clerk",)
    with pytest.raises(InvalidDefinition) as refused:
        read(**{key: ["clerk", "nobody"]})
    assert [problem.element for problem in refused.value.problems] == ["D-1"]
    assert "nobody" in refused.value.problems[0].message


def test_who_has_to_act_is_a_role_or_the_system(read: Callable[..., Catalogue]) -> None:
    assert read(actor="system").list_period_versions("D-1")[0].actor == "system"
    with pytest.raises(InvalidDefinition):
        read(actor="nobody")


def test_the_shipped_firms_are_told_in_the_unit_that_the_case_names(shipped: Catalogue) -> None:
    firms = {id: (role.unit_in, role.deputy) for id, role in shipped.roles.items() if role.unit_in}
    assert firms == {
        "pj_contractor": ("contractor_unit", "pj_unit_clerk"),
        "pj_supervisor": ("supervisor_unit", "pj_unit_clerk"),
        "pj_tester": ("tester_unit", "pj_unit_clerk"),
    }
    assert shipped.list_period_versions("D-PJ-01")[-1].reminds == ("pj_unit_lead",)


@pytest.mark.parametrize("limits", [{"min": 3, "max": 3}, {"min": 0}, {"max": 9}, {"value": "良", "choices": ["优", "良"]},
                                    {"value": "02-28", "yearly": True}])  # fmt: skip
def test_the_value_of_a_file_is_within_its_own_limits(read: Callable[..., Catalogue], limits: dict[str, Any]) -> None:
    read(parameter=limits)


@pytest.mark.parametrize(
    "limits",
    [
        {"min": 4},
        {"max": 2},
        {"value": "差", "choices": ["优", "良"]},
        {"min": "low"},
        {"max": True},
        *({"value": value, "yearly": True} for value in ("7-1", "07-32", "02-29", "0701", "七月", 701)),
    ],
)
def test_a_value_outside_its_own_limits_is_a_fault_of_the_file(read: Callable[..., Catalogue], limits: dict[str, Any]) -> None:
    with pytest.raises(InvalidDefinition):
        read(parameter=limits)


def test_versions_set_by_hand_stand_between_those_of_the_files(read: Callable[..., Catalogue]) -> None:
    at = datetime(2026, 8, 20, 2, tzinfo=UTC)
    late, early = ("figure", date(2027, 1, 1), 5, False, at), ("figure", date(2026, 9, 1), Decimal(4), False, at)
    catalogue = read(parameter={"min": 0}).with_parameters([late, early, ("gone", date.min, 1, False, at)])
    assert [one.value for one in catalogue.list_parameter_versions("figure")] == [3, 4, 5]
    assert all(one.practice and one.least == 0 for one in catalogue.list_parameter_versions("figure"))
    assert "gone" not in catalogue.parameters
