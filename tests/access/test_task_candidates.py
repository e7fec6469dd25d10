"""Who may take a task."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.access import (
    Actor,
    Candidates,
    Group,
    RoleBook,
    actor_queues,
    group_names,
    lane_group,
    may_take,
    parse_group,
    parse_groups,
)
from service.errors import Invalid, NotFound

Person = Callable[..., Actor]


def offered_to(*groups: str) -> Candidates:
    return Candidates(groups=frozenset(map(parse_group, groups)))


def test_a_group_is_a_role_or_a_role_in_a_unit() -> None:
    assert parse_group(" pj_gov ") == Group(role="pj_gov")
    assert parse_group("pj_unit_lead@jiaoyu") == Group(role="pj_unit_lead", unit="jiaoyu")
    assert parse_groups("pj_gov, pj_unit_lead@jiaoyu,") == {Group(role="pj_gov"), Group(role="pj_unit_lead", unit="jiaoyu")}
    assert str(parse_group("pj_unit_lead@jiaoyu")) == "pj_unit_lead@jiaoyu"


@pytest.mark.parametrize("text", ["", "pj_unit_lead@", "@jiaoyu", "a@b@c", "PJ_GOV", "pj gov"])
def test_a_malformed_group_is_refused_rather_than_widened(text: str) -> None:
    with pytest.raises(Invalid):
        parse_group(text)


def test_a_task_of_a_unit_is_for_the_holders_in_that_unit_only(book: RoleBook, person: Person) -> None:
    task = offered_to("pj_unit_lead@jiaoyu")
    assert may_take(person("a", "pj_unit_lead@jiaoyu"), task, book=book)
    assert not may_take(person("b", "pj_unit_lead@minzheng"), task, book=book)
    assert not may_take(person("c", "pj_unit_clerk@jiaoyu"), task, book=book)


def test_a_task_of_a_role_is_for_its_holders_in_every_unit(book: RoleBook, person: Person) -> None:
    task = offered_to("pj_expert")
    assert may_take(person("a", "pj_expert@ligong"), task, book=book)
    assert not may_take(person("b", "pj_gov@ligong"), task, book=book)


def test_an_assignee_has_the_task_alone(book: RoleBook, person: Person) -> None:
    task = Candidates(assignee="a", users=frozenset({"b"}), groups=frozenset({parse_group("pj_gov")}))
    assert may_take(person("a", "pj_gov@zhengfu"), task, book=book)
    assert not may_take(person("b", "pj_gov@zhengfu"), task, book=book)


def test_a_named_user_may_take_it_beside_the_groups(book: RoleBook, person: Person) -> None:
    task = Candidates(users=frozenset({"b"}), groups=frozenset({parse_group("pj_gov")}))
    assert may_take(person("b", "pj_trade@jiaoyi"), task, book=book)
    assert not may_take(person("c", "pj_trade@jiaoyi"), task, book=book)


def test_a_task_offered_to_nobody_is_taken_by_nobody(book: RoleBook, person: Person) -> None:
    assert not may_take(person("a", "pj_gov@zhengfu"), Candidates(), book=book)


@pytest.mark.parametrize("role", ["pj_audit", "monitor", "sysadmin", "designer"])
def test_audit_and_platform_roles_act_on_nothing(role: str, book: RoleBook, person: Person) -> None:
    someone = person("a", f"{role}@zhongxin")
    assert not may_take(someone, offered_to(role), book=book)
    assert not may_take(someone, Candidates(assignee="a"), book=book)
    assert actor_queues(someone, book) == frozenset()


def test_a_monitor_decides_no_case_even_as_head_of_the_centre(book: RoleBook, person: Person) -> None:
    assert may_take(person("a", "pj_center_lead@zhongxin"), offered_to("pj_center_lead"), book=book)
    both = person("a", "pj_center_lead@zhongxin", "monitor@zhongxin")
    assert not may_take(both, offered_to("pj_center_lead"), book=book)


def test_an_auditor_who_is_also_a_clerk_works_as_a_clerk_only(book: RoleBook, person: Person) -> None:
    both = person("a", "pj_audit@shenji", "pj_unit_clerk@shenji")
    assert may_take(both, offered_to("pj_unit_clerk@shenji"), book=book)
    assert not may_take(both, offered_to("pj_audit"), book=book)


def test_a_role_that_no_regulation_names_any_longer_counts_for_nothing(book: RoleBook, person: Person) -> None:
    assert not may_take(person("a", "pj_gone@zhongxin"), offered_to("pj_gone"), book=book)


def test_the_inbox_asks_for_the_same_queues_that_tasks_stand_in(book: RoleBook, person: Person) -> None:
    clerk = person("a", "pj_unit_clerk@jiaoyu", "pj_unit_clerk@minzheng")
    assert group_names(clerk, book) == {"pj_unit_clerk", "pj_unit_clerk@jiaoyu", "pj_unit_clerk@minzheng"}
    assert actor_queues(clerk, book) == group_names(clerk, book) | {"@a"}
    assert Candidates(users=frozenset({"a"}), groups=parse_groups("pj_gov")).queues == {"@a", "pj_gov"}


def test_a_lane_means_the_case_unit_for_unit_roles_and_everybody_for_others(book: RoleBook) -> None:
    assert str(lane_group("pj_unit_lead", case_unit="jiaoyu", book=book)) == "pj_unit_lead@jiaoyu"
    assert str(lane_group("pj_center_intake", case_unit="jiaoyu", book=book)) == "pj_center_intake"


def test_a_lane_without_role_or_without_a_unit_is_refused(book: RoleBook) -> None:
    with pytest.raises(NotFound, match="pj_gone"):
        lane_group("pj_gone", case_unit="jiaoyu", book=book)
    with pytest.raises(Invalid, match="pj_unit_lead"):
        lane_group("pj_unit_lead", case_unit="", book=book)
