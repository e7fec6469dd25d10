"""The archive: what is put away reads as before, comes back as it was, is proven, and stays out of everybody's hands meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from city import City
from drawing import chain, end, service_task, start, user_task
from drawing_more import call
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from service.clock import SHANGHAI
from service.engine import archiving, batches, reads, verifying
from service.engine.commenting import comment
from service.engine.people import get_actor
from service.engine.searching import split_terms
from service.engine.watching import copy_case
from service.errors import Conflict, NotAllowed, NotFound
from service.sdk import Context, handler
from service.store import archive_lists, archives
from service.store import reads as rows
from service.store import tables as t
from service.store.all_cases import CaseFilter, list_all_cases
from service.store.archive_lists import ArchiveFilter
from service.store.proving import Fault
from service.store.reads import TaskFilter

CLERK, LEAD, STRANGER = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_unit_clerk.weijian"
MONITOR, SYSADMIN = "monitor.zhongxin", "sysadmin.zhongxin"
NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)
LATER = datetime(2028, 9, 1, 12, 0, tzinfo=SHANGHAI)  # more than the 24 months
#: What archiving adds: its record, its lines and the moment of restoring.
_ADDED = {"archives", "history", "cases", "workers"}


@handler("archived_lookup")
def look_up(context: Context) -> dict[str, Any]:
    return {"checked": True}


BODY = (
    start()
    + user_task("work")
    + service_task("check", type="archived_lookup")
    + end()
    + chain("begin", "work", "check", "finished")
)


def begin(city: City, key: str = "kept", *, done: bool = True) -> str:
    case = city.engine.start_case(key, {}, by=CLERK).id
    city.worker.drain()
    comment(city.engine.machine, case, "请尽快办理", by=CLERK)
    copy_case(city.engine.machine, case, [LEAD], words="请知悉", by=CLERK)
    if done:
        finish(city, case)
    return case


def finish(city: City, case: str) -> None:
    for waiting in city.tasks(case):
        city.engine.claim_task(waiting.id, by=CLERK)
        city.engine.complete_task(waiting.id, {}, by=CLERK)
    city.worker.drain()


def dump(city: City) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, without what archiving adds."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with city.store.read() as connection:
        for table in t.metadata.sorted_tables:
            if table.name in ("archives", "day_chains"):
                continue
            columns = [one for one in table.columns if one.name not in ("restored_at", "history_seq", "history_head")]
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns)).all()
            found[table.name] = [
                tuple(row) for row in rows if table.name != "history" or row.kind not in ("case.archived", "case.restored")
            ]
    return found


def archive(city: City, case: str, *, by: str = MONITOR) -> None:
    batches.act(city.engine.machine, "archive_case", case, arguments={}, reason="满两年", by=by)


def restore(city: City, case: str, *, by: str = MONITOR) -> None:
    batches.act(city.engine.machine, "restore_case", case, arguments={}, reason="审计需要", by=by)


def breaks(city: City) -> list[tuple[str, Fault]]:
    found = verifying.summarize(verifying.go_through(city.store, ()))
    return [(one.chain, one.fault) for one in found.breaks]


@pytest.fixture
def old(city: City) -> str:
    """A case that ended more than two years ago."""
    city.deploy({"kept": BODY})
    case = begin(city)
    assert city.case(case).status == "completed"
    city.clock.set(LATER)
    return case


def test_what_is_archived_comes_back_as_it_was(city: City, old: str) -> None:
    before = dump(city)
    archive(city, old)
    assert dump(city) != before
    restore(city, old)
    after = dump(city)
    assert {name for name in before if before[name] != after[name]} == set()
    kinds = [link.kind for link in city.history(old)][-2:]
    assert kinds == ["case.archived", "case.restored"]
    assert breaks(city) == []


def test_it_can_be_archived_and_restored_again(city: City, old: str) -> None:
    before = dump(city)
    for _ in range(2):
        archive(city, old)
        assert breaks(city) == []
        restore(city, old)
        city.clock.set(city.clock.now() + timedelta(days=31))
    after = dump(city)
    assert {name for name in before if before[name] != after[name]} == set()


def test_an_archived_case_reads_like_any_other(city: City, old: str) -> None:
    row, variables, history = city.case(old), city.variables(old), city.history(old)
    archive(city, old)
    now = city.case(old)
    assert (now.state, now.variables, now.archived_at) == (row.state, row.variables, LATER)
    assert city.variables(old) == variables
    assert city.history(old)[: len(history)] == history
    with city.store.read() as connection:
        held = connection.execute(select(t.cases.c.state, t.cases.c.variables).where(t.cases.c.id == old)).one()
        assert tuple(held) == (b"", b"")  # it lies in the archive, and not twice
        said = connection.execute(select(func.count()).where(t.history.c.chain == old, t.history.c.payload.is_not(None))).scalar()
        assert said == 1  # the line of the archiving itself
        for who, may in ((CLERK, True), (LEAD, True), (STRANGER, False)):
            actor = get_actor(connection, who)
            if may:
                assert reads.get_case(city.engine.machine, connection, old, actor).id == old
            else:
                with pytest.raises(NotFound):
                    reads.get_case(city.engine.machine, connection, old, actor)


def test_nothing_in_an_archived_case_can_be_changed(city: City, old: str) -> None:
    archive(city, old)
    for change in (
        lambda: comment(city.engine.machine, old, "再补充一点", by=CLERK),
        lambda: copy_case(city.engine.machine, old, [LEAD], words="请知悉", by=CLERK),
    ):
        with pytest.raises(Conflict, match="已归档"):
            change()
    restore(city, old)
    comment(city.engine.machine, old, "再补充一点", by=CLERK)


@pytest.mark.parametrize("by", [CLERK, LEAD, "pj_audit.shenji"])
def test_archiving_is_for_those_who_keep_the_machine(city: City, old: str, by: str) -> None:
    with pytest.raises(NotAllowed):
        archive(city, old, by=by)
    archive(city, old, by=SYSADMIN)
    with pytest.raises(NotAllowed):
        restore(city, old, by=by)
    assert city.case(old).archived_at is not None


def test_what_is_not_ready_says_why(city: City) -> None:
    machine = city.engine.machine
    city.deploy({"kept": BODY})
    running, young = begin(city, done=False), begin(city)
    with pytest.raises(Conflict, match="没有办结"):
        archive(city, running)
    with pytest.raises(Conflict, match="2028-08-21 起可以归档"):
        archive(city, young)
    city.clock.set(datetime(2028, 8, 20, 23, 59, tzinfo=SHANGHAI))
    with pytest.raises(Conflict, match="2028-08-21 起可以归档"):
        archive(city, young)
    city.clock.set(datetime(2028, 8, 21, 0, 1, tzinfo=SHANGHAI))
    with city.store.write() as connection:  # another case of the same project
        same = {"business_key": city.case(young).business_key}
        connection.execute(update(t.cases).where(t.cases.c.id == running).values(**same))
    with pytest.raises(Conflict, match="同一事项还有在办案件"):
        archive(city, young)
    with city.store.read() as connection:
        age = archiving.age_of(machine)
        assert archive_lists.list_due(connection, age, limit=10) == ()
        assert [one["id"] for one in archive_lists.list_due(connection, age, held=True, limit=10)] == [young]
    assert archiving.archive_due(machine, reason="", by="system") == 0
    finish(city, running)
    archive(city, young)
    with pytest.raises(Conflict, match="已经归档"):
        archive(city, young)
    restore(city, young)
    with pytest.raises(Conflict, match="保留期内"):
        archive(city, young)
    with pytest.raises(Conflict, match="没有归档"):
        restore(city, young)


def test_a_waiting_job_keeps_a_case_out_of_the_archive(city: City, old: str) -> None:
    with city.store.write() as connection:
        connection.execute(update(t.jobs).where(t.jobs.c.case_id == old).values(state="parked"))
    with pytest.raises(Conflict, match="没有完成的作业"):
        archive(city, old)
    assert archiving.archive_due(city.engine.machine, reason="", by="system") == 0


def test_a_family_goes_whole(city: City) -> None:
    calling = start() + call("ask", "kept") + end() + chain("begin", "ask", "finished")
    city.deploy({"kept": BODY, "caller": calling})
    root = city.engine.start_case("caller", {}, by=CLERK).id
    city.worker.drain()
    finish(city, root)
    city.worker.drain()
    with city.store.read() as connection:
        ids = reads.family_ids(connection, root)
    (child,) = [one for one in ids if one != root]
    assert city.case(root).status == "completed"
    city.clock.set(LATER)
    with pytest.raises(Conflict, match="随上级案件"):
        archive(city, child)
    before = dump(city)
    assert archiving.archive_due(city.engine.machine, reason="", by="system") == 1
    assert city.case(child).archived_at == city.case(root).archived_at == LATER
    assert breaks(city) == []
    restore(city, child)  # from any case of it
    assert dump(city) == before


def test_the_job_of_the_day_archives_what_is_due(city: City, old: str) -> None:
    machine = city.engine.machine
    with machine.store.write() as connection:
        archiving.ensure_daily(machine, connection)
        archiving.ensure_daily(machine, connection)
    city.worker.drain()
    assert city.case(old).archived_at is not None
    with city.store.read() as connection:
        (one,) = archive_lists.list_archived_families(connection, ArchiveFilter(), after=None, limit=10)
        size = archive_lists.measure_archive(connection)
    assert (one["id"], one["archived_by"], one["number"]) == (old, "system", 1)
    assert (size.families, size.cases) == (1, 1)
    assert 0 < size.stored < size.plain
    restore(city, old)
    with machine.store.write() as connection:
        archiving.ensure_daily(machine, connection)
    city.worker.drain()
    assert city.case(old).archived_at is None  # once a day, and not so soon after it was restored


def _alter(city: City, old: str) -> None:
    with city.store.write() as connection:
        body = connection.execute(select(t.archives.c.body).where(t.archives.c.root == old)).scalar_one()
        connection.execute(update(t.archives).values(body=body[:-5] + bytes([body[-5] ^ 1]) + body[-4:]))


def _replace(city: City, old: str) -> None:
    """A whole record with a digest of its own, of which only what no line of history holds is another."""
    with city.store.write() as connection:
        kept = archives.find_record(connection, old)
        assert kept is not None
        archives.bring_back(connection, old, at=LATER)
        connection.execute(update(t.cases).where(t.cases.c.id == old).values(variables=b'{"forged":1}'))
        packed = archives.pack(connection, [old])
        archives.put_away(connection, old, [old], packed, at=LATER, by=MONITOR, reason="")


def _lose(city: City, old: str) -> None:
    with city.store.write() as connection:
        connection.execute(delete(t.archives))


@pytest.mark.parametrize("harm", [_alter, _replace, _lose])
def test_a_record_that_was_harmed_is_found_by_the_proof(city: City, old: str, harm: Callable[[City, str], None]) -> None:
    archive(city, old)
    assert breaks(city) == []
    harm(city, old)
    assert breaks(city) == [(old, Fault.ARCHIVE)]
    if harm is not _replace:
        with pytest.raises(archives.Damaged):
            city.case(old)
        with pytest.raises(archives.Damaged):
            restore(city, old)
        with city.store.read() as connection:
            assert connection.execute(select(t.cases.c.archived_at)).scalar() is not None


def test_only_while_a_record_is_there_may_a_payload_go(city: City, old: str) -> None:
    away = update(t.history).where(t.history.c.chain == old, t.history.c.seq == 1)
    with pytest.raises(DBAPIError, match="append-only"), city.store.write() as connection:
        connection.execute(away.values(payload=None))
    archive(city, old)
    for change in ({"actor": "wang"}, {"payload": None, "kind": "case.ended"}):
        with pytest.raises(DBAPIError, match="append-only"), city.store.write() as connection:
            connection.execute(away.values(**change))


def test_lists_find_what_is_archived(city: City, old: str) -> None:
    with city.store.write() as connection:
        connection.execute(insert(t.case_terms), [{"term": term, "case_id": old} for term in ("智慧", "慧教", "教育")])
    archive(city, old)
    with city.store.read() as connection:
        scope = reads.scope_of(get_actor(connection, CLERK), city.engine.machine.book)
        for status, found in (("archived", True), ("completed", True), (None, True), ("running", False)):
            listed = rows.list_cases(
                connection, scope, where=TaskFilter(), status=status, mine=False, roots=True, after=None, limit=50
            )
            assert ([one["archived_at"] for one in listed.rows] == [LATER]) is found
        for status, found in (("archived", True), ("terminated", False)):
            assert bool(list_all_cases(connection, CaseFilter(status=status), after=None, limit=50).rows) is found
        for words, found in (("智慧教育", True), ("没有这样的案件", False)):
            where = ArchiveFilter(terms=tuple(split_terms(words)))
            assert bool(archive_lists.list_archived_families(connection, where, after=None, limit=10)) is found


def test_pages_of_both_lists_follow_each_other(city: City) -> None:
    city.deploy({"kept": BODY})
    made = [begin(city) for _ in range(5)]
    city.clock.set(LATER)
    age = archiving.age_of(city.engine.machine)

    def due() -> list[str]:
        found: list[str] = []
        after = None
        while True:
            with city.store.read() as connection:
                page = archive_lists.list_due(connection, age, after=after, limit=2)
            if not page:
                return found
            found += [one["id"] for one in page]
            after = page[-1]["ended_at"], page[-1]["id"]

    assert sorted(due()) == sorted(made)
    assert archiving.archive_due(city.engine.machine, reason="", by="system") == 5
    assert due() == []
    found: list[str] = []
    after = None
    for _ in range(4):
        with city.store.read() as connection:
            page = archive_lists.list_archived_families(connection, ArchiveFilter(), after=after, limit=2)
        found += [one["id"] for one in page]
        after = (page[-1]["at"], page[-1]["id"]) if page else after
    assert sorted(found) == sorted(made)
