"""The demonstration's clock in the header: anybody moves it, sees the new day, and what fell due on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

CLERK = "pj_unit_clerk.jiaoyu"


@pytest.fixture(scope="module")
def moving(serve: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A service whose clock can be moved."""
    with serve(tmp_path_factory.mktemp("moving"), movable=True) as made:
        yield made


def test_the_clock_is_set_and_advanced_from_the_header(moving: Any, visit: Any) -> None:
    case = moving.start("时钟拨动期间的项目", steps=1)
    intake = visit(moving.s01.INTAKE, at=moving)
    page = intake.open(f"/cases/{case}")
    header = page.locator(".clock > summary")
    assert "2026-08-20 周四" in header.inner_text()

    header.click()
    page.get_by_role("button", name="+1 天").click()
    page.locator(".clock > summary").get_by_text("2026-08-21 周五").wait_for()

    page.locator(".clock > summary").click()
    page.get_by_label("把法定时间拨到").fill("2026-08-31T09:30")
    page.get_by_role("button", name="设定").click()
    page.locator(".clock > summary").get_by_text("2026-08-31 周一 09:30").wait_for()

    told = page.locator("#history .timeline").inner_text()
    assert "陈思雨 把演示时钟从 2026-08-21 10:00 拨到 2026-08-31 09:30" in told
    assert "逾期" in page.locator(".waiting").inner_text()


def test_legal_time_does_not_go_back_and_the_page_says_so(moving: Any, visit: Any) -> None:
    moving.start("使时钟不能倒退的项目")
    page = visit(CLERK, at=moving).open("/")
    page.locator(".clock > summary").click()
    page.get_by_label("把法定时间拨到").fill("2026-01-05T09:00")
    page.get_by_role("button", name="设定").click()
    page.locator(".clock").get_by_text("法定时间不能倒退").wait_for()
    assert page.get_by_role("button", name="设定").is_enabled()


def test_the_clock_is_opened_and_left_by_keyboard(moving: Any, visit: Any) -> None:
    visitor = visit(CLERK, at=moving)
    page = visitor.open("/")
    page.locator(".clock > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="+10 天").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="+10 天").wait_for(state="hidden")
    assert visitor.focused(".clock > summary")
