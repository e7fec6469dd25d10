"""S27: an administrator finds what is stuck, retries it, reassigns it, and decides nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.engine.stuck import sweep
from service.sdk import HANDLERS, Context, Registered
from service.store import reads

MONITOR, INTAKE = "monitor.zhongxin", "pj_center_intake.zhongxin"
AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
PARKED, UNTAKEN = "核对信用信息的项目", "无人受理的项目"
#: A folder for pictures of the pages, to be looked at.
PICTURES = os.environ.get("CHENGXU_TEST_PICTURES")


class Connector:
    """The step that compares registers, as if it asked another system that is down."""

    def __init__(self, honest: Registered) -> None:
        self.up = False
        self._honest = honest

    def run(self, context: Context) -> Any:
        if not self.up:
            raise OSError("credit platform: 500 Internal Server Error")
        return self._honest.run(context)


@pytest.fixture(scope="module")
def broken(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Connector]]:
    """A site with a case whose connector has failed three times, and one that nobody has taken for two working days."""
    with serve(tmp_path_factory.mktemp("stuck")) as site:
        honest = HANDLERS["check_registers"]
        connector = Connector(honest)
        HANDLERS["check_registers"] = Registered(name=honest.name, run=connector.run, inline=False, source=__file__)
        try:
            case = site.start(PARKED, steps=2)
            site.start(UNTAKEN, steps=1)
            for _ in range(3):
                site.city.clock.advance(timedelta(minutes=1))
                site.city.worker.drain()
                site.settle(case)
            assert job_of(site, case)["state"] == "parked"
            site.city.clock.advance(timedelta(days=5))
            sweep(site.city.engine.machine, whole=True)
            yield site, connector
        finally:
            HANDLERS["check_registers"] = honest


def job_of(site: Any, case: str) -> dict[str, Any]:
    with site.city.store.read() as connection:
        return next(dict(job) for job in reads.list_case_jobs(connection, [case]) if job["type"] == "check_registers")


def test_an_administrator_finds_what_is_stuck_retries_reassigns_and_decides_nothing(
    broken: tuple[Any, Connector], visit: Callable[..., Any]
) -> None:
    site, connector = broken
    monitor = visit(MONITOR, at=site)
    page = monitor.open("/console/stuck")
    failed = page.locator("tr", has_text=PARKED).filter(has_text="credit platform: 500")
    waits = page.locator("tr", has_text=UNTAKEN).filter(has_text="长期无人领取")
    failed.first.wait_for()
    assert "自动步骤失败" in failed.first.inner_text()
    assert "天" in failed.first.locator("time").first.inner_text()
    assert "天" in waits.first.locator("time").first.inner_text()

    connector.up = True
    failed.first.locator("a.btn").click()
    page.get_by_text("将重新执行").wait_for()
    page.get_by_label("原因").fill("信用平台已恢复")
    page.get_by_role("button", name="执行").click()
    history = page.locator("#history")
    history.get_by_text("信用平台已恢复").wait_for()
    case = page.url.rpartition("/")[2]
    site.settle(case)
    assert [one.element for one in site.city.tasks(case)].count("review_dimension") > 0, "the case goes on"

    page = monitor.open("/console/stuck")
    page.get_by_role("heading", name="卡住的案件").first.wait_for()
    assert page.locator("tr", has_text="credit platform: 500").count() == 0
    waits.first.locator("a.btn").click()
    page.get_by_label("改派给").fill(INTAKE)
    page.get_by_role("button", name="先看会发生什么").click()
    page.get_by_text("将改派给").wait_for()
    page.get_by_label("原因").fill("两个工作日无人领取")
    page.get_by_role("button", name="执行").click()
    page.locator("#history").get_by_text("两个工作日无人领取").wait_for()
    page.locator("#history").get_by_text("转办给").first.wait_for()
    other = page.url.rpartition("/")[2]
    (task,) = [one for one in site.city.tasks(other) if one.element == "intake_check"]
    assert task.holder == INTAKE
    actors = {link.actor for link in site.city.history(other) if link.kind == "task.transferred"}
    assert actors == {MONITOR}

    page = monitor.open(f"/tasks/{task.id}")
    page.locator("h1").wait_for()
    assert page.locator("[data-action=submit]").count() == 0
    assert page.get_by_role("button", name="领取").count() == 0


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_batches_fit_and_axe_finds_nothing_serious(
    broken: tuple[Any, Connector], visit: Callable[..., Any], width: int, english: bool
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    site, _ = broken
    engine = site.city.engine
    cases = [site.start(f"批量核对的项目之{number}") for number in range(3)]
    engine.terminate_case(cases[0], reason="重复申报", by=MONITOR)
    batch = engine.ask_batch("suspend_case", subjects=cases, arguments={}, reason="系统割接，暂停办理", by=MONITOR).id
    site.city.worker.drain()
    visitor = visit(MONITOR, at=site, width=width, english=english)
    chosen = "&".join(f"subject={case}" for case in cases)
    paths = {
        "list": "/console/batches", "one": f"/console/batches/{batch}", "choose": "/console/batches/new",
        "look": f"/console/batches/new?kind=resume_case&{chosen}", "case": f"/cases/{cases[1]}",
    }  # fmt: skip
    for name, path in paths.items():
        page = visitor.open(path)
        page.locator("h1").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/batch-{name}-{width}-{'en' if english else 'zh'}.png", full_page=True)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == [], path
