"""Alerts: raised when a rule is met, held in quiet hours, told again, told once when over; never twice, whoever looks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from city import City
from drawing import chain, end, start, user_task
from receiving import Hook, Mailbox, http_server, smtp_server

from service.clock import SHANGHAI
from service.engine import alerting, stuck
from service.engine.alerting import Draft
from service.engine.alerting.evaluating import CALM
from service.engine.alerting.reading import delivery_state, name_recipients
from service.engine.events import Event
from service.engine.outlets import Outlets
from service.errors import Conflict, InvalidAnswers, NotAllowed, NotFound
from service.settings import MailServer
from service.store import administering, alerts
from service.store import stuck as stuck_rows
from service.store.administrators import ActionFilter, list_actions
from service.store.alerts import EASING, ENDED, RAISED, AlertRow, MessageRow
from service.store.stuck import StuckRow

CLERK, MONITOR, SYSADMIN, AUDIT = "pj_unit_clerk.jiaoyu", "monitor.zhongxin", "sysadmin.zhongxin", "pj_audit.shenji"
PAGES = "https://chengxu.example.org"
SECRET = "a-secret-of-some-length"
HOUR = timedelta(hours=1)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_server() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with http_server() as made:
        yield made


@pytest.fixture
def told(city: City, mailbox: Mailbox) -> Mailbox:
    """The mailbox of a monitor, who reads Chinese, and an auditor, who reads English; mail is set up."""
    connect(city, mailbox.port)
    for account, english in ((MONITOR, False), (AUDIT, True)):
        city.engine.change_notifications(email=f"{account}@example.org", ways={}, english=english, by=account)
    return mailbox


def connect(city: City, port: int) -> None:
    server = MailServer(host="127.0.0.1", port=port, security="none", sender="程序 <chengxu@example.org>")
    city.engine.machine.outlets = Outlets(mail=server, public_url=PAGES, webhook_private=True)


def draft(**given: Any) -> Draft:
    return Draft(**{"name": "步骤失败", "cause": "parked", "recipients": (("mail", MONITOR),), **given})


def make(city: City, **given: Any) -> str:
    return alerting.make_rule(city.engine.machine, draft(**given), reason="值班要求", by=MONITOR)


def jam(city: City, number: int, *, cause: str = "parked", process: str = "p", unit: str = "", age: timedelta = HOUR) -> None:
    """Let the monitor have found so many troubles, the first of which has lasted for `age`, each next a minute less."""
    now = city.clock.now()
    rows = [
        StuckRow(
            cause=cause, subject=f"{process}{unit}{index}", since=now - age + timedelta(minutes=index), process=process,
            unit=unit, facts={"zh": "停住", "en": "stands still", "who": []},
        )
        for index in range(number)
    ]  # fmt: skip
    with city.store.write() as connection:
        stuck_rows.change(connection, found=rows, gone=[], at=now)


def solve(city: City) -> None:
    with city.store.write() as connection:
        stuck_rows.change(
            connection, found=[], gone=list(stuck_rows.read_kept(connection, list(stuck.Cause))), at=city.clock.now()
        )


def look(city: City) -> int:
    """One tick of a worker: rules are held against what is stuck, and what is to be sent is sent."""
    number = alerting.evaluate(city.engine.machine)
    city.worker.drain()
    return number


def at(city: City, day: int, hour: int, minute: int = 0) -> None:
    city.clock.set(datetime(2026, 8, day, hour, minute, tzinfo=SHANGHAI))


def listed(city: City) -> list[AlertRow]:
    with city.store.read() as connection:
        return list(alerts.list_alerts(connection, after=None, limit=50)[0])


def messages(city: City) -> list[MessageRow]:
    """The oldest first."""
    with city.store.read() as connection:
        return list(reversed(alerts.list_messages(connection, after=None, limit=50)[0]))


def subjects(box: Mailbox) -> list[str]:
    return [str(mail["Subject"]) for mail in box.mails]


def plain(mail: Any) -> str:
    text: str = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    return text


def deeds(city: City, account: str = MONITOR) -> list[dict[str, Any]]:
    """What somebody did, the oldest first."""
    with city.store.read() as connection:
        return list(reversed(list_actions(connection, [account], ActionFilter(), after=None, limit=50)))


# --- raise, tell again, end ---------------------------------------------------------------------------------------------


def test_a_case_that_stands_still_is_told_in_the_language_of_each_with_number_age_and_links(city: City, told: Mailbox) -> None:
    city.deploy({"waiting": start() + user_task("work") + end() + chain("begin", "work", "finished")})
    cases = [city.engine.start_case("waiting", {}, by=CLERK).id for _ in range(4)]
    make(city, name="无人领取", cause="untaken", least=2, recipients=(("mail", MONITOR), ("mail", AUDIT)))
    assert look(city) == 0
    city.clock.advance(timedelta(days=7))
    stuck.sweep(city.engine.machine, whole=True)
    assert look(city) == 1
    by_address = {mail["To"]: mail for mail in told.mails}
    chinese, english = by_address[f"{MONITOR}@example.org"], by_address[f"{AUDIT}@example.org"]
    assert chinese["Subject"] == "[程序] 告警：无人领取（4 件）"
    assert english["Subject"] == "[Chengxu] Alert: 无人领取 (4)"
    assert "长期无人领取 4 件（达到 2 件即告警），最早的自 2026-08-20 09:00 起。" in plain(chinese)
    assert "Nobody took it: 4 (told from 2 on), the oldest since 2026-08-20 09:00." in plain(english)
    for case in cases[:3]:
        assert f"{city.case(case).business_key} · 长期无人领取 · 自 2026-08-20 09:00 起\n{PAGES}/cases/{case}" in plain(chinese)
    assert f"/cases/{cases[3]}" not in plain(chinese)
    assert f"{PAGES}/console/alerts" in plain(english)


def test_an_alert_is_told_once_while_it_lasts_and_once_when_it_is_over(city: City, told: Mailbox) -> None:
    make(city, least=3)
    jam(city, 2)
    assert look(city) == 0
    jam(city, 3)
    look(city)
    for _ in range(3):
        city.clock.advance(timedelta(minutes=10))
        assert look(city) == 0
    (alert,) = listed(city)
    assert (alert.state, alert.number) == (RAISED, 3)

    solve(city)
    look(city)
    assert [one.state for one in listed(city)] == [EASING]
    city.clock.advance(CALM)
    look(city)
    city.clock.advance(HOUR)
    assert look(city) == 0
    assert subjects(told) == ["[程序] 告警：步骤失败（3 件）", "[程序] 告警已解除：步骤失败（0 件）"]
    assert "自 2026-08-20 09:00 起告警，2026-08-20 09:30 起不再符合条件" in plain(told.mails[1])
    (alert,) = listed(city)
    assert (alert.state, alert.ended_at) == (ENDED, city.clock.now() - HOUR - CALM)


def test_the_worker_looks_after_each_sweep(city: City, told: Mailbox) -> None:
    city.deploy({"waiting": start() + user_task("work") + end() + chain("begin", "work", "finished")})
    city.engine.start_case("waiting", {}, by=CLERK)
    make(city, cause="untaken")
    city.clock.advance(timedelta(days=7))
    city.worker._sweep()
    city.worker.drain()
    assert subjects(told) == ["[程序] 告警：步骤失败（1 件）"]


def test_what_comes_back_before_the_calm_is_over_is_the_same_alert(city: City, told: Mailbox) -> None:
    make(city)
    jam(city, 1)
    look(city)
    for _ in range(4):
        solve(city)
        look(city)
        city.clock.advance(timedelta(minutes=1))
        jam(city, 1)
        look(city)
        city.clock.advance(timedelta(minutes=1))
    assert len(listed(city)) == 1
    assert len(told.mails) == 1


def test_it_is_told_again_after_the_chosen_pause(city: City, told: Mailbox) -> None:
    make(city, every=120)
    jam(city, 1)
    look(city)
    city.clock.advance(HOUR)
    jam(city, 5)
    look(city)
    city.clock.advance(HOUR)
    look(city)
    look(city)
    assert subjects(told) == ["[程序] 告警：步骤失败（1 件）", "[程序] 仍在告警：步骤失败（5 件）"]
    assert "自 2026-08-20 09:00 起一直如此" in plain(told.mails[1])
    city.clock.advance(2 * HOUR)
    look(city)
    assert len(told.mails) == 3


def test_a_rule_asks_for_cause_process_unit_and_age(city: City) -> None:
    machine = city.engine.machine
    jam(city, 3)
    jam(city, 2, process="q", unit="jiaoyu")
    jam(city, 1, cause="late", process="q", age=timedelta(days=2))

    def met(**given: Any) -> int:
        with city.store.read() as connection:
            return alerting.foresee(machine, connection, draft(**given))[0].number

    assert met(cause="") == 6
    assert met(cause="parked") == 5
    assert met(cause="", process="q") == 3
    assert met(cause="", process="q", unit="jiaoyu") == 2
    assert met(cause="", older=24 * 60) == 1
    assert met(cause="", older=3 * 24 * 60) == 0
    assert met(cause="", older=59) == 5, "the third of process p has lasted for 58 minutes only"


# --- quiet hours --------------------------------------------------------------------------------------------------------


def test_quiet_hours_over_midnight_hold_an_alert_which_is_told_at_their_end_and_says_so(city: City, told: Mailbox) -> None:
    make(city, quiet=True, quiet_from=22 * 60, quiet_until=7 * 60 + 30)
    at(city, 20, 21, 59)
    assert look(city) == 0
    at(city, 20, 23, 10)
    jam(city, 2)
    look(city)
    at(city, 21, 3)
    look(city)
    at(city, 21, 7, 29)
    look(city)
    (alert,) = listed(city)
    assert (alert.state, alert.told_at) == (RAISED, None)
    assert told.mails == []
    with city.store.read() as connection:
        (view,) = alerting.list_rules(city.engine.machine, connection)
    assert view.quiet_until == datetime(2026, 8, 21, 7, 30, tzinfo=SHANGHAI)
    at(city, 21, 7, 30)
    look(city)
    look(city)
    assert subjects(told) == ["[程序] 告警：步骤失败（2 件）"]
    assert "2026-08-20 23:10 起符合条件，当时在静默时段，现在仍然如此" in plain(told.mails[0])


def test_what_is_over_before_quiet_hours_end_is_never_told(city: City, told: Mailbox) -> None:
    make(city, quiet=True, quiet_from=22 * 60, quiet_until=7 * 60)
    at(city, 20, 23)
    jam(city, 1)
    look(city)
    at(city, 21, 2)
    solve(city)
    look(city)
    at(city, 21, 8)
    look(city)
    assert [one.state for one in listed(city)] == [ENDED]
    assert told.mails == []


def test_the_end_is_not_told_in_quiet_hours_either(city: City, told: Mailbox) -> None:
    make(city, quiet=True, quiet_from=12 * 60, quiet_until=14 * 60)
    jam(city, 1)
    look(city)
    at(city, 20, 12, 30)
    solve(city)
    look(city)
    at(city, 20, 13)
    look(city)
    assert len(told.mails) == 1
    at(city, 20, 14)
    look(city)
    assert subjects(told)[1:] == ["[程序] 告警已解除：步骤失败（0 件）"]


def test_days_that_are_not_worked_are_quiet_when_asked_and_swapped_days_are_not(city: City, told: Mailbox) -> None:
    make(city, quiet_rest=True, every=60)
    at(city, 22, 10)  # a Saturday
    jam(city, 1)
    look(city)
    at(city, 23, 10)
    look(city)
    assert told.mails == []
    at(city, 24, 0)
    look(city)
    assert len(told.mails) == 1
    city.clock.set(datetime(2026, 10, 10, 10, tzinfo=SHANGHAI))  # a Saturday that is worked, because of the national holiday
    look(city)
    assert len(told.mails) == 2


# --- once each ----------------------------------------------------------------------------------------------------------


def test_two_workers_tell_once(city: City, told: Mailbox) -> None:
    make(city, every=60)
    jam(city, 1)
    for _ in range(5):
        both = threading.Barrier(2)
        failures: list[BaseException] = []

        def tick(both: threading.Barrier = both, failures: list[BaseException] = failures) -> None:
            try:
                both.wait(10)
                alerting.evaluate(city.engine.machine)
            except BaseException as error:  # noqa: BLE001 - shown by the test
                failures.append(error)

        workers = [threading.Thread(target=tick) for _ in range(2)]
        for one in workers:
            one.start()
        for one in workers:
            one.join(30)
        assert failures == []
        city.worker.drain()
        city.clock.advance(HOUR)
    assert len(listed(city)) == 1
    assert [one.kind for one in messages(city)] == ["raised", "again", "again", "again", "again"]
    assert len(told.mails) == 5


def test_whoever_read_an_alert_before_another_changed_it_changes_nothing(city: City, told: Mailbox) -> None:
    make(city)
    jam(city, 1)
    look(city)
    (seen,) = listed(city)
    with city.store.write() as connection:
        assert alerts.change_alert(connection, seen, number=2)
    with city.store.write() as connection:
        assert not alerts.change_alert(connection, seen, number=3)
        again = AlertRow(id="a" * 24, rule_id=seen.rule_id, state=RAISED, raised_at=seen.raised_at, number=1, oldest=None)
        assert not alerts.insert_alert(connection, again)


def test_a_worker_that_dies_after_raising_leaves_the_message_to_the_next(
    city: City, told: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alert and its deliveries are one transaction: what is not told was not raised, what was raised is delivered later."""
    make(city)
    jam(city, 1)
    with monkeypatch.context() as dying:
        dying.setattr(alerts, "insert_messages", _die)
        with pytest.raises(KeyboardInterrupt):
            alerting.evaluate(city.engine.machine)
    assert listed(city) == []
    alerting.evaluate(city.engine.machine)  # and dies before it delivers
    assert told.mails == []
    city.worker.drain()
    look(city)
    assert len(told.mails) == 1


def _die(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


# --- deliveries ---------------------------------------------------------------------------------------------------------


def test_a_failed_delivery_is_tried_again_and_says_why(city: City, told: Mailbox) -> None:
    make(city)
    jam(city, 1)
    told.answer = "451 try later"
    look(city)
    (message,) = messages(city)
    assert delivery_state(message) == "retrying"
    assert (message.zh, message.en) == ("邮件服务器不接受（451）", "The mail server refused it (451)")
    assert message.due_at is not None
    told.answer = "250 OK"
    city.clock.advance(HOUR)
    city.worker.drain()
    (message,) = messages(city)
    assert delivery_state(message) == "sent"
    assert message.zh is None
    assert len(told.mails) == 1


def test_with_no_mail_server_nothing_is_lost_and_the_record_says_so(city: City, told: Mailbox) -> None:
    port = told.port
    city.engine.machine.outlets = Outlets()
    make(city)
    jam(city, 1)
    look(city)
    (message,) = messages(city)
    assert (delivery_state(message), message.zh) == ("retrying", "没有配置邮件服务器")
    connect(city, port)
    city.clock.advance(HOUR)
    city.worker.drain()
    assert len(told.mails) == 1


def test_attempts_end_and_the_message_has_failed(city: City, told: Mailbox) -> None:
    told.answer = "550 no such user"
    make(city)
    jam(city, 1)
    look(city)
    for _ in range(20):
        city.clock.advance(HOUR)
        city.worker.drain()
    (message,) = messages(city)
    assert delivery_state(message) == "failed"
    assert "550" in (message.zh or "")


def test_who_may_no_longer_see_stuck_cases_is_left_out_with_a_word(city: City, told: Mailbox) -> None:
    make(city, recipients=(("mail", MONITOR), ("mail", AUDIT)))
    with city.store.write() as connection:
        administering.set_active(connection, MONITOR, False)
    jam(city, 1)
    look(city)
    states = {one.recipient: (delivery_state(one), one.zh) for one in messages(city)}
    assert states[AUDIT] == ("sent", None)
    assert states[MONITOR] == ("left_out", "收件人已停用，或不再有权查看卡住的案件。")
    assert told.recipients == [f"{AUDIT}@example.org"]


def test_a_webhook_gets_a_signed_document_in_both_languages(city: City, told: Mailbox, hook: Hook) -> None:
    webhook = city.engine.add_webhook(address=hook.address + "/ops?key=hush", secret=SECRET, kinds=["overdue"], by=SYSADMIN)
    make(city, recipients=(("webhook", webhook),))
    jam(city, 2)
    look(city)
    ((headers, body),) = hook.posts
    document = json.loads(body)
    (message,) = messages(city)
    assert headers["X-Chengxu-Signature"].startswith("t=")
    assert headers["X-Chengxu-Delivery"] == message.job_id
    assert (document["kind"], document["event"], document["number"]) == ("alert", "raised", 2)
    assert document["message"] == "自动步骤失败 2 件（达到 1 件即告警），最早的自 2026-08-20 08:00 起。"
    assert document["message_en"].startswith("Automatic step failed: 2")
    assert document["url"] == f"{PAGES}/console/alerts"
    assert delivery_state(message) == "sent"
    with city.store.read() as connection:
        names = name_recipients(connection, [("webhook", webhook)])
    assert names["webhook", webhook].endswith("· 127.0.0.1")
    city.engine.end_webhook(webhook, by=SYSADMIN)
    alerting.try_rule(city.engine.machine, message.rule_id, by=MONITOR)
    city.worker.drain()
    assert (delivery_state(messages(city)[-1]), len(hook.posts)) == ("left_out", 1)


# --- rules --------------------------------------------------------------------------------------------------------------


def test_every_change_of_a_rule_is_a_line_of_history_with_its_reason(city: City, told: Mailbox) -> None:
    machine = city.engine.machine
    rule = make(city)
    alerting.change_rule(machine, rule, draft(name="步骤失败", least=5), reason="太频繁", by=SYSADMIN)
    alerting.set_enabled(machine, rule, False, reason="割接", by=MONITOR)
    alerting.set_enabled(machine, rule, True, reason="割接完成", by=MONITOR)
    assert alerting.try_rule(machine, rule, by=MONITOR) == 1
    alerting.remove_rule(machine, rule, reason="不再需要", by=MONITOR)
    lines = [one for one in deeds(city) if one["kind"].startswith("alert.")]
    assert [one["kind"] for one in lines] == [
        Event.ALERT_RULE_MADE, Event.ALERT_RULE_DISABLED, Event.ALERT_RULE_ENABLED, Event.ALERT_TRIED, Event.ALERT_RULE_REMOVED,
    ]  # fmt: skip
    (changed,) = [one for one in deeds(city, SYSADMIN) if one["kind"] == Event.ALERT_RULE_CHANGED]
    assert changed["payload"]["changes"] == {"least": {"before": 1, "after": 5}}
    assert changed["payload"]["reason"] == "太频繁"
    with pytest.raises(NotFound):
        alerting.try_rule(machine, rule, by=MONITOR)
    with city.store.read() as connection:
        assert alerting.list_rules(machine, connection) == ()


def test_a_rule_that_rests_or_is_removed_ends_what_it_raised_and_tells_nothing(city: City, told: Mailbox) -> None:
    machine = city.engine.machine
    rule = make(city)
    jam(city, 1)
    look(city)
    alerting.set_enabled(machine, rule, False, reason="割接", by=MONITOR)
    assert [one.state for one in listed(city)] == [ENDED]
    city.clock.advance(HOUR)
    assert look(city) == 0
    with pytest.raises(Conflict):
        alerting.set_enabled(machine, rule, False, reason="割接", by=MONITOR)
    alerting.set_enabled(machine, rule, True, reason="割接完成", by=MONITOR)
    look(city)
    assert [one.state for one in listed(city)] == [RAISED, ENDED]
    assert len(told.mails) == 2
    alerting.remove_rule(machine, rule, reason="不再需要", by=MONITOR)
    assert [one.state for one in listed(city)] == [ENDED, ENDED]


def test_a_test_says_so_and_raises_nothing(city: City, told: Mailbox) -> None:
    rule = make(city, quiet=True, quiet_from=0, quiet_until=23 * 60)
    alerting.try_rule(city.engine.machine, rule, by=MONITOR)
    city.worker.drain()
    assert subjects(told) == ["[程序] 告警测试：步骤失败（0 件）"]
    assert "这是一次测试" in plain(told.mails[0])
    assert listed(city) == []


@pytest.mark.parametrize("account", [CLERK, AUDIT])
def test_only_monitors_and_system_administrators_set_alerts(city: City, told: Mailbox, account: str) -> None:
    machine, rule = city.engine.machine, make(city)
    for act in (
        lambda: alerting.make_rule(machine, draft(), reason="试试", by=account),
        lambda: alerting.change_rule(machine, rule, draft(), reason="试试", by=account),
        lambda: alerting.set_enabled(machine, rule, False, reason="试试", by=account),
        lambda: alerting.try_rule(machine, rule, by=account),
        lambda: alerting.remove_rule(machine, rule, reason="试试", by=account),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": " "}), ("name", {"name": "长" * 81}), ("cause", {"cause": "boredom"}), ("process", {"process": "none"}),
        ("unit", {"unit": "nowhere"}), ("least", {"least": 0}), ("least", {"least": None}), ("older", {"older": -1}),
        ("older", {"older": 366 * 24 * 60}), ("every", {"every": 14}), ("every", {"every": None}),
        ("quiet_from", {"quiet": True, "quiet_until": 5}), ("quiet_until", {"quiet": True, "quiet_from": 5, "quiet_until": 5}),
        ("recipients", {"recipients": ()}), ("recipients", {"recipients": (("mail", CLERK),)}),
        ("recipients", {"recipients": (("mail", SYSADMIN),)}), ("recipients", {"recipients": (("webhook", "none"),)}),
        ("recipients", {"recipients": (("pigeon", MONITOR),)}),
    ],
)  # fmt: skip
def test_wrong_entries_are_refused_by_field(city: City, told: Mailbox, field: str, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidAnswers) as caught:
        make(city, **given)
    assert [one.field for one in caught.value.findings] == [field]


def test_a_reason_is_asked_for_together_with_everything_else(city: City, told: Mailbox) -> None:
    with pytest.raises(InvalidAnswers) as caught:
        alerting.make_rule(city.engine.machine, draft(least=0), reason=" ", by=MONITOR)
    assert [one.field for one in caught.value.findings] == ["least", "reason"]
