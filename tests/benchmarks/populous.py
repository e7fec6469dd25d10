"""A city with thousands of projects: how long it takes to seed them, and how long its people wait for their pages then.

Pages and the API are asked by the web application itself, without a network; one request after the other, each account in turn.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from city import PASSWORD, City, settings
from flask import Flask
from flask.testing import FlaskClient
from walks import ROOT, application_walk

from service import bootstrap
from service.scenario import Ground, as_lines, play, read
from service.seeding import Progress, sow
from service.web.app import create_app

CLERK, REVIEWER, HEAD = "pj_unit_clerk.jiaoyu", "pj_center_review.zhongxin", "pj_center_lead.zhongxin"
#: What the seeding of a whole city is reckoned for, however many projects are seeded.
WHOLE = 10_000
#: The page on which the deep list stands, in parts of the list.
DEPTH = 0.8
#: Names and purposes of new applications: some resemble what is there, some nothing.
NEW = ("全市课程资源信息平台", "校园安全视频联网", "教师培训管理系统", "星际航标观测站", "基层题库数据治理")


def seed(city: City, url: str, files: Path, *, projects: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Seconds to seed, reckoned for `WHOLE` projects."""

    def watch(progress: Progress) -> None:
        if progress.done == progress.total:
            say(f"    {progress.step} {progress.done} in {progress.seconds:.0f} s")

    sown = sow(city.engine, settings(url, files), projects=projects, watch=watch)
    return {
        "projects": projects, "patterns_s": round(sown.played, 1), "copies_s": round(sown.copied, 1),
        "copies_per_s": round(projects / sown.copied, 1), "whole_s": round(sown.played + sown.copied * WHOLE / projects, 1),
    }  # fmt: skip


def waits(city: City, url: str, files: Path, *, rounds: int) -> dict[str, Any]:
    """Milliseconds of each page, list and check: the median and the 95th of a hundred."""
    app = create_app(city.engine, settings(url, files))
    browsers = {account: _signed_in(app, account) for account in (CLERK, REVIEWER, HEAD)}
    api = {account: _caller(city, app, account) for account in (CLERK, HEAD)}
    deep = _deep(api[HEAD])

    def page(account: str, path: str) -> Callable[[], None]:
        return lambda: _expect(browsers[account].get(path))

    def call(account: str, path: str) -> Callable[[], None]:
        return lambda: _expect(api[account](path))

    asked = {
        "inbox_clerk": page(CLERK, "/"),
        "inbox_reviewer": page(REVIEWER, "/"),
        "inbox_head": page(HEAD, "/"),
        "inbox_api": call(CLERK, "/api/v1/tasks"),
        "cases_clerk": page(CLERK, "/cases"),
        "projects_first": page(HEAD, "/registers/project"),
        "projects_deep": page(HEAD, f"/registers/project?after={deep}"),
        "projects_filtered": page(HEAD, "/registers/project?unit_id=jiaoyu&status=operating"),
        "projects_found": page(HEAD, "/registers/project?q=课程资源 平台"),
        "projects_of_a_unit": page(CLERK, "/registers/project"),
        "projects_api": call(HEAD, "/api/v1/registers/project?sort=-plan_year"),
        "projects_api_found": call(HEAD, "/api/v1/registers/project?q=课程资源"),
        "similarity": _application(city),
    }
    times = {name: _times(ask, rounds) for name, ask in asked.items()}
    return {
        "rounds": rounds,
        "median_ms": {name: round(_part(took, 0.5), 1) for name, took in times.items()},
        "p95_ms": {name: round(_part(took, 0.95), 1) for name, took in times.items()},
    }


def full_life() -> dict[str, Any]:
    """Seconds to play the whole life of a project, preparing the ground apart."""
    scenario = read(ROOT / "tests" / "scenarios" / "full_life.yaml")
    with Ground() as ground, ground.driver(scenario) as driver:
        began = time.perf_counter()
        report = play(scenario, driver)
        took = time.perf_counter() - began
    if not report.passed:
        raise RuntimeError("\n".join(as_lines(report)))
    return {"seconds": round(took, 2), "steps": len(report.steps), "years": "2026–2032"}


def _times(ask: Callable[[], None], rounds: int) -> list[float]:
    ask()  # what is read once a process is not what a person waits for
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)


def _part(took: Sequence[float], share: float) -> float:
    """The nearest rank: no figure that was not measured."""
    return took[min(len(took) - 1, int(len(took) * share))]


def _application(city: City) -> Callable[[], None]:
    """File an application: it is compared with every project and system, and stored."""
    walk, numbers = application_walk(city), count()

    def file() -> None:
        number = next(numbers)
        name = f"{NEW[number % len(NEW)]}{number}"
        city.engine.start_case(walk.process, {**walk.answers, "project_name": name}, by=walk.by)

    return file


def _signed_in(app: Flask, account: str) -> FlaskClient:
    client = app.test_client()
    found = re.search(r'name="csrf[-_]token" (?:content|value)="([^"]+)"', client.get("/sign-in").text)
    assert found is not None
    answer = client.post("/sign-in", data={"name": account, "password": PASSWORD, "csrf_token": found[1]})
    assert answer.status_code == 303, f"{account} cannot sign in: {answer.status_code}"
    return client


def _caller(city: City, app: Flask, account: str) -> Callable[[str], Any]:
    client, token = app.test_client(), bootstrap.create_token(city.engine, account, label="bench", by="system")
    return lambda path: client.get(path, headers={"Authorization": f"Bearer {token}"})


def _expect(answer: Any) -> None:
    assert answer.status_code == 200, f"{answer.request.path}: {answer.status_code}"


def _deep(call: Callable[[str], Any]) -> str:
    """The cursor of a page deep in the list of projects."""
    cursors: list[str] = []
    after = ""
    while True:
        found = call(f"/api/v1/registers/project?limit=200&after={after}").get_json()["after"]
        if found is None:
            return cursors[int(len(cursors) * DEPTH)]
        after = found
        cursors.append(found)
