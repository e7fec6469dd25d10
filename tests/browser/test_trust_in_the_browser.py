"""审计与存证 in a browser: on a narrow screen and in English, without a serious fault of accessibility."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from drawing import chain, end, form, start, text_field, user_task

from service.engine.checkpoint_key import Vault
from service.engine.checkpoints import make_checkpoint
from service.engine.protected_reads import let_through

AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
CLERK, AUDIT, MONITOR = "pj_unit_clerk.jiaoyu", "pj_audit.shenji", "monitor.zhongxin"
PAGES = ("/console/trust", "/console/trust/reads", "/console/trust/administrators")
#: A folder for pictures of the pages, to be looked at.
PICTURES = os.environ.get("CHENGXU_TEST_PICTURES")


@pytest.fixture(scope="module")
def told(site: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A site whose record has something to show on each page."""
    folder = tmp_path_factory.mktemp("trust")
    machine = site.city.engine.machine
    machine.vault = Vault(folder=folder / "checkpoints", key_file=folder / "checkpoint.key")
    informant = {**text_field("informant"), "label": "举报人", "properties": {"readers": "pj_center_lead"}}
    body = start() + user_task("report", form="whistle.report") + user_task("look_into") + end()
    site.city.deploy(
        {"whistle": body + chain("begin", "report", "look_into", "finished")},
        {"whistle.report": form("whistle.report", informant)},
    )
    case = site.city.engine.start_case("whistle", {}, by=CLERK).id
    let_through(machine, "pj_center_lead.zhongxin", case, ["informant"])
    site.city.engine.suspend_case(case, reason="等待上级复核，暂停办理", by=MONITOR)
    site.city.engine.resume_case(case, reason="复核完毕", by=MONITOR)
    make_checkpoint(machine, by="operator")
    return site


def test_a_verification_is_started_and_its_verdict_read(told: Any, visit: Callable[..., Any]) -> None:
    page = visit(AUDIT, at=told).open("/console/trust")
    page.get_by_role("button", name="核验全部历史").click()
    page.get_by_text("已开始核验").wait_for()
    for _ in range(60):
        if page.get_by_text("全部完整，未被改动").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_text("全部完整，未被改动").wait_for()


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_fit_and_axe_finds_nothing_serious(told: Any, visit: Callable[..., Any], width: int, english: bool) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    visitor = visit(AUDIT, at=told, width=width, english=english)
    for path in PAGES:
        page = visitor.open(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == [], path
        if PICTURES:
            name = f"{path.rsplit('/', 1)[1]}-{width}-{'en' if english else 'zh'}.png"
            page.screenshot(path=f"{PICTURES}/{name}", full_page=True)
