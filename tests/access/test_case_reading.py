"""Who may read a case: one question about a case, and the scope that lists filter by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.access import Actor, RoleBook, may_read, reading_scope
from service.errors import Invalid
from service.law import Catalogue

Person = Callable[..., Actor]

#: role@unit, and whether it reads a Panjin case of jiaoyu, a Panjin case of minzheng, a Jiangsu case of jiaoyu.
READERS = [
    ("pj_unit_clerk@jiaoyu", True, False, False),
    ("pj_unit_lead@minzheng", False, True, False),
    ("pj_center_review@zhongxin", True, True, False),
    ("pj_fin_budget@caizheng", False, False, False),
    ("pj_audit@shenji", True, True, False),
    ("js_dept_clerk@jiaoyu", False, False, True),
    ("js_audit@shenji", False, False, True),
    ("js_fin_lead@caizheng", False, False, True),
    ("pj_expert@ligong", False, False, False),
    ("pj_contractor@jiaoyu", False, False, False),
    ("pj_trade@jiaoyi", False, False, False),
    ("public@jiaoyu", False, False, False),
    ("designer@zhongxin", False, False, False),
    ("sysadmin@zhongxin", False, False, False),
    ("monitor@zhongxin", True, True, True),
]


@pytest.mark.parametrize(("group", "own", "other", "elsewhere"), READERS)
def test_what_a_role_reads(group: str, own: bool, other: bool, elsewhere: bool, book: RoleBook, person: Person) -> None:
    actor = person("a", group)
    reads = [
        may_read(actor, book=book, regulation=regulation, case_unit=unit, participants=())
        for regulation, unit in [("pj-2020", "jiaoyu"), ("pj-2020", "minzheng"), ("js-138", "jiaoyu")]
    ]
    assert reads == [own, other, elsewhere]


#: The matrix of roles: which cases of the whole regulation a role reads, by process.
MATRIX = {
    "pj_center_super": "P0 P1 P2 P2U P3 lot P4 P5 P6 P7 P8 P9 P10",
    "pj_audit": "P0 P1 P2 P2U P3 lot P4 P5 P6 P7 P8 P9 P10",
    "pj_fin_budget": "P0 P1 P2 P2U P3 lot P5 P7 P8 P9",
    "pj_fin_proc": "P0 P1 P2 P2U P3 lot P5 P7 P8 P9",
    "pj_fin_perf": "P0 P1 P2 P2U P3 lot P5 P7 P8 P9",
    "pj_trade": "P3 lot",
    "pj_gov": "P1 P2U",
    "pj_expert": "",
    "pj_contractor": "",
    "pj_unit_clerk": "",
}
PROCESSES = {
    "P0": "project", "P1": "annual_plan", "P2": "project_application", "P2U": "urgent_application", "P3": "procurement",
    "lot": "procurement_lot", "P4": "construction", "P5": "change_approval", "P6": "initial_acceptance",
    "P7": "final_acceptance", "P8": "operation", "P9": "evaluation", "P10": "security_incident",
}  # fmt: skip


@pytest.mark.parametrize("role", MATRIX)
def test_a_role_reads_the_processes_of_its_row_of_the_matrix_and_no_others(role: str, book: RoleBook, person: Person) -> None:
    actor = person("a", f"{role}@elsewhere")

    def readable(process: str, regulation: str = "pj-2020") -> bool:
        return may_read(actor, book=book, regulation=regulation, case_unit="jiaoyu", participants=(), process=process)

    assert [name for name, process in PROCESSES.items() if readable(process)] == MATRIX[role].split()
    assert not any(readable(process, "js-138") for process in PROCESSES.values())


def test_people_of_a_unit_that_is_a_party_read_the_case(book: RoleBook, person: Person) -> None:
    case: dict[str, Any] = {"book": book, "case_unit": "jiaoyu", "participants": (), "parties": {"chengjiana", "jianli"}}
    assert may_read(person("a", "pj_contractor@chengjiana"), **case, regulation="pj-2020")
    assert may_read(person("a", "pj_supervisor@jianli"), **case, regulation="pj-2020")
    assert not may_read(person("a", "pj_contractor@chengjianb"), **case, regulation="pj-2020")
    assert not may_read(person("a", "pj_contractor@chengjiana"), **case, regulation="js-138")
    assert not may_read(person("a", "public@chengjiana"), **case, regulation="js-138")
    assert not may_read(person("a", "sysadmin@chengjiana"), **case, regulation="pj-2020")


def test_who_took_part_reads_the_case(book: RoleBook, person: Person) -> None:
    expert = person("pj_expert.ligong", "pj_expert@ligong")
    case: dict[str, Any] = {"book": book, "regulation": "pj-2020", "case_unit": "jiaoyu"}
    assert may_read(expert, **case, participants={"pj_expert.ligong"})
    assert not may_read(expert, **case, participants={"pj_expert.shuju"})


def test_to_whom_an_open_task_is_offered_reads_the_case(book: RoleBook, person: Person) -> None:
    case: dict[str, Any] = {"book": book, "regulation": "pj-2020", "case_unit": "jiaoyu", "participants": ()}
    assert may_read(person("a", "pj_gov@zhengfu"), **case, open_queues={"pj_gov"})
    assert may_read(person("a", "pj_gov@zhengfu"), **case, open_queues={"@a"})
    assert not may_read(person("a", "pj_trade@jiaoyi"), **case, open_queues={"pj_gov", "@b"})


def test_an_account_without_a_role_reads_nothing(book: RoleBook, person: Person) -> None:
    scope = reading_scope(person("a"), book)
    assert (scope.everything, scope.regulations, scope.units, scope.queues) == (False, frozenset(), frozenset(), frozenset())


def test_the_scope_of_several_roles_is_their_union(book: RoleBook, person: Person) -> None:
    scope = reading_scope(person("a", "pj_unit_clerk@jiaoyu", "pj_unit_lead@minzheng", "js_fin_lead@caizheng"), book)
    assert not scope.everything
    assert scope.units == {("pj-2020", "jiaoyu"), ("pj-2020", "minzheng")}
    assert scope.regulations == {"js-138"}


def test_only_platform_roles_read_every_regulation(book: RoleBook, person: Person) -> None:
    everything = [id for id in book.roles if reading_scope(person("a", f"{id}@x"), book).everything]
    assert everything == ["monitor"]


@given(data=st.data())
def test_one_more_role_never_takes_a_case_from_sight_unless_it_forbids_acting(
    data: st.DataObject, book: RoleBook, person: Person
) -> None:
    ordinary = sorted(id for id, role in book.roles.items() if not role.exclusive)
    groups = data.draw(st.lists(st.builds("{}@{}".format, st.sampled_from(ordinary), st.sampled_from("xyz")), min_size=1))
    case: dict[str, Any] = {
        "regulation": data.draw(st.sampled_from(["pj-2020", "js-138"])),
        "unit": data.draw(st.sampled_from("xyz")),
        "participants": data.draw(st.sets(st.sampled_from("abc"))),
        "open_queues": data.draw(st.sets(st.sampled_from([*ordinary, "@a"]))),
        "process": data.draw(st.sampled_from(["annual_plan", "construction"])),
        "parties": data.draw(st.sets(st.sampled_from("xyz"))),
    }
    if reading_scope(person("a", *groups[:-1]), book).covers(**case):
        assert reading_scope(person("a", *groups), book).covers(**case)


def test_a_role_with_an_unknown_reach_is_refused() -> None:
    role = {"id": "r", "zh": "角色", "en": "role", "reads": "some", "scope": "all"}
    with pytest.raises(Invalid, match="角色 r"):
        RoleBook.of(Catalogue.from_yaml_data([{"roles": [role]}]).roles.values())
