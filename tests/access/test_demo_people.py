"""The demonstration's units and people fit the roles and the scenarios."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.access import RoleBook

DEMO = Path(__file__).parents[2] / "processes/demo.yaml"
DEPARTMENTS = {"jiaoyu", "minzheng", "shuili", "nongye", "weijian", "yingji", "jiaotong"}
#: GB 32100-2015: the alphabet and the weights (powers of 3 modulo 31) of the check character.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.fixture(scope="module")
def demo() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(DEMO.read_text())
    return document


def held(demo: dict[str, Any]) -> Counter[str]:
    return Counter(f"{role}@{account['unit']}" for account in demo["accounts"] for role in account["roles"])


def test_every_login_name_is_role_unit_and_a_running_number(demo: dict[str, Any]) -> None:
    names = [account["name"] for account in demo["accounts"]]
    seen: Counter[str] = Counter()
    for account in demo["accounts"]:
        stem = f"{account['roles'][0]}.{account['unit']}"
        seen[stem] += 1
        assert account["name"] == (stem if seen[stem] == 1 else f"{stem}.{seen[stem]}")
    assert len(set(names)) == len(names)


def test_every_role_and_unit_of_an_account_exists(demo: dict[str, Any], book: RoleBook) -> None:
    units = {unit["id"] for unit in demo["units"]}
    assert len(units) == len(demo["units"])
    for account in demo["accounts"]:
        assert account["unit"] in units
        assert all(book.find(role) for role in account["roles"])


def test_no_two_people_have_the_same_name(demo: dict[str, Any]) -> None:
    names = Counter(account["display_name"] for account in demo["accounts"])
    assert [name for name, count in names.items() if count > 1] == []


def test_every_panjin_and_platform_role_has_somebody(demo: dict[str, Any], book: RoleBook) -> None:
    taken = {group.partition("@")[0] for group in held(demo)}
    assert {id for id, role in book.roles.items() if role.regulation != "js-138"} <= taken


def test_every_department_has_a_clerk_and_a_lead(demo: dict[str, Any]) -> None:
    assert {unit["id"] for unit in demo["units"] if unit["kind"] == "department"} == DEPARTMENTS
    people = held(demo)
    assert all(people[f"{role}@{unit}"] for unit in DEPARTMENTS for role in ("pj_unit_clerk", "pj_unit_lead"))


def test_the_scenarios_have_the_people_they_need(demo: dict[str, Any]) -> None:
    people = held(demo)
    assert people["pj_center_review@zhongxin"] >= 6
    assert people["designer@zhongxin"] >= 2
    assert sum(group.startswith("pj_expert@") for group in people) >= 5


def test_nobody_of_the_demonstration_both_reviews_and_leads(demo: dict[str, Any]) -> None:
    assert all(len(account["roles"]) == 1 for account in demo["accounts"])


def test_every_firm_has_a_credit_code_with_a_right_check_character(demo: dict[str, Any]) -> None:
    firms = [unit for unit in demo["units"] if unit["kind"] == "firm"]
    assert len({firm["credit_code"] for firm in firms}) == len(firms) == 7
    for firm in firms:
        *digits, check = firm["credit_code"]
        total = sum(ALPHABET.index(digit) * pow(3, place, 31) for place, digit in enumerate(digits))
        assert len(digits) == 17
        assert ALPHABET[-total % 31] == check
