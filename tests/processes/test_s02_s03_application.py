"""S02 as far as the application, and S03, on the engine with people, clock and database."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest
from city import City
from sqlalchemy import func, select
from uploading import upload
from walking import explain, find_task, step

from service.clock import SHANGHAI
from service.errors import InvalidAnswers, NotAllowed
from service.store import people, tables
from service.store.registers import Registers

s01: Any = importlib.import_module("tests.processes.s01_application")
PROCESS = s01.PROCESS
LEAD = s01.CENTRE_LEAD


@pytest.fixture
def city(city_at: Callable[..., City]) -> City:
    return city_at(datetime(2026, 7, 15, 9, tzinfo=SHANGHAI), processes=True)


def answers(city: City, clerk: str, **changed: Any) -> dict[str, Any]:
    return {**deepcopy(s01.APPLICATION), "plan_doc": [upload(city, clerk)], **changed}


def file(city: City, clerk: str, given: dict[str, Any]) -> Any:
    started = city.engine.start_case(PROCESS, given, by=clerk)
    city.worker.drain()
    return started


def refusal(city: City, clerk: str, given: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidAnswers) as caught:
        file(city, clerk, given)
    return [(finding.rule, finding.message) for finding in caught.value.findings]


def cases_kept(city: City) -> int:
    with city.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.cases)).scalar_one())


def waiting(city: City, case: str) -> set[str]:
    return {task.element for task in city.tasks(case)}


# -- S02


def test_S02_an_incomplete_application_is_put_right_supplemented_and_flagged(city: City) -> None:
    clerk, unit_lead = "pj_unit_clerk.minzheng", "pj_unit_lead.minzheng"
    given = answers(
        city, clerk, project_name="养老服务系统", total_investment="900000.00",
        annual_investment=[{"year": 2027, "amount": "500000.00"}, {"year": 2028, "amount": "300000.00"}],
        budget_breakdown=[{"item": "开发", "qty": 1, "unit": "项", "amount": "900000.00"}], share_commit="不同意",
    )  # fmt: skip
    ((rule, message),) = refusal(city, clerk, given)
    assert rule == "R-PJ-38"
    assert message.startswith("年度投资合计与总投资额不一致")

    given["annual_investment"][0]["amount"] = "600000.00"
    assert [rule for rule, _ in refusal(city, clerk, given | {"security_design": ""})] == ["R-PJ-05"]
    assert cases_kept(city) == 0

    case = file(city, clerk, given).id
    step(city, case, unit_lead, "sign_application", s01.SIGNED_BY_UNIT)
    step(city, case, s01.INTAKE, "intake_check", {**s01.ACCEPTED, "result": "补正", "missing_items": "需求依据缺失"})
    with city.store.read() as connection:
        asked = city.variables(find_case_of(city, case, "answer_items"))
        assert Registers(connection).read("project", "PJ-2026-0001") is not None
    assert asked["items"] == "需求依据缺失"
    step(city, case, clerk, "answer_items", {"reply": "已补充依据"})
    step(city, case, clerk, "revise_application", given | {"basis": "全市养老服务体系建设规划和民生实事安排。"})
    step(city, case, unit_lead, "sign_application", s01.SIGNED_BY_UNIT)
    step(city, case, s01.INTAKE, "intake_check", s01.ACCEPTED)
    for reviewer, dimension in zip(s01.REVIEWERS, s01.DIMENSIONS, strict=True):
        step(city, case, reviewer, "review_dimension", s01.REVIEWS[dimension], where={"dimension": dimension})

    assert waiting(city, case) == {"fix_indicators"}, explain(city, case)
    assert city.variables(case)["exclusion_grounds"] == ["无正当理由拒绝数据共享"]
    assert city.variables(case)["exclusion_note"] == "存在不得列入年度计划的情形：无正当理由拒绝数据共享"


def find_case_of(city: City, root: str, element: str) -> str:
    """The case, of a family, in which that task is open."""
    task = find_task(city, root, element)
    with city.store.read() as connection:
        return str(connection.execute(select(tables.tasks.c.case_id).where(tables.tasks.c.id == task)).scalar_one())


# -- S03

CLERK, UNIT_LEAD = "pj_unit_clerk.shuili", "pj_unit_lead.shuili"


def water(city: City, **changed: Any) -> dict[str, Any]:
    return answers(city, CLERK, project_name="水库调度辅助", **changed)


def test_S03_a_life_of_five_years_is_filed_without_a_word(city: City) -> None:
    assert file(city, CLERK, water(city, service_life_years=5)).findings == ()


def test_S03_a_life_of_four_years_without_a_reason_is_blocked(city: City) -> None:
    found = refusal(city, CLERK, water(city, service_life_years=4))
    assert found == [("R-PJ-06", "项目使用年限原则上不得少于5年")]


def test_S03_a_life_of_four_years_with_a_reason_is_overridden_by_the_head_of_the_centre_and_listed(city: City) -> None:
    started = file(city, CLERK, water(city, service_life_years=4, exception_reason="监测设备四年强制更换"))
    assert [(finding.rule, finding.level.value) for finding in started.findings] == [("R-PJ-06", "override")]
    step(city, started.id, UNIT_LEAD, "sign_application", s01.SIGNED_BY_UNIT)
    assert waiting(city, started.id) == {"decide_override"}
    for other in (CLERK, UNIT_LEAD, s01.INTAKE, s01.REVIEWERS[0]):
        with pytest.raises(NotAllowed):
            city.engine.complete_task(
                find_task(city, started.id, "decide_override"), {"decision": "同意", "opinion": "可"}, by=other
            )
    step(city, started.id, LEAD, "decide_override", {"decision": "同意", "opinion": "情况属实，准予破例。"})
    assert waiting(city, started.id) == {"intake_check"}, explain(city, started.id)
    with city.store.read() as connection:
        (entry,) = Registers(connection).search("override", case_key="PJ-2026-0001")
    assert (entry.data["rule"], entry.data["reason"]) == ("R-PJ-06", "监测设备四年强制更换")
    assert entry.data["opinion"] == "情况属实，准予破例。"


def test_S03_who_filed_cannot_grant_the_exception_even_as_head_of_the_centre(city: City) -> None:
    both = "both.shuili"
    with city.store.write() as connection:
        row = {
            "name": both,
            "display_name": "双岗",
            "password": None,
            "active": True,
            "demo": False,
            "created_at": city.clock.now(),
        }
        people.insert_account(connection, row, [("pj_unit_clerk", "shuili"), ("pj_center_lead", "zhongxin")])
    given = {
        **deepcopy(s01.APPLICATION),
        "plan_doc": [upload(city, both)],
        "service_life_years": 4,
        "exception_reason": "设备更新",
    }
    case = file(city, both, given).id
    step(city, case, UNIT_LEAD, "sign_application", s01.SIGNED_BY_UNIT)
    with pytest.raises(NotAllowed) as caught:
        city.engine.complete_task(find_task(city, case, "decide_override"), {"decision": "同意", "opinion": "可"}, by=both)
    assert caught.value.rule == "R-SYS-01"
    step(city, case, LEAD, "decide_override", {"decision": "同意", "opinion": "可"})
    assert waiting(city, case) == {"intake_check"}


def test_S03_building_may_take_two_years_to_the_day_and_no_day_longer(city: City) -> None:
    period = {"build_start": "2027-01-10", "build_end": "2029-01-10"}
    assert file(city, CLERK, water(city, **period)).status == "running"
    ((rule, message),) = refusal(city, CLERK, water(city, **period | {"build_end": "2029-01-11"}))
    assert rule == "R-PJ-07"
    assert message.startswith("建设周期不得超过2年")


def test_S03_a_third_party_author_without_a_qualification_is_blocked(city: City) -> None:
    third = {"plan_author_type": "第三方", "plan_author_name": "某公司", "credit_code": "91211100MA0PLAN018"}
    assert refusal(city, CLERK, water(city, **third)) == [("R-PJ-10", "方案编制第三方须具备信息化咨询设计类资质")]


def test_S03_a_secret_project_is_sent_offline_and_no_case_is_kept(city: City) -> None:
    file(city, CLERK, water(city))
    before = cases_kept(city)
    found = refusal(city, CLERK, {"is_secret": True, "project_name": "不该留下的名字"})
    assert found == [("R-PJ-40", "涉密项目请按保密规定线下办理")]
    assert cases_kept(city) == before


# -- amendments and counties


def test_a_county_unit_files_a_record_and_nothing_more(city: City) -> None:
    clerk = "pj_unit_clerk.panshan"
    names = (
        "is_secret",
        "project_name",
        "route",
        "project_type",
        "nature",
        "fund_source",
        "basis",
        "objective",
        "impl_plan",
        "statement",
    )
    given = {name: deepcopy(s01.APPLICATION[name]) for name in names}
    started = file(city, clerk, given | {"conforms_to_city_plan": True, "docks_with_exchange": True})
    row = city.case(started.id)
    assert (row.status, row.outcome) == ("completed", "county_recorded")
