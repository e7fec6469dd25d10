"""The console in a city in which a hundred thousand cases are open and most lie: sweeps, stuck cases, all cases, a process."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from city import City, settings
from listing import PROCESS, RARE, insert_waiting
from populous import _caller, _expect, _part, _signed_in

from service.engine import stuck
from service.web.app import create_app

MONITOR = "monitor.zhongxin"


def monitor(city: City, url: str, files: Path, *, count: int, rounds: int) -> dict[str, Any]:
    """Seconds of the first sweep and of one that changes nothing; milliseconds (p95) of the page and of the API."""
    insert_waiting(city, count=count)
    city.clock.set(city.clock.now() + timedelta(days=6))
    sweeps = []
    for _ in range(2):
        began = time.perf_counter()
        found = stuck.sweep(city.engine.machine, whole=True)
        sweeps.append((time.perf_counter() - began, found))
    app = create_app(city.engine, settings(url, files))
    browser, api = _signed_in(app, MONITOR), _caller(city, app, MONITOR)
    asked = {
        "page": lambda: _expect(browser.get("/console/stuck")),
        "filtered": lambda: _expect(browser.get("/console/stuck?cause=overdue&unit=jiaoyu")),
        "api": lambda: _expect(api("/api/v1/stuck")),
        "cases": lambda: _expect(browser.get("/console/cases")),
        "cases_filtered": lambda: _expect(browser.get(f"/console/cases?process={PROCESS}&unit=jiaoyu&status=open")),
        "cases_value": lambda: _expect(
            browser.get(f"/console/cases?process={PROCESS}&v.total_investment.from=9000000&v.total_investment.to=9000300")
        ),
        "cases_words": lambda: _expect(browser.get("/console/cases", query_string={"q": RARE})),
        "cases_step": lambda: _expect(browser.get(f"/console/cases?process={PROCESS}&element=sign_application")),
        "processes": lambda: _expect(browser.get("/console/processes")),
        "process": lambda: _expect(browser.get(f"/console/processes/{PROCESS}")),
    }
    times = {}
    for name, ask in asked.items():
        walls = []
        for _ in range(rounds):
            began = time.perf_counter()
            ask()
            walls.append((time.perf_counter() - began) * 1000)
        times[name] = round(_part(sorted(walls), 0.95), 1)
    return {
        "cases": count, "troubles": sweeps[0][1], "first_sweep_s": round(sweeps[0][0], 2), "idle_sweep_s": round(sweeps[1][0], 2),
        "p95_ms": times,
    }  # fmt: skip
