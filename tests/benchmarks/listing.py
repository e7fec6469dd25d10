"""The workspace of a city in which a hundred thousand tasks wait: how long its people wait for their lists then.

Cases and tasks are inserted as rows, since only lists look at them. Pages are asked by the web application itself, one after the
other; `cpu` is the processor time of the same, which a busy machine does not spoil.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from city import City, settings
from populous import CLERK, HEAD, REVIEWER, _caller, _expect, _part, _signed_in
from sqlalchemy import insert

from service.engine.searching import case_terms as terms_of
from service.store import new_id
from service.store.cases import FAR_FUTURE
from service.store.columns import milliseconds
from service.store.definitions import list_latest
from service.store.history import GENESIS
from service.store.tables import case_terms, case_values, case_watches, cases, tasks
from service.web.app import create_app

PROCESS = "project_application"
CHUNK = 5_000
#: Of a hundred tasks so many stand in the queue of one unit's clerk, and of the Centre's reviewers; the rest with other units.
OF_CLERK, OF_REVIEWERS = 5, 30
NAMES = ("课程资源平台采购", "校园安全视频建设", "教师培训系统升级", "水文监测网络改造", "政务数据共享接口")
RARE = "星际航标"
TERMS = {name: terms_of(name, "PJ-2026", {}) for name in (*NAMES, RARE)}


def insert_waiting(city: City, *, count: int) -> float:
    """Insert cases with one open task each; returns the seconds."""
    began = time.perf_counter()
    now = city.clock.now()
    with city.store.read() as connection:
        (known,) = [row for row in list_latest(connection) if row[0] == PROCESS]
    key, version, digest, _, regulation, _ = known
    case = {
        "process": key, "version": version, "digest": digest, "regulation": regulation, "status": "running", "started_at": now,
        "actors": "{}", "state": b"x" * 2_000, "variables": b"x" * 1_000, "revision": 1, "history_seq": 1,
        "history_head": GENESIS,
    }  # fmt: skip
    task = {
        "element": "review_dimension", "name": "分维度审查", "process": key, "status": "open", "form": None, "due": None,
        "opened_at": now,
    }  # fmt: skip
    for start in range(0, count, CHUNK):
        rows: dict[Any, list[dict[str, Any]]] = {cases: [], tasks: [], case_terms: [], case_values: []}
        for number in range(start, min(start + CHUNK, count)):
            case_id, name = new_id(), NAMES[number % len(NAMES)] if number % 1_000 else RARE
            queue, unit, by = _whose(number)
            amount = 10_000 + number * 37 % 9_000_000
            due = None if number % 7 == 0 else now + timedelta(hours=number % 2_000 - 200)
            title = f"{name}{number}"
            rows[cases].append(
                {
                    **case, "id": case_id, "root": case_id, "business_key": f"PJ-2026-{number:06}", "title": title, "unit": unit,
                    "started_by": by, "facts": f'{{"project_name":"{title}","total_investment":"{amount}.00"}}',
                }
            )  # fmt: skip
            sort = FAR_FUTURE if due is None else milliseconds(due)
            rows[tasks].append(
                {**task, "id": new_id(), "case_id": case_id, "token": case_id, "unit": unit, "queue": queue, "due_at": due,
                 "due_sort": sort}
            )  # fmt: skip
            rows[case_terms] += [{"case_id": case_id, "term": term} for term in TERMS[name]]
            rows[case_values].append({"case_id": case_id, "name": "total_investment", "number": float(amount)})
        with city.store.write() as connection:
            for table, listed in rows.items():
                connection.execute(insert(table), listed)
            watched = [row["id"] for row in rows[cases] if row["unit"] == "jiaoyu"][:20]
            watch = {"account": CLERK, "kind": "copied", "by": HEAD, "at": now}
            connection.execute(insert(case_watches), [{**watch, "case_id": one} for one in watched])
    return time.perf_counter() - began


def _whose(number: int) -> tuple[str, str, str]:
    """The queue of a task, the unit of its case and who started it."""
    part = number % 100
    if part < OF_CLERK:
        return "pj_unit_clerk@jiaoyu", "jiaoyu", CLERK
    if part < OF_CLERK + OF_REVIEWERS:
        return "pj_center_review@zhongxin", "shuili", "pj_unit_clerk.shuili"
    return f"pj_unit_clerk@other{part % 40}", f"other{part % 40}", f"clerk.other{part % 40}"


def waits(city: City, url: str, files: Path, *, count: int, rounds: int) -> dict[str, Any]:
    """Milliseconds of each list: the median and the 95th of a hundred, and the processor time of the median."""
    seconds = insert_waiting(city, count=count)
    app = create_app(city.engine, settings(url, files))
    browsers = {account: _signed_in(app, account) for account in (CLERK, REVIEWER)}
    api = _caller(city, app, REVIEWER)
    since, deep = new_id(), milliseconds(city.clock.now() + timedelta(hours=1_000))

    def page(account: str, path: str) -> Callable[[], None]:
        return lambda: _expect(browsers[account].get(path))

    asked = {
        "clerk": page(CLERK, "/"),
        "reviewer": page(REVIEWER, "/"),
        "deep": page(REVIEWER, f"/?after={deep}-{'0' * 24}"),
        "overdue": page(REVIEWER, "/?due=overdue"),
        "amount": page(REVIEWER, "/?amount_from=9000000"),
        "words": page(REVIEWER, "/?q=采购"),
        "rare_words": page(REVIEWER, f"/?q={RARE}"),
        "started": page(CLERK, "/?view=started"),
        "copied": page(CLERK, "/?view=copied"),
        "counts": lambda: _expect(api(f"/api/v1/me/counts?since={since}")),
    }
    times = {name: _times(ask, rounds) for name, ask in asked.items()}
    return {
        "tasks": count, "inserted_s": round(seconds, 1), "rounds": rounds,
        "median_ms": {name: round(_part(sorted(wall), 0.5), 1) for name, (wall, _) in times.items()},
        "p95_ms": {name: round(_part(sorted(wall), 0.95), 1) for name, (wall, _) in times.items()},
        "cpu_ms": {name: round(_part(sorted(cpu), 0.5), 1) for name, (_, cpu) in times.items()},
    }  # fmt: skip


def _times(ask: Callable[[], None], rounds: int) -> tuple[list[float], list[float]]:
    """Wall and processor time of each round, in milliseconds."""
    ask()  # what is read once a process is not what a person waits for
    wall, cpu = [], []
    for _ in range(rounds):
        began, spent = time.perf_counter(), time.process_time()
        ask()
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
    return wall, cpu
