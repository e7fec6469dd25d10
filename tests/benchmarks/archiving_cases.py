"""Cases of ten steps that are archived: how many in a second, how much smaller they get, how long one takes to read after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from city import City, settings
from duel import walk_ours
from populous import _expect, _part, _signed_in
from sqlalchemy import func, select
from walks import Walk

from service.engine import archiving, verifying
from service.store import archive_lists
from service.store.tables import cases
from service.web.app import create_app

MONITOR = "monitor.zhongxin"


def archive(city: City, walk: Walk, url: str, files: Path, *, count: int, rounds: int) -> dict[str, Any]:
    """Families archived in a second, bytes of what moved before and after, milliseconds (p95) of the page of one of them."""
    for _ in range(count):
        list(walk_ours(city, walk))
    city.worker.drain()
    city.clock.set(city.clock.now() + timedelta(days=800))
    with city.store.read() as connection:
        ids = connection.execute(select(cases.c.id).order_by(cases.c.id).limit(rounds)).scalars().all()
    browser = _signed_in(create_app(city.engine, settings(url, files)), MONITOR)
    before = _times(lambda one: _expect(browser.get(f"/cases/{one}")), ids)
    began = time.perf_counter()
    number = archiving.archive_due(city.engine.machine, reason="", by="system")
    took = time.perf_counter() - began
    assert number == count, number
    after = _times(lambda one: _expect(browser.get(f"/cases/{one}")), ids)
    began = time.perf_counter()
    assert verifying.summarize(verifying.go_through(city.store, ())).breaks == ()
    verified = time.perf_counter() - began
    with city.store.read() as connection:
        size = archive_lists.measure_archive(connection)
        left = connection.execute(select(func.sum(func.length(cases.c.state) + func.length(cases.c.variables)))).scalar()
    assert left == 0
    return {
        "families": count, "per_s": round(count / took, 1), "smaller": round(size.plain / size.stored, 1),
        "bytes": round(size.stored / count), "page_ms": before, "archived_page_ms": after, "verify_s": round(verified, 2),
    }  # fmt: skip


def _times(ask: Callable[[str], None], ids: Any) -> float:
    walls = []
    for one in ids:
        began = time.perf_counter()
        ask(one)
        walls.append((time.perf_counter() - began) * 1000)
    return round(_part(sorted(walls), 0.95), 1)
