"""告警 and 外发设置: pages and API of the rules of alerts, of mail and of everybody's webhooks; for those who may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from receiving import Hook, Mailbox, free_port, http_server, smtp_server

from service.engine import alerting, stuck
from service.engine.events import Event
from service.engine.outlets import Outlets
from service.settings import MailServer
from service.store.administrators import ActionFilter, list_actions
from service.web.api import alerts as alerts_api
from service.web.api import outlets as outlets_api

CLERK, MONITOR, SYSADMIN, AUDIT = "pj_unit_clerk.jiaoyu", "monitor.zhongxin", "sysadmin.zhongxin", "pj_audit.shenji"
PAGE, SETTINGS = "/console/alerts", "/console/settings"
SECRET = "a-secret-of-some-length"
RULE = {
    "name": "无人领取", "cause": "untaken", "least": "1", "older": "0", "older_in": "hours", "every": "24", "every_in": "hours",
    "recipients": f"mail:{MONITOR}", "reason": "值班要求",
}  # fmt: skip
ASKED = {
    "name": "无人领取", "cause": "untaken", "least": 1, "older": 60, "every": 120, "quiet_from": "22:00", "quiet_until": "07:30",
    "recipients": [{"way": "mail", "to": MONITOR}], "reason": "值班要求",
}  # fmt: skip


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_server() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with http_server() as made:
        yield made


@pytest.fixture
def wired(site: Any, mailbox: Mailbox) -> Any:
    """A site that sends mail; the monitor and the system administrator have an address."""
    connect(site, port=mailbox.port)
    for account in (MONITOR, SYSADMIN):
        site.city.engine.change_notifications(email=f"{account}@example.org", ways={}, english=False, by=account)
    return site


def connect(site: Any, **more: Any) -> None:
    given = {"host": "127.0.0.1", "security": "none", "sender": "程序 <chengxu@example.org>", **more}
    site.city.engine.machine.outlets = Outlets(
        mail=MailServer(**given), public_url="https://chengxu.example.org", webhook_private=True
    )


def browser(site: Any, account: str, *, english: bool = False) -> Any:
    made = site.browser()
    made.sign_in(account)
    if english:
        made.client.set_cookie("lang", "en")
    return made


def opened(site: Any, account: str, path: str = PAGE, *, english: bool = False) -> Any:
    return browser(site, account, english=english).client.get(path)


def post(site: Any, account: str, path: str, **fields: Any) -> Any:
    made = browser(site, account)
    return made.client.post(path, data={**fields, "csrf_token": made.token}, follow_redirects=True)


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.text))


def jam(site: Any, clock: Any) -> str:
    """A case whose task nobody took for a week, as the monitor found it."""
    case: str = site.start()
    clock.set(clock.now() + timedelta(days=7))
    stuck.sweep(site.city.engine.machine, whole=True)
    return case


def rule_of(site: Any) -> str:
    """The id of the one rule."""
    machine = site.city.engine.machine
    with machine.store.read() as connection:
        (view,) = alerting.list_rules(machine, connection)
    return str(view.rule.id)


def kinds(site: Any, account: str) -> list[str]:
    """What somebody did, signing in aside, the newest first."""
    where = ActionFilter(beside=(Event.SIGNED_IN, Event.TOKEN_CREATED))
    with site.city.store.read() as connection:
        return [one["kind"] for one in list_actions(connection, [account], where, after=None, limit=50)]


# --- the page of alerts -------------------------------------------------------------------------------------------------


def test_a_rule_is_made_raised_told_and_shown_with_its_delivery(wired: Any, clock: Any, mailbox: Mailbox) -> None:
    assert "没有告警规则" in opened(wired, MONITOR).text
    page = post(wired, MONITOR, f"{PAGE}/new", **RULE)
    assert "告警规则已保存" in page.text
    assert "0 件符合" in text(page)
    case = jam(wired, clock)
    alerting.evaluate(wired.city.engine.machine)
    wired.city.worker.drain()
    shown = text(opened(wired, MONITOR))
    assert re.search(r"正在告警 1 .*无人领取.*1 件.*08-27 12:00 已发送", shown)
    assert "1 件符合" in shown
    assert "✓ 已送达" in shown
    assert mailbox.recipients == [f"{MONITOR}@example.org"]
    told = text(opened(wired, MONITOR, english=True))
    assert "Raised now 1" in told
    assert "1 meet it" in told
    assert wired.city.case(case).business_key in text(opened(wired, MONITOR, f"{PAGE}/{rule_of(wired)}"))


def test_what_was_not_delivered_says_why_and_that_it_will_be_tried_again(wired: Any, mailbox: Mailbox) -> None:
    mailbox.answer = "451 try later"
    post(wired, MONITOR, f"{PAGE}/new", **RULE)
    assert "1 条测试消息已排队" in post(wired, MONITOR, f"{PAGE}/{rule_of(wired)}/test").text
    wired.city.worker.drain()
    shown = text(opened(wired, MONITOR))
    assert "未送达，将重试" in shown
    assert "邮件服务器不接受（451） 下次：" in shown
    assert "The mail server refused it (451)" in text(opened(wired, MONITOR, english=True))


def test_the_form_says_how_many_meet_it_and_changes_nothing(wired: Any, clock: Any) -> None:
    case = jam(wired, clock)
    page = post(wired, MONITOR, f"{PAGE}/new", **{**RULE, "act": "look", "reason": "", "name": ""})
    assert "现在有 1 件符合 ，会告警。" in text(page)
    assert f"/cases/{case}" in page.text
    page = post(wired, MONITOR, f"{PAGE}/new", **{**RULE, "act": "look", "older": "8", "older_in": "days"})
    assert "现在有 0 件符合 ，不会告警。" in text(page)
    assert 'value="8"' in page.text
    assert "没有告警规则" in opened(wired, MONITOR).text


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": ""}), ("least", {"least": "一"}), ("least", {"least": "-1"}), ("older", {"older": "1.5"}),
        ("every", {"every": "1", "every_in": "minutes"}), ("recipients", {"recipients": ""}),
        ("recipients", {"recipients": f"mail:{CLERK}"}), ("cause", {"cause": "boredom"}), ("reason", {"reason": ""}),
        ("quiet_from", {"quiet": "1", "quiet_from": "25:00", "quiet_until": "08:00"}),
        ("quiet_until", {"quiet": "1", "quiet_from": "08:00", "quiet_until": "08:00"}),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_said_at_its_field_and_everything_else_is_kept(wired: Any, field: str, given: dict[str, str]) -> None:
    made = browser(wired, MONITOR)
    page = made.client.post(f"{PAGE}/new", data={**RULE, "unit": "jiaoyu", **given, "csrf_token": made.token})
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert f'id="{field}"' in page.text
    assert f'id="{field}-fault"' in page.text
    assert '<option value="jiaoyu" selected>' in page.text


def test_a_rule_is_changed_put_to_rest_waked_and_removed_each_with_a_reason(wired: Any) -> None:
    post(wired, SYSADMIN, f"{PAGE}/new", **RULE, quiet="1", quiet_from="22:00", quiet_until="07:30", quiet_rest="1")
    here = f"{PAGE}/{rule_of(wired)}"
    page = opened(wired, SYSADMIN, here).text
    assert 'value="22:00"' in page
    assert 'value="07:30"' in page
    assert "22:00–07:30、非工作日" in text(opened(wired, MONITOR))
    post(wired, MONITOR, here, **{**RULE, "name": "无人领取超过三件", "least": "3", "reason": "太频繁"})
    assert "3 件起" in text(opened(wired, MONITOR))

    made = browser(wired, MONITOR)
    refused = made.client.post(f"{here}/disable", data={"csrf_token": made.token})
    assert refused.status_code == 422
    assert 'href="#disable-reason"' in refused.text
    post(wired, MONITOR, f"{here}/disable", reason="割接")
    assert "已停用" in text(opened(wired, MONITOR))
    post(wired, MONITOR, f"{here}/enable", reason="割接完成")
    assert post(wired, MONITOR, f"{here}/fly", reason="试试").status_code == 404
    assert "规则已删除" in post(wired, MONITOR, f"{here}/remove", reason="不再需要").text
    assert opened(wired, MONITOR, here).status_code == 404
    assert kinds(wired, MONITOR)[:4] == [
        Event.ALERT_RULE_REMOVED, Event.ALERT_RULE_ENABLED, Event.ALERT_RULE_DISABLED, Event.ALERT_RULE_CHANGED,
    ]  # fmt: skip
    assert "删除告警规则" in opened(wired, AUDIT, "/console/trust/administrators").text


def test_auditors_look_and_do_not_set_and_staff_see_nothing(wired: Any) -> None:
    post(wired, MONITOR, f"{PAGE}/new", **RULE)
    here = f"{PAGE}/{rule_of(wired)}"
    page = opened(wired, AUDIT)
    assert "无人领取" in page.text
    assert "新建规则</a>" not in page.text
    assert "发送测试" not in page.text
    for account, looks in ((AUDIT, 200), (CLERK, 403)):
        assert opened(wired, account).status_code == looks
        assert opened(wired, account, f"{PAGE}/new").status_code == 403
        assert opened(wired, account, here).status_code == 403
        assert post(wired, account, f"{PAGE}/new", **RULE).status_code == 403
        assert post(wired, account, f"{PAGE}/new", **RULE, act="look").status_code == 403
        assert post(wired, account, f"{here}/remove", reason="试试").status_code == 403
        caller = wired.as_(account)
        assert caller.get("/alerts").status_code == looks
        assert caller.get("/alerts/rules").status_code == looks
        assert caller.get("/alerts/messages").status_code == looks
        assert caller.get("/outlets").status_code == looks
        assert caller.post("/alerts/rules", ASKED).status_code == 403
        assert caller.post("/outlets/mail/test").status_code == 403
        assert caller.post("/outlets/webhooks/none/disable", {"reason": "试试"}).status_code == 403


def test_without_mail_and_recipients_the_pages_say_what_is_missing(site: Any) -> None:
    assert "本系统尚未配置发信服务器" in opened(site, MONITOR).text
    assert "还没有人可以接收" in opened(site, MONITOR, f"{PAGE}/new").text


# --- the API ------------------------------------------------------------------------------------------------------------


def test_the_api_makes_changes_tries_and_removes_rules(wired: Any, clock: Any, mailbox: Mailbox) -> None:
    monitor = wired.as_(MONITOR)
    jam(wired, clock)
    foreseen = monitor.post("/alerts/foresee", {"cause": "untaken"}).json
    assert foreseen["number"] == 1
    made = monitor.post("/alerts/rules", ASKED)
    assert made.status_code == 201
    rule = made.json
    assert alerts_api.AlertRuleShape().validate(rule) == {}
    assert (rule["number"], rule["quiet_from"], rule["quiet_until"], rule["held_until"]) == (1, "22:00", "07:30", None)
    alerting.evaluate(wired.city.engine.machine)
    raised = monitor.get("/alerts").json
    assert alerts_api.AlertListShape().validate(raised) == {}
    assert [(one["state"], one["number"]) for one in raised["items"]] == [("raised", 1)]
    assert monitor.get("/alerts/rules").json["items"][0]["raised_at"] is not None
    assert monitor.post(f"/alerts/rules/{rule['id']}/test").json == {"messages": 1}
    wired.city.worker.drain()
    told = monitor.get("/alerts/messages?limit=1").json
    assert alerts_api.AlertMessagesShape().validate(told) == {}
    assert [(one["kind"], one["state"]) for one in told["items"]] == [("test", "sent")]
    rest = monitor.get(f"/alerts/messages?after={told['after']}").json
    assert [one["kind"] for one in rest["items"]] == ["raised"]
    assert len(mailbox.mails) == 2

    changed = monitor.put(f"/alerts/rules/{rule['id']}", {**ASKED, "least": 9, "quiet_from": None, "quiet_until": None})
    assert (changed.json["least"], changed.json["quiet_from"]) == (9, None)
    assert monitor.post(f"/alerts/rules/{rule['id']}/disable", {"reason": "割接"}).json["enabled"] is False
    assert monitor.post(f"/alerts/rules/{rule['id']}/disable", {"reason": "割接"}).status_code == 409
    assert monitor.post(f"/alerts/rules/{rule['id']}/enable", {"reason": "割接完成"}).json["enabled"] is True
    assert monitor.delete(f"/alerts/rules/{rule['id']}").status_code == 422
    assert monitor.delete(f"/alerts/rules/{rule['id']}?reason=不再需要").status_code == 200
    assert monitor.put(f"/alerts/rules/{rule['id']}", ASKED).status_code == 404


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("least", {"least": 0}),
        ("quiet_from", {"quiet_from": "24:00"}),
        ("recipients", {"recipients": []}),
        ("name", {"name": ""}),
    ],
)
def test_the_api_refuses_wrong_rules_by_field(wired: Any, field: str, given: dict[str, Any]) -> None:
    answer = wired.as_(MONITOR).post("/alerts/rules", {**ASKED, **given})
    assert answer.status_code == 422
    assert field in answer.text


# --- mail and webhooks --------------------------------------------------------------------------------------------------


def test_the_page_of_settings_shows_how_mail_is_set_and_no_secret(wired: Any, mailbox: Mailbox) -> None:
    connect(wired, port=mailbox.port, user="postman", password="hush-hush")
    page = opened(wired, SYSADMIN, SETTINGS)
    assert f"127.0.0.1:{mailbox.port}" in page.text
    assert "程序 &lt;chengxu@example.org&gt;" in page.text
    assert "hush-hush" not in page.text
    assert "postman" not in page.text
    shown = wired.as_(SYSADMIN).get("/outlets")
    assert outlets_api.OutletsShape().validate(shown.json) == {}
    assert shown.json["mail"]["signs_in"] is True
    assert "hush-hush" not in shown.text


def test_a_test_mail_goes_to_oneself_and_the_answer_of_the_server_is_told(wired: Any, mailbox: Mailbox) -> None:
    page = text(post(wired, SYSADMIN, f"{SETTINGS}/mail/test"))
    assert "测试邮件已发出" in page
    assert "250 OK" in page
    assert mailbox.recipients == [f"{SYSADMIN}@example.org"]
    assert str(mailbox.mails[0]["Subject"]) == "[程序] 邮件设置测试"
    assert kinds(wired, SYSADMIN)[0] == Event.MAIL_TRIED
    assert "给自己发一封测试邮件" not in opened(wired, MONITOR, SETTINGS).text
    assert post(wired, MONITOR, f"{SETTINGS}/mail/test").status_code == 403


def test_what_the_server_refuses_is_said_in_words(wired: Any, mailbox: Mailbox) -> None:
    mailbox.answer = "554 looks like spam"
    page = text(post(wired, SYSADMIN, f"{SETTINGS}/mail/test"))
    assert "测试邮件没有发出" in page
    assert "可能被当作垃圾邮件" in page
    assert "554 looks like spam" in page
    caller = wired.as_(SYSADMIN)
    connect(wired, port=mailbox.port, user="postman", password="wrong")
    told = caller.post("/outlets/mail/test").json
    assert outlets_api.MailTriedShape().validate(told) == {}
    assert (told["ok"], told["code"], told["message"]) == (False, 535, "邮件服务器不接受用户名或密码。")
    connect(wired, port=free_port())
    told = caller.post("/outlets/mail/test").json
    assert (told["code"], told["message"]) == (0, "邮件服务器拒绝连接，请检查主机和端口。")
    connect(wired, port=mailbox.port, host="no-such-host.invalid")
    assert caller.post("/outlets/mail/test").json["message_en"] == "The name of the mail server is not known."


def test_without_an_address_or_mail_the_test_says_what_to_do(wired: Any) -> None:
    wired.city.engine.change_notifications(email="", ways={}, english=False, by=SYSADMIN)
    page = post(wired, SYSADMIN, f"{SETTINGS}/mail/test")
    assert page.status_code == 409
    assert "您还没有填写邮箱" in page.text
    wired.city.engine.machine.outlets = Outlets()
    assert wired.as_(SYSADMIN).post("/outlets/mail/test").status_code == 409
    assert "CHENGXU_SMTP_URL" in opened(wired, SYSADMIN, SETTINGS).text


def test_webhooks_of_everybody_are_shown_by_host_with_failures_and_disabled_for_a_reason(wired: Any, hook: Hook) -> None:
    engine = wired.city.engine
    webhook = engine.add_webhook(address=f"{hook.address}/in?key=very-secret", secret=SECRET, kinds=["overdue"], by=CLERK)
    hook.status = 500
    engine.try_webhook(webhook, by=CLERK)
    for _ in range(3):
        wired.city.clock.advance(timedelta(hours=1))
        wired.city.worker.drain()
    page = opened(wired, SYSADMIN, SETTINGS)
    assert "127.0.0.1" in page.text
    assert "very-secret" not in page.text
    assert "对方答复 500" in page.text
    (shown,) = wired.as_(MONITOR).get("/outlets").json["webhooks"]
    assert (shown["account"], shown["host"], shown["ok"]) == (CLERK, "127.0.0.1", False)
    assert shown["failures"] == len(hook.posts) > 1

    made = browser(wired, SYSADMIN)
    refused = made.client.post(f"{SETTINGS}/webhooks/{webhook}/disable", data={"csrf_token": made.token})
    assert refused.status_code == 422
    assert f'href="#reason-{webhook}"' in refused.text
    assert "原因已告知所有人" in post(wired, SYSADMIN, f"{SETTINGS}/webhooks/{webhook}/disable", reason="一直失败").text
    assert "系统管理员已停用：一直失败" in opened(wired, CLERK, "/settings/notifications").text
    assert post(wired, SYSADMIN, f"{SETTINGS}/webhooks/{webhook}/disable", reason="一直失败").status_code == 409
    assert post(wired, MONITOR, f"{SETTINGS}/webhooks/{webhook}/disable", reason="试试").status_code == 403
    assert kinds(wired, SYSADMIN)[0] == Event.WEBHOOK_DISABLED


# --- Prometheus ---------------------------------------------------------------------------------------------------------


def test_every_gauge_that_the_shipped_rules_of_prometheus_ask_for_is_exported(site: Any, clock: Any) -> None:
    jam(site, clock)
    rules = yaml.safe_load((Path(__file__).parents[2] / "deploy" / "prometheus-rules.yaml").read_text("utf-8"))
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    wanted = {name for expression in asked for name in re.findall(r"\bchengxu_\w+", expression)}
    exported = set(re.findall(r"^# TYPE (chengxu_\w+) gauge$", site.app.test_client().get("/metrics").text, re.MULTILINE))
    assert len(wanted) > 3
    assert wanted <= exported
    causes = {
        cause for expression in asked for found in re.findall(r'cause=~?"([^"]+)"', expression) for cause in found.split("|")
    }
    assert causes <= {cause.value for cause in stuck.Cause}
