"""The case page in Chromium: the diagram tells what happened at an element, by mouse and by keyboard, in light and dark."""

from __future__ import annotations

import re
from typing import Any

import pytest

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
