"""An administrator looks at a process: what stands where, what failed, how long steps take. Every page of the console fits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.engine.stuck import sweep
from service.sdk import HANDLERS, Context, Registered
from service.store import heartbeats

MONITOR, SYSADMIN = "monitor.zhongxin", "sysadmin.zhongxin"
AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
#: A folder for pictures of the pages, to be looked at.
PICTURES = os.environ.get("CHENGXU_TEST_PICTURES")
PROCESS = "/console/processes/project_application"


def fail(context: Context) -> None:
    """The step that compares registers, as if it asked another system that is down."""
    raise OSError("credit platform: 500 Internal Server Error")


@pytest.fixture(scope="module")
def busy(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A site with applications at several steps: one failed, one overdue, the others on their way."""
    with serve(tmp_path_factory.mktemp("busy")) as site:
        site.start("已走远的项目", steps=3)
        site.start("逾期的项目", steps=1)
        site.start("刚申报的项目", steps=0)
        honest = HANDLERS["check_registers"]
        HANDLERS["check_registers"] = Registered(name=honest.name, run=fail, inline=False, source=__file__)
        try:
            failed = site.start("核对失败的项目", steps=2)
            for _ in range(3):
                site.city.clock.advance(timedelta(minutes=1))
                site.city.worker.drain()
                site.settle(failed)
        finally:
            HANDLERS["check_registers"] = honest
        site.city.clock.advance(timedelta(days=20))
        machine = site.city.engine.machine
        sweep(machine, whole=True)
        with machine.store.write() as connection:
            heartbeats.beat(connection, "worker-1", at=machine.clock.machine())
        yield site


def test_the_drawing_shows_what_stands_failed_and_is_late_and_then_how_long_steps_take(
    busy: Any, visit: Callable[..., Any]
) -> None:
    page = visit(MONITOR, at=busy).open(PROCESS)
    badges = page.locator(".djs-overlay .figure")
    badges.first.wait_for()
    on = page.locator('.djs-overlays[data-container-id="intake_check"]')
    assert on.locator(".figure-standing").inner_text() == "1"
    assert on.locator(".figure-overdue").inner_text() == "逾 1"
    failed = page.locator('.djs-overlays[data-container-id="check_registers"]')
    assert failed.locator(".figure-incident").inner_text() == "败 1"
    row = page.locator("#element-check_registers")
    assert row.locator("td").nth(3).inner_text() == "1"

    page.get_by_role("radio", name="停留").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".djs-overlay .figure-time").first.wait_for()
    assert page.locator(".djs-overlay .figure-standing").count() == 0
    assert page.locator("[data-key=time]").is_visible()
    fills = page.locator('[data-element-id="sign_application"] .djs-visual rect').first.get_attribute("style")
    assert fills is not None
    assert "255, 255, 255" not in fills, "a step with a duration is tinted"

    row.locator("td").nth(3).get_by_role("link").click()
    page.get_by_role("heading", name="卡住的案件").wait_for()
    assert page.locator("tr", has_text="credit platform: 500").count() == 1


def test_all_cases_are_narrowed_by_what_was_filled_in(busy: Any, visit: Callable[..., Any]) -> None:
    page = visit(MONITOR, at=busy).open("/console/cases")
    page.get_by_label("流程").select_option("project_application")
    page.get_by_role("button", name="筛选").click()
    page.get_by_text("按填报内容筛选").click()
    page.get_by_label("项目名称").fill("核对失败")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name="核对失败的项目").wait_for()
    assert page.locator("[data-row]").count() == 1
    assert page.get_by_label("项目名称").input_value() == "核对失败"


@pytest.mark.parametrize("english", [False, True], ids=["chinese", "english"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_of_the_console_fits_and_axe_finds_nothing_serious(
    busy: Any, visit: Callable[..., Any], width: int, english: bool
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    visitor = visit(MONITOR, at=busy, width=width, english=english)
    page = visitor.open("/console/stuck")
    paths = page.locator("nav.sections a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(paths) >= 6
    for path in [
        *paths,
        PROCESS,
        "/console/cases?process=project_application&v.project_name=x",
        "/console/cases?process=nothing",
    ]:
        page = visitor.open(path)
        page.locator("h1").first.wait_for()
        page.wait_for_load_state("networkidle")
        name = path.strip("/").partition("?")[0].replace("/", "-") + ("-narrowed" if "?" in path else "")
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{width}-{'en' if english else 'zh'}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert grave == [], path


def test_what_is_picked_is_handled_together(busy: Any, visit: Callable[..., Any]) -> None:
    page = visit(MONITOR, at=busy).open("/console/stuck?cause=untaken")
    act = page.get_by_role("button", name="处理所选…")
    act.wait_for()
    assert act.is_disabled()
    boxes = page.locator("[data-pick]")
    number = boxes.count()
    assert number >= 2
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_text("已选 2 项").wait_for()
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/stuck-picked.png", full_page=True)
    page.get_by_label("选中本页全部").check()
    page.get_by_text(f"已选 {number} 项").wait_for()
    boxes.nth(0).uncheck()
    act.click()
    page.get_by_role("heading", level=1).wait_for()
    assert page.url.count("subject=") == number - 1


def test_cases_are_picked_from_the_list_and_handled_together(busy: Any, visit: Callable[..., Any]) -> None:
    page = visit(MONITOR, at=busy).open("/console/cases?process=project_application")
    page.get_by_label("做什么").select_option("suspend_case")
    for name in ("刚申报的项目", "逾期的项目"):
        page.get_by_role("checkbox", name=f"选中 {name}").check()
    page.get_by_text("已选 2 项").wait_for()
    page.get_by_role("button", name="处理所选…").click()
    page.get_by_text("共 2 项，可以 2 项").wait_for()
    page.get_by_label("原因").fill("核对预算")
    page.get_by_role("button", name="执行这一批").click()
    page.get_by_role("heading", name="暂停案件").wait_for()
    for _ in range(2):
        busy.city.clock.advance(timedelta(seconds=2))
        busy.city.worker.drain()
    page.get_by_text("已暂停。").nth(1).wait_for()
