"""Practice parameters changed by a system administrator: who may, what is refused, from when they count, and for which cases."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import yaml
from city import ROOT, City
from drawing import chain, end, flow, start, user_task

from service.engine.bundle import Bundle, read_bundle
from service.engine.machine import Rules
from service.engine.parameters import read_value
from service.engine.publishing import publish
from service.errors import Invalid, InvalidAnswers, NotAllowed, NotFound
from service.law import Catalogue
from service.store import parameters
from service.store.history import list_links

CLERK, SYSADMIN, MONITOR = "pj_unit_clerk.jiaoyu", "sysadmin.zhongxin", "monitor.zhongxin"
TODAY = date(2026, 8, 20)


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    return Catalogue.from_yaml_data(yaml.safe_load(file.read_bytes()) for file in ROOT.glob("processes/*/regulation.yaml"))


def change(city: City, name: str, value: Any, **more: Any) -> Any:
    given = {"from_date": TODAY, "applies_to_open_cases": False, "reason": "年度调整", "by": SYSADMIN, **more}
    return city.engine.set_parameter(name, value, **given)


def value(city: City, name: str, started: date = TODAY) -> Any:
    return city.engine.machine.find_parameter(name, started)


def fields(error: pytest.ExceptionInfo[InvalidAnswers]) -> list[str]:
    return [finding.field for finding in error.value.findings]


@pytest.mark.parametrize("account", [CLERK, MONITOR, "pj_center_lead.zhongxin"])
def test_only_a_system_administrator_changes_parameters(city: City, account: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        change(city, "similarity_threshold", "0.7", by=account)
    assert refused.value.rule == "sysadmin"
    assert value(city, "similarity_threshold") == Decimal("0.6")


def test_a_figure_of_the_law_is_not_changed_here(city: City) -> None:
    with pytest.raises(NotAllowed) as refused:
        change(city, "service_life_min_years", 4)
    assert refused.value.rule == "law-figure"
    assert "法规" in refused.value.message
    assert "pj-2020#11" in refused.value.message_en


def test_what_is_no_parameter_is_not_found(city: City) -> None:
    with pytest.raises(NotFound):
        change(city, "nothing_like_it", 1)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("similarity_threshold", "viel"), ("similarity_threshold", "NaN"), ("similarity_threshold", "1e400"),
        ("similarity_threshold", True), ("similarity_threshold", None), ("similarity_threshold", [1]),
        ("splitting_window_months", "1.5"), ("splitting_window_months", "0"), ("splitting_window_months", 61),
        ("similarity_threshold", "1.01"), ("similarity_threshold", "-0.01"), ("distinct_reviewers", "vielleicht"),
        ("distinct_reviewers", 1), ("evaluation_warning_grade", "极差"), ("evaluation_warning_grade", ""),
        ("evaluation_warning_grade", 3), ("plan_pool_closes", "10-32"), ("plan_opens", "7-1"), ("evaluation_opens", "02-29"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_or_outside_the_limits_is_refused(shipped: Catalogue, name: str, wrong: Any) -> None:
    with pytest.raises(Invalid):
        read_value(wrong, shipped.get_parameter(name, on=TODAY))


@pytest.mark.parametrize(
    ("name", "right", "stored"),
    [
        ("similarity_threshold", "1", Decimal(1)), ("similarity_threshold", 0.55, Decimal("0.55")),
        ("similarity_threshold", "0", Decimal(0)), ("major_project_threshold", "6,000,000", 6_000_000),
        ("splitting_window_months", 60, 60), ("distinct_reviewers", "false", False), ("distinct_reviewers", False, False),
        ("evaluation_warning_grade", " 良 ", "良"), ("plan_pool_closes", "11-15", "11-15"),
    ],
)  # fmt: skip
def test_a_value_of_the_kind_within_the_limits_is_taken(shipped: Catalogue, name: str, right: Any, stored: Any) -> None:
    found = read_value(right, shipped.get_parameter(name, on=TODAY))
    assert (found, type(found)) == (stored, type(stored))


@pytest.mark.parametrize(
    ("name", "right", "stored"),
    [
        ("similarity_threshold", 0.55, Decimal("0.55")),
        ("distinct_reviewers", "false", False),
        ("evaluation_warning_grade", "良", "良"),
    ],
)
def test_a_change_counts_from_the_day_that_it_names(city: City, name: str, right: Any, stored: Any) -> None:
    change(city, name, right)
    city.clock.advance(timedelta(hours=1))
    found = value(city, name, city.clock.now())
    assert (found, type(found)) == (stored, type(stored))


def test_it_takes_effect_on_its_day_and_never_before_today(city: City) -> None:
    before = value(city, "major_project_threshold")
    with pytest.raises(InvalidAnswers) as refused:
        change(city, "major_project_threshold", 6_000_000, from_date=TODAY - timedelta(days=1), reason=" ")
    assert fields(refused) == ["from", "reason"]
    change(city, "major_project_threshold", 6_000_000, from_date=TODAY + timedelta(days=3))
    for days in range(3):
        assert value(city, "major_project_threshold", TODAY + timedelta(days=days)) == before
    assert value(city, "major_project_threshold", TODAY + timedelta(days=3)) == 6_000_000


def test_every_fault_is_named_at_once(city: City) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        change(city, "similarity_threshold", "x", from_date=date(2020, 1, 1), reason="")
    assert fields(refused) == ["value", "from", "reason"]


def test_of_two_changes_for_one_day_the_later_one_counts_and_both_stay(city: City) -> None:
    change(city, "similarity_threshold", "0.7")
    city.clock.advance(timedelta(minutes=5))
    change(city, "similarity_threshold", "0.8", reason="更正")
    city.clock.advance(timedelta(minutes=5))
    assert value(city, "similarity_threshold", city.clock.now()) == Decimal("0.8")
    with city.store.read() as connection:
        kept = [(one.value, one.reason, one.actor) for one in parameters.list_changes(connection, "similarity_threshold")]
    assert kept == [(Decimal("0.7"), "年度调整", SYSADMIN), (Decimal("0.8"), "更正", SYSADMIN)]


def test_the_day_keeps_a_line_of_each_change(city: City) -> None:
    change(city, "similarity_threshold", "0.7")
    with city.store.read() as connection:
        lines = [link for link in list_links(connection, f"day-{TODAY}") if link.kind == "parameter.set"]
    (line,) = lines
    assert (line.actor, line.payload["before"], line.payload["value"]) == (SYSADMIN, Decimal("0.6"), Decimal("0.7"))
    assert (line.payload["from"], line.payload["reason"]) == (TODAY, "年度调整")


def test_a_later_deployment_keeps_what_was_changed(city: City) -> None:
    change(city, "similarity_threshold", "0.7")
    shipped = read_bundle(ROOT)
    documents = {
        file: {**body, "parameters": [*body["parameters"], {**_entry(body, "similarity_threshold"), "value": 0.9, "from": "2027-01-01"}]}
        if file.startswith("processes/panjin/") else body
        for file, body in shipped.regulations.items()
    }  # fmt: skip
    publish(city.engine.machine, Bundle(regulations=documents), by="system")
    assert value(city, "similarity_threshold", date(2026, 12, 31)) == Decimal("0.7")
    assert value(city, "similarity_threshold", date(2027, 1, 1)) == Decimal("0.9")  # what the file says later counts from then


def _entry(body: Any, name: str) -> dict[str, Any]:
    return dict(next(one for one in body["parameters"] if one["id"] == name))


def test_another_process_learns_of_a_change_with_the_next_case(city: City) -> None:
    with city.store.read() as connection:
        stale = Rules.read(connection)
    change(city, "similarity_threshold", "0.7")
    city.engine.machine.rules = stale
    with city.store.write() as connection:
        city.engine.machine.refresh_rules(connection)
    assert value(city, "similarity_threshold", TODAY) == Decimal("0.7")


def deploy(city: City) -> None:
    """After the step, a gateway asks the parameter: large cases go to `large`."""
    gate = '<bpmn:exclusiveGateway id="size" name="size" default="size_to_small"/>'
    body = start() + user_task("work") + gate + user_task("large") + user_task("small") + end()
    ways = (
        chain("begin", "work", "size")
        + flow("size", "large", '=parameter("splitting_window_months") > 20')
        + flow("size", "small")
    )
    city.deploy({"asking": body + ways + chain("large", "finished") + chain("small", "finished")})


def goes_to(city: City, case: str) -> str:
    (task,) = city.tasks(case)
    city.engine.complete_task(task.id, {}, by=CLERK)
    (next_,) = city.tasks(case)
    return str(next_.element)


@pytest.mark.parametrize(("open_cases", "way"), [(False, "small"), (True, "large")])
def test_a_case_goes_by_what_was_in_force_when_it_started(city: City, open_cases: bool, way: str) -> None:
    deploy(city)
    before, this_morning = (city.engine.start_case("asking", {}, by=CLERK).id for _ in range(2))
    assert goes_to(city, before) == "small"
    city.clock.advance(timedelta(hours=2))

    change(city, "splitting_window_months", 24, applies_to_open_cases=open_cases)

    city.clock.advance(timedelta(minutes=1))
    assert goes_to(city, this_morning) == way  # it started on the same day, two hours before the change
    assert goes_to(city, city.engine.start_case("asking", {}, by=CLERK).id) == "large"


def test_a_change_to_come_does_not_touch_a_case_that_starts_before_it(city: City) -> None:
    deploy(city)
    change(city, "splitting_window_months", 24, from_date=TODAY + timedelta(days=2))
    city.clock.advance(timedelta(days=1))
    early = city.engine.start_case("asking", {}, by=CLERK).id
    city.clock.advance(timedelta(days=1))
    late = city.engine.start_case("asking", {}, by=CLERK).id
    assert (goes_to(city, early), goes_to(city, late)) == ("small", "large")
