"""The law where it governs: at each field, at each finding, at each date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
CLERK = "pj_unit_clerk.jiaoyu"


def summary_of(site: Any, article: str) -> Any:
    return site.city.engine.machine.rules.catalogue.get_article(article)


@pytest.fixture
def refused(site: Any, visit: Any) -> Any:
    """Somebody whose acceptance a rule has refused: one material is missing."""
    case = site.start("缺一份材料的项目", steps=1)
    intake = visit(site.s01.INTAKE)
    intake.open(f"/tasks/{site.task(case, 'intake_check')}")
    intake.form_is_there()
    intake.form.fill({**site.s01.ACCEPTED, "checklist": [{"present": True}] * 5 + [{"present": False}]})
    intake.submit()
    intake.page.get_by_role("heading", name="请更正以下").wait_for()
    return intake


def faults(page: Any) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def test_a_field_tells_the_article_that_governs_it(site: Any, visit: Any) -> None:
    clerk = visit(CLERK)
    page = clerk.open("/start/project_application")
    clerk.form_is_there()
    clerk.form.fill({"is_secret": False})
    control = clerk.form.control("project_name")
    mark = page.locator(".law").filter(has=control).last.get_by_role("button")
    assert mark.get_attribute("id") in control.get_attribute("aria-describedby").split()

    mark.focus()
    page.keyboard.press("Enter")

    article = summary_of(site, "pj-2020#10")
    box = page.locator(f"[id='{mark.get_attribute('aria-controls')}']")
    assert article.ref in box.inner_text()
    assert article.heading in box.inner_text()
    assert article.zh in box.inner_text()
    page.keyboard.press("Enter")
    box.wait_for(state="detached")


def test_the_law_at_a_field_is_told_in_english_to_who_reads_english(site: Any, visit: Any) -> None:
    clerk = visit(CLERK)
    clerk.page.context.add_cookies([{"name": "lang", "value": "en", "url": site.address}])
    page = clerk.open("/start/project_application")
    clerk.form_is_there()
    mark = page.locator(".law-mark").first
    assert " ".join(mark.inner_text().split()) == "Basis: art 32"
    mark.click()
    assert summary_of(site, "pj-2020#32").en in page.locator(".law-box").inner_text()


def test_a_finding_names_its_rule_and_opens_its_article_in_the_summary_and_at_the_field(site: Any, refused: Any) -> None:
    article = summary_of(site, "pj-2020#13")
    for place in (".summary", ".fjs-form"):
        source = refused.page.locator(f"{place} details.source")
        assert source.locator("summary").inner_text() == f"规则 R-PJ-04 · 依据 {article.ref}"
        assert not source.get_by_text(article.zh).is_visible()
        source.locator("summary").press("Enter")
        assert source.get_by_text(article.zh).is_visible()


def test_a_page_with_findings_and_opened_law_is_free_of_axe_faults(refused: Any) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    page = refused.page
    for one in page.locator("details.source > summary, .why > summary, .clock > summary, .law-mark").all():
        one.press("Enter")
    assert faults(page) == []


@pytest.mark.parametrize("width", [390, 320])
def test_the_reasons_of_a_date_fit_a_narrow_screen(site: Any, visit: Any, width: int) -> None:
    case = site.start("期限说明在手机上", steps=1)
    intake = visit(site.s01.INTAKE, width=width, height=844)
    for path in ("/", f"/tasks/{site.task(case, 'intake_check')}", f"/cases/{case}"):
        page = intake.open(path)
        page.wait_for_load_state("networkidle")
        page.locator(".why > summary").filter(visible=True).last.click()
        page.locator(".clock > summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_date_tells_what_it_rests_on_wherever_it_is_shown(site: Any, visit: Any) -> None:
    case = site.start("说明期限的项目", steps=1)
    intake = visit(site.s01.INTAKE)
    task = site.task(case, "intake_check")
    for path, place in (("/", "[data-row]"), (f"/tasks/{task}", ".task-due"), (f"/cases/{case}", ".waiting")):
        page = intake.open(path)
        shown = page.locator(place).filter(has=page.locator(".why")).last
        shown.locator(".why > summary").click()
        told = shown.locator(".why-box").inner_text()
        assert "5个工作日" in told
        assert "依据：实践参数，不是法规规定的期限" in told  # no article gives the five days
