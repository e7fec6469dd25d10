"""Who may read which case, in SQL: the same answers for one case and for the list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from service.store import Store, reads
from service.store.reads import Scope, TaskFilter


def scope(account: str = "li", *, everything: bool = False, **given: Any) -> Scope:
    values: dict[str, Any] = {"regulations": frozenset(), "units": frozenset(), "queues": frozenset(), **given}
    return Scope(account=account, everything=everything, **values)


@pytest.fixture
def family(store: Store, rows: Any, noon: datetime) -> dict[str, str]:
    """Cases by name: two of the Panjin measures with a child, one of Jiangsu."""
    made = {
        "school": rows.case(regulation="pj-2020", unit="jiaoyu", started_by="starter"),
        "water": rows.case(regulation="pj-2020", unit="shuili", started_by="wang"),
        "fund": rows.case(regulation="js-138", unit="jiaoyu", started_by="zhao"),
    }
    made["review"] = rows.case(regulation="pj-2020", unit="jiaoyu", parent=made["school"], root=made["school"], started_by="x")
    rows.tasks(
        made["review"],
        {"queue": "expert", "more": ["panel@centre"]},
        {"status": "done", "queue": "q", "closed_by": "doer", "closed_at": noon},
        {"status": "claimed", "queue": "q", "claimed_by": "holder"},
        {"status": "cancelled", "queue": "gone"},
    )
    rows.tasks(made["water"], {"queue": "clerk@shuili"}, {"status": "done", "queue": "lead@shuili", "closed_by": "boss"})
    return made


READERS: list[tuple[Scope, set[str]]] = [
    (scope(), set()),
    (scope(everything=True), {"school", "review", "water", "fund"}),
    (scope(regulations=frozenset({"pj-2020"})), {"school", "review", "water"}),
    (scope(regulations=frozenset({"js-138", "x"})), {"fund"}),
    (scope(units=frozenset({("pj-2020", "jiaoyu")})), {"school", "review"}),
    (scope(units=frozenset({("pj-2020", "shuili"), ("js-138", "jiaoyu")})), {"water", "fund"}),
    (scope(units=frozenset({("js-138", "shuili")})), set()),
    (scope("starter"), {"school"}),
    (scope("zhao"), {"fund"}),
    (scope("doer"), {"school", "review"}),
    (scope("holder"), {"school", "review"}),
    (scope("boss"), {"water"}),
    (scope(queues=frozenset({"expert"})), {"school", "review"}),
    (scope(queues=frozenset({"panel@centre", "unknown"})), {"school", "review"}),
    (scope(queues=frozenset({"gone"})), set()),
    (scope(queues=frozenset({"lead@shuili"})), set()),
    (scope("wang", queues=frozenset({"expert"})), {"water", "school", "review"}),
]


def test_a_reader_sees_what_role_unit_and_part_in_it_allow(store: Store, family: dict[str, str]) -> None:
    names = {case: name for name, case in family.items()}
    with store.read() as connection:
        for reader, wanted in READERS:
            alone = {name for name, case in family.items() if reads.may_read(connection, reader, case)}
            assert alone == wanted, reader
            listed = [names[case] for case in list_all(connection, reader)]
            assert listed == sorted(wanted, key=family.__getitem__, reverse=True), reader


def list_all(connection: Any, reader: Scope, **given: Any) -> list[str]:
    values: dict[str, Any] = {"where": TaskFilter(), "status": None, "mine": False, "roots": False, "limit": 2, **given}
    found, after = [], None
    while True:
        page = reads.list_cases(connection, reader, after=after, **values)
        found += [row["id"] for row in page.rows]
        after = page.after
        if after is None:
            return found


def test_nobody_may_read_a_case_that_does_not_exist(store: Store, family: dict[str, str]) -> None:
    with store.read() as connection:
        assert not reads.may_read(connection, scope(everything=True), "unknown")


def test_the_list_is_narrowed_within_what_may_be_read(store: Store, rows: Any, family: dict[str, str]) -> None:
    ended = rows.case(regulation="pj-2020", unit="jiaoyu", status="completed", started_by="li", process="q")
    all_of_it, own = scope(everything=True), scope()
    with store.read() as connection:
        assert list_all(connection, all_of_it, status="completed") == [ended]
        assert list_all(connection, all_of_it, mine=True) == [ended]
        assert list_all(connection, all_of_it, where=TaskFilter(process="q")) == [ended]
        assert list_all(connection, all_of_it, where=TaskFilter(unit="shuili")) == [family["water"]]
        assert set(list_all(connection, all_of_it, roots=True)) == {ended, *family.values()} - {family["review"]}
        assert list_all(connection, own) == [ended]
        assert list_all(connection, own, where=TaskFilter(process="p")) == []
