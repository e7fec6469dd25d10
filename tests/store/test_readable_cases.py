"""Who may read which case, in SQL: the same answers for one case and for the list."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.access import ReadingScope
from service.store import Store, cases, reads
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


@pytest.fixture
def project(store: Store, rows: Any) -> dict[str, str]:
    """A project that has called a purchase with a lot and its panel, and the building of it; each with somebody at work."""
    made = {"project": rows.case(process="project", unit="jiaoyu", started_by="s")}

    def call(name: str, parent: str, who: str) -> None:
        made[name] = rows.case(process=name, unit="jiaoyu", started_by="s", root=made["project"], parent=made[parent])
        rows.tasks(made[name], {"queue": f"@{who}", "status": "claimed", "claimed_by": who})

    call("procurement", "project", "buyer")
    call("lot", "procurement", "trader")
    call("panel", "lot", "expert")
    call("construction", "project", "builder")
    return made


def test_who_takes_part_in_one_matter_of_a_project_reads_it_and_what_is_above_and_below_it_but_no_other(
    store: Store, project: dict[str, str]
) -> None:
    wanted = {
        "buyer": {"project", "procurement", "lot", "panel"},
        "trader": {"project", "procurement", "lot", "panel"},
        "expert": {"project", "procurement", "lot", "panel"},
        "builder": {"project", "construction"},
    }
    names = {case: name for name, case in project.items()}
    with store.read() as connection:
        for who, cases in wanted.items():
            assert {names[case] for case in list_all(connection, scope(who))} == cases, who
            family = reads.list_family(connection, project["project"], scope=scope(who))
            assert {names[case["id"]] for case in family} == cases, who
        assert len(reads.list_family(connection, project["project"])) == len(project)


REGULATIONS, UNITS, PROCESSES = ("pj-2020", "js-138"), ("jiaoyu", "shuili"), ("p", "q")
PAIRS = st.frozensets(st.tuples(st.sampled_from(REGULATIONS), st.sampled_from(UNITS)), max_size=2)


@st.composite
def readers(draw: st.DrawFn) -> ReadingScope:
    return ReadingScope(
        account=draw(st.sampled_from(["a", "b", "none"])), everything=draw(st.booleans()) and draw(st.booleans()),
        regulations=draw(st.frozensets(st.sampled_from(REGULATIONS), max_size=1)), units=draw(PAIRS),
        queues=draw(st.frozensets(st.sampled_from(["x", "y", "z"]), max_size=2)),
        processes=draw(st.frozensets(st.tuples(st.sampled_from(REGULATIONS), st.sampled_from(PROCESSES)), max_size=2)),
        parties=draw(PAIRS),
    )  # fmt: skip


@pytest.fixture
def crowd(store: Store, rows: Any) -> dict[str, dict[str, Any]]:
    """Cases of every regulation, unit and process, some with parties and people; what is known of each by its id."""
    made: dict[str, dict[str, Any]] = {}
    for number, (regulation, unit, process) in enumerate(product(REGULATIONS, UNITS, PROCESSES)):
        starter, queue, parties = ("a", "b", "c")[number % 3], ("x", "y")[number % 2], UNITS[: number % 3]
        case = rows.case(regulation=regulation, unit=unit, process=process, started_by=starter)
        rows.tasks(
            case, {"queue": queue, "more": ["z"] if number % 4 == 0 else []},
            {"queue": "w", "status": "done", "closed_by": "b" if number % 5 == 0 else "d"},
        )  # fmt: skip
        with store.write() as connection:
            cases.replace_parties(connection, case, parties)
        made[case] = {
            "regulation": regulation, "unit": unit, "process": process, "parties": parties,
            "participants": {starter, "b" if number % 5 == 0 else "d"},
            "open_queues": {queue, *(["z"] if number % 4 == 0 else [])},
        }  # fmt: skip
    return made


def test_the_question_and_the_list_agree_for_every_reader(store: Store, crowd: dict[str, dict[str, Any]]) -> None:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(reader=readers())
    def agree(reader: ReadingScope) -> None:
        wanted = {case for case, facts in crowd.items() if reader.covers(**facts)}
        asked = Scope(**{name: getattr(reader, name) for name in ReadingScope.__slots__})
        with store.read() as connection:
            assert set(list_all(connection, asked, limit=20)) == wanted

    agree()


def list_all(connection: Any, reader: Scope, **given: Any) -> list[str]:
    values: dict[str, Any] = {"where": TaskFilter(), "status": None, "mine": False, "roots": False, "limit": 2, **given}
    found, after = [], None
    while True:
        page = reads.list_cases(connection, reader, after=after, **values)
        found += [row["id"] for row in page.rows]
        after = page.after
        if after is None:
            return found


def test_who_takes_part_in_a_case_that_does_not_read_up_reads_it_and_what_is_below_but_nothing_above(
    store: Store, rows: Any
) -> None:
    city = rows.case(unit="zhongxin")
    own = rows.case(unit="jiaoyu", parent=city, root=city, reads_up=False)
    other = rows.case(unit="shuili", parent=city, root=city, reads_up=False)
    panel = rows.case(unit="jiaoyu", parent=own, root=city)
    rows.tasks(own, {"queue": "clerk@jiaoyu"})
    rows.tasks(panel, {"queue": "expert"})
    rows.tasks(city, {"queue": "planner"})
    wanted = {"clerk@jiaoyu": {own, panel}, "expert": {own, panel}, "planner": {city, own, other, panel}}
    with store.read() as connection:
        for queue, cases_read in wanted.items():
            who = scope(queues=frozenset({queue}))
            assert {case["id"] for case in reads.list_family(connection, city, scope=who)} == cases_read, queue
            assert {case for case in (city, own, other, panel) if reads.may_read(connection, who, case)} == cases_read, queue


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
