"""The digest of a working morning: what it says, to whom, once, and not on a holiday or when there is nothing to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from city import City
from drawing import chain, end, start, user_task
from receiving import Mailbox, smtp_server

from service.clock import SHANGHAI
from service.engine.outlets import Outlets
from service.settings import MailServer
from service.store import notices
from service.worker import Worker
from service.worker.housekeeping import keep_house

CLERK, COLLEAGUE, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
PAGES = "https://chengxu.example.org"
DUE = '<zeebe:taskSchedule dueDate="=deadline(&quot;D-PJ-18a&quot;, today())"/>'


def at(day: str, hour: str = "08:00") -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{hour}").replace(tzinfo=SHANGHAI)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_server() as box:
        yield box


@pytest.fixture
def city(city_at: Callable[..., City], mailbox: Mailbox) -> City:
    """On Thursday 20 August 2026, with one process whose task is due on the 27th when it is filed then."""
    made = city_at(at("08-20", "09:00"))
    server = MailServer(host="127.0.0.1", port=mailbox.port, security="none", sender="chengxu@example.org")
    made.engine.machine.outlets = Outlets(mail=server, public_url=PAGES)
    task = user_task("work").replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + DUE)
    made.deploy({"waiting": start() + task + end() + chain("begin", "work", "finished")})
    return made


def choose(city: City, account: str, *, english: bool = False, **ways: str) -> None:
    never = dict.fromkeys(("overdue", "escalated", "urged"), "never")
    city.engine.change_notifications(email=f"{account}@example.org", ways={**never, **ways}, english=english, by=account)


def pass_time(city: City, moment: datetime, *workers: Worker) -> None:
    """Let some workers keep house and work at a moment."""
    city.clock.set(moment)
    for worker in workers or (city.worker,):
        keep_house(city.engine.machine, worker.id)
    for worker in workers or (city.worker,):
        worker.drain()


def plain(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def subjects(mailbox: Mailbox) -> list[str]:
    return [str(mail["Subject"]) for mail in mailbox.mails]


def test_it_says_what_is_new_due_soon_overdue_and_not_read(city: City, mailbox: Mailbox) -> None:
    choose(city, CLERK)
    choose(city, COLLEAGUE, english=True)
    pass_time(city, at("08-20", "09:00"))
    key = city.case(city.engine.start_case("waiting", {}, by=CLERK).id).business_key

    pass_time(city, at("08-21"))
    first = {str(mail["To"]): mail for mail in mailbox.mails}
    assert first.keys() == {f"{CLERK}@example.org", f"{COLLEAGUE}@example.org"}
    assert f"新到待办（1）\n\nwork · {key} · 期限 2026-08-27\n{PAGES}/tasks/" in plain(first[f"{CLERK}@example.org"])
    assert "三个工作日内到期" not in plain(first[f"{CLERK}@example.org"])
    assert f"New to do (1)\n\nwork · {key} · due 2026-08-27\n" in plain(first[f"{COLLEAGUE}@example.org"])

    pass_time(city, at("08-24"))
    pass_time(city, at("08-24", "09:01"))  # the reminder comes
    mailbox.mails.clear()
    pass_time(city, at("08-25"))
    one = next(mail for mail in mailbox.mails if mail["To"] == f"{CLERK}@example.org")
    assert one["Subject"] == "[程序] 每日摘要 2026-08-25"
    assert f"三个工作日内到期（1）\n\nwork · {key}" in plain(one)
    assert "未读提醒（1）\n\n“work”将于 2026-08-27 到期" in plain(one)
    assert "新到待办" not in plain(one)

    mailbox.mails.clear()
    pass_time(city, at("08-28"))
    one = next(mail for mail in mailbox.mails if mail["To"] == f"{CLERK}@example.org")
    assert f"已逾期（1）\n\nwork · {key}" in plain(one)
    assert "已逾期（期限" not in plain(one)  # of that kind no mail is wanted


def test_it_comes_on_working_mornings_only(city: City, mailbox: Mailbox) -> None:
    choose(city, CLERK)
    pass_time(city, at("08-20", "09:00"))
    city.engine.start_case("waiting", {}, by=CLERK)
    city.clock.set(at("09-24", "23:00"))
    city.worker.drain()
    mailbox.mails.clear()
    # 25 to 27 September is the mid-autumn holiday of 2026.
    for day in ("09-25", "09-26", "09-27", "09-28"):
        pass_time(city, at(day, "07:59"))
        pass_time(city, at(day))
    assert subjects(mailbox) == ["[程序] 每日摘要 2026-09-28"]


def test_several_workers_send_it_once(city: City, mailbox: Mailbox) -> None:
    choose(city, CLERK)
    second = Worker(city.engine)
    pass_time(city, at("08-20", "09:00"), city.worker, second)
    city.engine.start_case("waiting", {}, by=CLERK)
    pass_time(city, at("08-21"), city.worker, second)
    pass_time(city, at("08-21", "08:01"), second, city.worker)
    assert subjects(mailbox) == ["[程序] 每日摘要 2026-08-21"]
    with city.store.read() as connection:
        queued = connection.exec_driver_sql("SELECT id, state FROM jobs WHERE kind = 'digest' ORDER BY id").all()
    assert [tuple(row) for row in queued] == [("digest-2026-08-21", "done"), ("digest-2026-08-24", "todo")]


def test_a_morning_that_was_slept_through_is_made_up_for_once(city: City, mailbox: Mailbox) -> None:
    choose(city, CLERK)
    pass_time(city, at("08-20", "09:00"))
    city.engine.start_case("waiting", {}, by=CLERK)
    pass_time(city, at("08-26", "06:00"))  # too early for today's, which is queued
    assert mailbox.mails == []
    pass_time(city, at("08-26", "10:00"))
    assert subjects(mailbox) == ["[程序] 每日摘要 2026-08-26"]


def test_who_has_nothing_or_wants_none_gets_none(city: City, mailbox: Mailbox) -> None:
    choose(city, OTHER)
    choose(city, CLERK, **dict.fromkeys(notices.KINDS, "never"))
    pass_time(city, at("08-20", "09:00"))
    city.engine.start_case("waiting", {}, by=CLERK)
    pass_time(city, at("08-21"))
    assert mailbox.mails == []


def test_where_no_mail_is_sent_no_morning_waits(city: City) -> None:
    city.engine.machine.outlets = Outlets(public_url=PAGES)
    pass_time(city, at("08-20", "09:00"))
    with city.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM jobs WHERE kind = 'digest'").scalar() == 0


def test_many_notices_are_counted(city: City, mailbox: Mailbox) -> None:
    choose(city, OTHER, english=True)
    pass_time(city, at("08-20", "09:00"))
    case = city.engine.start_case("waiting", {}, by=CLERK).id
    with city.store.write() as connection:
        for number in range(23):
            notices.insert_notice(
                connection, case_id=case, kind="notified", deadline=None, zh="知悉", en=f"No. {number}", at=city.clock.now(),
                queues=[f"@{OTHER}"],
            )  # fmt: skip
    pass_time(city, at("08-21"))
    (mail,) = mailbox.mails
    assert "Notices not read (23)" in plain(mail)
    assert "and 3 more\n" in plain(mail)
    assert f"All notices not read: 23\n{PAGES}/notices" in plain(mail)
