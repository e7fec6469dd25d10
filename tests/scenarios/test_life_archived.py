"""The whole life of a project is archived and restored: every row comes back, and meanwhile everything reads as before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from service.engine import archiving, verifying
from service.engine.machine import Machine
from service.scenario import Ground, play, read
from service.store import archive_lists, cases
from service.store import tables as t
from service.store.history import Link, list_links

FILE = Path(__file__).with_name("full_life.yaml")
MONITOR = "monitor.zhongxin"
#: What archiving adds, and where.
_LINES = ("case.archived", "case.restored")
_CHANGED = ("restored_at", "history_seq", "history_head")


def dump(machine: Machine) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with machine.store.read() as connection:
        for table in t.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in _CHANGED]
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows if table is not t.history or row.kind not in _LINES]
    return found


def read_all(machine: Machine) -> dict[str, tuple[bytes, bytes, list[Link]]]:
    """State, variables and history of every case, as its page reads them."""
    found = {}
    with machine.store.read() as connection:
        for case_id in connection.execute(select(t.cases.c.id)).scalars().all():
            row = cases.find_case(connection, case_id)
            assert row is not None
            lines = [link for link in list_links(connection, case_id) if link.kind not in _LINES]
            found[case_id] = (row.state, row.variables, lines)
    return found


def test_a_whole_life_is_archived_reads_as_before_and_comes_back(ground: Ground) -> None:
    scenario = read(FILE)
    with ground.driver(scenario) as driver:
        assert play(scenario, driver).passed
        machine = driver.engine.machine
        with machine.store.read() as connection:
            running = select(t.cases.c.id).where(t.cases.c.status == "running", t.cases.c.parent.is_(None))
            left = connection.execute(running).scalars().all()
        for case_id in left:
            driver.engine.terminate_case(case_id, reason="项目结束", by=MONITOR)
        driver.move_clock(driver.now() + timedelta(days=800))
        before, said = dump(machine), read_all(machine)
        assert len(said) > 20

        assert archiving.archive_due(machine, reason="", by="system") > 5
        with machine.store.read() as connection:
            roots = archive_lists.list_roots(connection)
            size = archive_lists.measure_archive(connection)
        assert size.cases > len(said) // 2
        assert read_all(machine) == said
        assert verifying.summarize(verifying.go_through(machine.store, ())).breaks == ()

        for root in roots:
            with machine.store.write() as connection:
                archiving.restore_within(machine, connection, root, reason="核对", by=MONITOR)
        after = dump(machine)
        assert {name for name in before if before[name] != after[name]} == set()
        assert verifying.summarize(verifying.go_through(machine.store, ())).breaks == ()
