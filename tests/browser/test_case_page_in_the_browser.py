"""The case page in Chromium: the diagram tells what happened at an element, by mouse and by keyboard, in light and dark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
READER = "pj_center_review.zhongxin"


@pytest.fixture(scope="module")
def case(site: Any) -> str:
    """An application that five reviewers have before them."""
    found: str = site.start("流程图检查用的项目", steps=2)
    return found


def open_case(visit: Any, case: str, **how: Any) -> Any:
    visitor = visit(READER, **how)
    visitor.open(f"/cases/{case}")
    visitor.page.locator(".diagram .has-step").first.wait_for(state="attached")
    return visitor


def shape(page: Any, element: str) -> Any:
    return page.locator(f'.djs-element[data-element-id="{element}"]').first


def test_a_click_on_an_element_opens_what_happened_there(visit: Any, case: str) -> None:
    page = open_case(visit, case).page
    active = page.locator(".djs-shape.active").first.get_attribute("data-element-id")
    shape(page, active).click()
    step = page.locator(f"#step-{active}")
    assert step.get_attribute("open") is not None
    assert step.locator("summary").evaluate("summary => summary === document.activeElement")
    assert "picked" in shape(page, active).get_attribute("class")

    page.locator('[data-zoom="fit"]').click()
    shape(page, "intake_check").click()
    other = page.locator("#step-intake_check")
    assert other.locator(".timeline-item").count() > 0
    assert step.get_attribute("open") is None


def test_an_element_that_was_not_reached_says_so(visit: Any, case: str) -> None:
    page = open_case(visit, case).page
    page.locator('[data-zoom="fit"]').click()
    shape(page, "sign_decision").click()
    assert re.search("^“.+”还没有走到。$", page.locator("[data-part=step-said]").inner_text())
    assert page.locator(".step[open]").count() == 0


def test_the_history_of_an_element_is_reached_by_keyboard_alone(visit: Any, case: str) -> None:
    page = open_case(visit, case).page
    summary = page.locator(".step summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator(".step").first.get_attribute("open") is not None
    element = page.locator(".step").first.get_attribute("data-step")
    page.wait_for_function("id => document.querySelector(`[data-element-id='${id}']`).classList.contains('picked')", arg=element)
    page.keyboard.press("Enter")
    assert page.locator(".step").first.get_attribute("open") is None


def test_light_and_dark_follow_the_device_until_one_is_chosen(visit: Any, case: str) -> None:
    page = open_case(visit, case).page
    root = page.locator("html")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.bsTheme === 'dark'")
    page.locator(".appearance > summary").click()
    page.get_by_role("button", name="浅色").click()
    page.wait_for_load_state()
    assert root.get_attribute("data-bs-theme") == "light"
    page.emulate_media(color_scheme="dark")
    assert root.get_attribute("data-bs-theme") == "light"
    assert page.url.endswith(f"/cases/{case}")


def test_the_page_holds_no_wider_content_on_a_narrow_screen(visit: Any, case: str) -> None:
    page = open_case(visit, case, width=390, height=800).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("english", [False, True], ids=["chinese", "english"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_either_theme_and_language(
    site: Any, visit: Any, case: str, theme: str, english: bool
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    visitor = visit(READER, english=english)
    visitor.page.context.add_cookies([{"name": "theme", "value": theme, "url": site.address}])
    faults = []
    for path in (
        f"/cases/{case}",
        "/",
        f"/tasks/{site.task(case, 'review_dimension')}",
        "/cases",
        "/start",
        "/registers",
        "/notices",
    ):
        page = visitor.open(path)
        page.wait_for_load_state("networkidle")
        for details in page.locator(".step > summary, .appearance > summary").all()[:3]:
            details.click()
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        faults += [
            f"{path} {fault['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
            for fault in found
            if fault["impact"] in SERIOUS
            for node in fault["nodes"]
        ]
    assert faults == [], "\n".join(faults)
