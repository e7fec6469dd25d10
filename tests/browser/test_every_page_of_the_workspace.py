"""Every page of the workspace in both languages, light and dark: nothing that axe calls serious, nothing wider than a phone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
CLERK, COLLEAGUE, LEAD, OTHER_LEAD = (
    "pj_unit_clerk.jiaoyu",
    "pj_unit_clerk.jiaoyu.2",
    "pj_unit_lead.jiaoyu",
    "pj_unit_lead.shuili",
)
REVIEWER = "pj_center_review.zhongxin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Three cases: one that is being signed by several, one under review, one that is closed; the signer's task of the first."""

    signed: str
    reviewed: str
    closed: str
    signing: str
    asked: str


@pytest.fixture(scope="module")
def met(site: Any) -> Met:
    engine = site.city.engine
    signed = site.start("各页走查：会签中")
    signing = site.task(signed, "sign_application")
    engine.add_signers(signing, [OTHER_LEAD], way="before", reason="涉及专网，请会商", by=LEAD)
    engine.comment(signed, "请补充文号", mentions=[CLERK], by=LEAD)
    engine.copy_case(signed, [COLLEAGUE], words="供参考", by=CLERK)
    for who in (CLERK, LEAD):
        engine.follow_case(signed, by=who)
    asked = next(task.id for task in site.city.tasks(signed) if task.id != signing)
    reviewed = site.start("各页走查：审查中", steps=2)
    return Met(
        signed=signed, reviewed=reviewed, closed=site.start("各页走查：已办结", steps=len(site.s01.STEPS)),
        signing=signing, asked=asked,
    )  # fmt: skip


def pages(site: Any, met: Met) -> dict[str, tuple[str, ...]]:
    return {
        LEAD: (
            "/", "/?view=done", f"/tasks/{met.signing}", f"/cases/{met.signed}", "/deputies", "/overdue",
            "/settings/notifications", "/tasks/nothing",
        ),
        OTHER_LEAD: ("/", f"/tasks/{met.asked}"),
        CLERK: (
            "/?view=started", "/?view=followed", "/start", "/start/project_application", f"/cases/{met.closed}", "/cases",
            "/notices", "/registers", "/registers/unit", "/trace", f"/cases/{met.closed}/trace",
        ),
        COLLEAGUE: ("/?view=copied",),
        REVIEWER: (f"/tasks/{site.task(met.reviewed, 'review_dimension')}", f"/cases/{met.reviewed}", "/parameters"),
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("english", [False, True], ids=["chinese", "english"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_a_phone_shows_it_whole(site: Any, visit: Any, met: Met, theme: str, english: bool) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    axe, faults = AXE.read_text("utf-8"), []
    for account, paths in pages(site, met).items():
        visitor = visit(account, english=english)
        visitor.page.context.add_cookies([{"name": "theme", "value": theme, "url": site.address}])
        for path in paths:
            page = visitor.open(path)
            page.wait_for_load_state("networkidle")
            assert page.locator("html").get_attribute("data-bs-theme") == theme
            page.set_viewport_size({"width": 390, "height": 844})
            if page.evaluate("document.documentElement.scrollWidth") > 390:
                faults.append(f"{path} is wider than a phone")
            page.set_viewport_size({"width": 1280, "height": 800})
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            page.evaluate(axe)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            faults += [
                f"{path} {fault['id']}: {node['html'][:160]}"
                for fault in found
                if fault["impact"] in ("serious", "critical")
                for node in fault["nodes"]
            ]
    assert faults == [], "\n".join(faults)


def test_what_signers_and_deciders_did_is_said_in_english(site: Any, visit: Any, met: Met) -> None:
    page = visit(OTHER_LEAD, english=True).open(f"/tasks/{met.asked}")
    assert "Added signature: 签署申报材料" in page.locator(".task-line").inner_text()
    page = visit(LEAD, english=True).open(f"/cases/{met.signed}")
    assert "加签" not in page.locator("main").inner_text()
    page.goto(f"{site.address}/cases/{met.closed}")
    assert "刘建国 Agree (签署申报材料), signed" in page.locator("#history").inner_text()


def test_an_added_signer_is_not_counted_as_one_of_the_step(visit: Any, met: Met) -> None:
    page = visit(LEAD).open(f"/tasks/{met.signing}")
    page.locator("#signing").get_by_text("吴长河").first.wait_for()
    assert page.get_by_role("heading", name="同一环节").count() == 0


def test_sheet_and_case_file_are_fetched_from_the_case_page_and_are_the_same_twice(visit: Any, met: Met) -> None:
    visitor = visit(CLERK)
    page = visitor.open(f"/cases/{met.closed}")
    links = {name: page.get_by_role("link", name=name).get_attribute("href") for name in ("打印审批单", "下载案卷")}
    for (name, path), mark in zip(links.items(), (b"%PDF-", b"PK"), strict=True):
        first, second = (page.request.get(visitor.site.address + str(path)) for _ in range(2))
        assert (first.status, first.body()[: len(mark)]) == (200, mark), name
        assert hashlib.sha256(first.body()).digest() == hashlib.sha256(second.body()).digest(), name
