"""A monitor puts a project's application right in the browser, and moves cases to another version; on wide and narrow screens."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.engine.bundle import read_bundle
from service.engine.publishing import publish

AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
MONITOR = "monitor.zhongxin"
SERIOUS = {"serious", "critical"}
#: A folder into which pictures of the pages are put, to be looked at.
PICTURES = os.environ.get("CHENGXU_TEST_PICTURES")


@pytest.fixture
def case(site: Any) -> str:
    started: str = site.start("需要纠正的申报", steps=1)
    return started


def newer_version(site: Any) -> None:
    """Publish a version of the process that differs in the name of a step."""
    shipped = read_bundle(Path(__file__).parents[2])
    name = next(name for name in shipped.diagrams if name.endswith("/project_application.bpmn"))
    changed = shipped.diagrams[name].decode().replace('name="受理审查"', 'name="受理审查（新）"')
    publish(site.city.engine.machine, replace(shipped, diagrams={**shipped.diagrams, name: changed.encode()}), by="system")


def test_a_case_is_moved_after_a_look_at_what_that_does(site: Any, visit: Any, case: str) -> None:
    page = visit(MONITOR).open(f"/cases/{case}")
    page.get_by_role("link", name="移到其他环节").click()
    page.locator("#to").select_option("revise_application")
    page.get_by_role("button", name="先看后果").click()
    assert "修改申报材料" in page.locator("section", has=page.get_by_role("heading", name="移动的后果")).inner_text()
    page.locator("#reason").fill("走错了环节")
    page.get_by_role("button", name="移动", exact=True).click()
    page.locator("#history").get_by_text("移到“修改申报材料”").first.wait_for()
    assert [one.element for one in site.city.tasks(case)] == ["revise_application"]


@pytest.mark.parametrize("english", [False, True], ids=["chinese", "english"])
def test_axe_finds_nothing_serious_on_the_pages_of_a_monitor(site: Any, visit: Any, case: str, english: bool) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    newer_version(site)
    standing = site.city.tasks(case)[0].element
    filed = next(link.element for link in site.city.history(case) if link.kind in ("case.started", "task.completed"))
    paths = {
        "case": f"/cases/{case}",
        "move": f"/console/cases/{case}/move?from={standing}&to={filed}",
        "correct": f"/console/cases/{case}/correct?element={filed}",
        "migrate": "/console/processes/project_application/migrate",
    }
    timers = [row.id for row in site.city.waiting(case) if row.table == "job" and row.kind == "timer"]
    if timers:
        paths["timer"] = f"/console/timers/{timers[0]}"
    faults = []
    for width in (390, 1280):
        visitor = visit(MONITOR, english=english, width=width, height=900)
        for name, path in paths.items():
            page = visitor.open(path)
            page.wait_for_load_state("networkidle")
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/{name}-{'en' if english else 'zh'}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
            page.evaluate(AXE.read_text("utf-8"))
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            faults += [
                f"{path} {fault['id']}: {node['html'][:160]}"
                for fault in found
                if fault["impact"] in SERIOUS
                for node in fault["nodes"]
            ]
    assert faults == [], "\n".join(faults)
