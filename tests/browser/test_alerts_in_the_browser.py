"""A monitor makes a rule of alerts, sees what it meets, sees it raised and told; the pages fit and axe finds nothing serious."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from receiving import Mailbox, http_server, smtp_server

from service.engine import alerting
from service.engine.outlets import Outlets
from service.engine.stuck import sweep
from service.settings import MailServer

MONITOR, SYSADMIN = "monitor.zhongxin", "sysadmin.zhongxin"
AXE = Path(__file__).parents[2] / "service" / "web" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
#: A folder for pictures of the pages, to be looked at.
PICTURES = os.environ.get("CHENGXU_TEST_PICTURES")


@pytest.fixture(scope="module")
def wired(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Mailbox]]:
    """A site that sends mail, with a case that nobody has taken for five days and a webhook that has failed."""
    with serve(tmp_path_factory.mktemp("alerts")) as site, smtp_server() as box, http_server() as hook:
        server = MailServer(host="127.0.0.1", port=box.port, security="none", sender="程序 <chengxu@example.org>")
        engine = site.city.engine
        engine.machine.outlets = Outlets(mail=server, public_url=site.address, webhook_private=True)
        for account in (MONITOR, SYSADMIN):
            engine.change_notifications(email=f"{account}@example.org", ways={}, english=False, by=account)
        hook.status = 500
        webhook = engine.add_webhook(
            address=hook.address + "/ops", secret="a-secret-of-some-length", kinds=["overdue"], by=MONITOR
        )
        engine.try_webhook(webhook, by=MONITOR)
        site.start("无人受理的项目", steps=1)
        site.city.clock.advance(timedelta(days=5))
        sweep(engine.machine, whole=True)
        yield site, box


def opened_when_sent(monitor: Any) -> Any:
    """The page once the worker has delivered the message, which it does beside us."""
    for _ in range(100):
        page = monitor.open("/console/alerts")
        if page.get_by_text("已送达").count():
            return page
    raise AssertionError("the message was not delivered")


def test_a_rule_is_made_met_raised_told_and_over(wired: tuple[Any, Mailbox], visit: Callable[..., Any]) -> None:
    site, box = wired
    monitor = visit(MONITOR, at=site)
    page = monitor.open("/console/alerts")
    page.get_by_role("link", name="新建规则").click()
    page.get_by_label("名称").fill("两天无人受理")
    page.get_by_label("原因种类").select_option(label="长期无人领取")
    page.get_by_label("每件已持续", exact=True).fill("2")
    page.get_by_label("每件已持续的单位").select_option(label="天")
    page.get_by_label("每天这段时间不打扰").uncheck()
    page.get_by_role("button", name="看看现在有几件符合").click()
    page.get_by_text("现在有 1 件符合").wait_for()
    assert page.get_by_label("名称").input_value() == "两天无人受理"

    page.get_by_label("原因", exact=True).fill("值班要求")
    page.get_by_role("button", name="保存规则").click()
    page.get_by_role("heading", name="请更正以下 1 处").wait_for()
    assert monitor.focused(".summary")
    page.get_by_role("link", name="请选择接收人").click()
    page.get_by_label(MONITOR).first.check()
    page.get_by_role("button", name="保存规则").click()
    page.get_by_text("告警规则已保存").wait_for()
    page.get_by_text("1 件符合").wait_for()

    alerting.evaluate(site.city.engine.machine)
    site.city.worker.drain()
    page = opened_when_sent(monitor)
    raised = page.locator("section", has_text="正在告警").first
    raised.get_by_role("link", name="两天无人受理").wait_for()
    assert str(box.mails[0]["Subject"]) == "[程序] 告警：两天无人受理（1 件）"
    raised.get_by_role("link", name="1 件").click()
    page.get_by_text("无人受理的项目").first.wait_for()

    page = monitor.open("/console/alerts")
    page.get_by_role("button", name="发送测试").first.click()
    page.get_by_text("1 条测试消息已排队").wait_for()


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_fit_and_axe_finds_nothing_serious(
    wired: tuple[Any, Mailbox], visit: Callable[..., Any], width: int, english: bool
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts in service/web/assets")
    site, _ = wired
    visitor = visit(SYSADMIN, at=site, width=width, english=english)
    machine = site.city.engine.machine
    with machine.store.read() as connection:
        rules = [f"/console/alerts/{view.rule.id}" for view in alerting.list_rules(machine, connection)]
    for name, path in {"list": "/console/alerts", "new": "/console/alerts/new", "settings": "/console/settings",
                       **{f"rule{number}": path for number, path in enumerate(rules[:1])}}.items():  # fmt: skip
        page = visitor.open(path)
        page.locator("h1").first.wait_for()
        if name == "settings":
            page.locator(".alert-deed summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/alerts-{name}-{width}-{'en' if english else 'zh'}.png", full_page=True)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
