"""Notices leave the house: by mail and by webhook, to whom they reach and as each has chosen; retried, parked, once each."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from city import City
from drawing import chain, end, start, user_task
from receiving import Hook, Mailbox, free_port, http_server, make_certificate, smtp_server

from service import tagged
from service.engine import choosing, hooking, mailing
from service.engine.outlets import Outlets
from service.engine.running import Ran, run_job
from service.errors import Failed, InvalidAnswers, NotFound
from service.settings import MailServer
from service.store import deliveries, jobs, notices, preferences
from service.store.history import list_links
from service.store.notices import KINDS

CLERK, COLLEAGUE, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
LEAD = "pj_center_lead.zhongxin"
SECRET = "a-secret-of-some-length"
PAGES = "https://chengxu.example.org"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_server() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with http_server() as made:
        yield made


def connect(city: City, port: int, **more: Any) -> None:
    server = MailServer(host="127.0.0.1", port=port, security="none", sender="程序 <chengxu@example.org>", **more)
    city.engine.machine.outlets = Outlets(mail=server, public_url=PAGES, webhook_private=True)


@pytest.fixture
def case(city: City) -> str:
    city.deploy({"waiting": start() + user_task("work") + end() + chain("begin", "work", "finished")})
    return city.engine.start_case("waiting", {}, by=CLERK).id


def choose(city: City, account: str, *, email: str = "", english: bool = False, **ways: str) -> None:
    where = email or f"{account.replace('.', '-')}@example.org"
    city.engine.change_notifications(email=where, ways=ways, english=english, by=account)


def tell(
    city: City, case: str, *queues: str, kind: str = "overdue", zh: str = "“办理”已逾期", en: str = "“work” is overdue"
) -> None:
    with city.store.write() as connection:
        notices.insert_notice(
            connection, case_id=case, kind=kind, deadline=None, zh=zh, en=en, at=city.clock.now(), queues=queues
        )


def rows(city: City, kind: str) -> list[Any]:
    """The jobs of a kind, whatever became of them."""
    with city.store.read() as connection:
        found = connection.exec_driver_sql(f"SELECT id FROM jobs WHERE kind = '{kind}' ORDER BY id").scalars().all()
        return [jobs.find_job(connection, one) for one in found]


# --- mail -------------------------------------------------------------------------------------------------------------


def test_a_notice_comes_by_mail_to_whom_it_reaches_and_who_wants_it_at_once(city: City, case: str, mailbox: Mailbox) -> None:
    connect(city, mailbox.port)
    choose(city, CLERK)
    choose(city, COLLEAGUE, english=True)
    choose(city, OTHER)
    tell(city, case, "pj_unit_clerk@jiaoyu")
    city.worker.drain()

    assert sorted(mailbox.recipients) == ["pj_unit_clerk-jiaoyu-2@example.org", "pj_unit_clerk-jiaoyu@example.org"]
    by_address = {mail["To"]: mail for mail in mailbox.mails}
    chinese, english = (by_address[f"pj_unit_clerk-jiaoyu{end}@example.org"] for end in ("", "-2"))
    key = city.case(case).business_key
    assert chinese["Subject"] == f"[程序] 已逾期：{key}"
    assert english["Subject"] == f"[Chengxu] Overdue: {key}"
    assert chinese["From"] == "程序 <chengxu@example.org>"
    plain, rich = (chinese.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "“办理”已逾期" in plain
    assert f"{PAGES}/notices/" in plain
    assert "<p>“办理”已逾期</p>" in rich
    assert f'<a href="{PAGES}/notices/' in rich
    assert "“work” is overdue" in english.get_body(("plain",)).get_content()
    sent = {f"<{job.id}@example.org>" for job in rows(city, "mail")}
    assert {mail["Message-ID"] for mail in mailbox.mails} == sent


def test_nothing_is_sent_twice_however_often_the_worker_looks(city: City, case: str, mailbox: Mailbox) -> None:
    connect(city, mailbox.port)
    choose(city, CLERK)
    tell(city, case, "pj_unit_clerk@jiaoyu")
    city.worker.drain()
    (job,) = rows(city, "mail")
    assert run_job(city.engine.machine, job.id) is Ran.SKIPPED
    city.worker.drain()
    assert len(mailbox.mails) == 1


def test_each_person_chooses_by_kind(city: City, case: str, mailbox: Mailbox) -> None:
    connect(city, mailbox.port)

    def coming(**ways: str) -> set[str]:
        mailbox.mails.clear()
        city.clock.advance(timedelta(days=2))  # an escalation does not come again within a day
        choose(city, CLERK, **ways)
        for kind in KINDS:
            tell(city, case, f"@{CLERK}", kind=kind, zh=kind)
        city.worker.drain()
        return {mail.get_body(("plain",)).get_content().split()[0] for mail in mailbox.mails}  # type: ignore[union-attr]

    assert coming() == {"overdue", "escalated", "urged"}
    assert coming(reminded="at_once", overdue="digest", urged="never") == {"escalated", "reminded"}


def test_a_deputy_gets_the_mail_as_the_page_shows_it(city: City, case: str, mailbox: Mailbox) -> None:
    connect(city, mailbox.port)
    today = city.clock.now().date()
    city.engine.name_deputy(
        deputy="pj_unit_clerk.shuili", role="pj_unit_clerk", start=today, until=today, reason="休假", by="pj_unit_clerk.minzheng"
    )
    choose(city, OTHER)
    tell(city, case, "pj_unit_clerk@minzheng")
    city.worker.drain()
    assert mailbox.recipients == ["pj_unit_clerk-shuili@example.org"]
    city.clock.advance(timedelta(days=1))
    tell(city, case, "pj_unit_clerk@minzheng", zh="第二天")
    city.worker.drain()
    assert len(mailbox.mails) == 1


def test_without_a_mail_server_nothing_waits(city: City, case: str) -> None:
    choose(city, CLERK)
    tell(city, case, "pj_unit_clerk@jiaoyu")
    city.worker.drain()
    assert rows(city, "mail") == []
    assert [job.state for job in rows(city, "spread")] == ["done"]


def test_who_lost_the_role_meanwhile_gets_nothing(city: City, case: str, mailbox: Mailbox) -> None:
    connect(city, free_port())
    choose(city, CLERK)
    tell(city, case, "pj_unit_clerk@jiaoyu")
    city.worker.drain()  # nobody listens yet
    with city.store.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM memberships WHERE account = '{CLERK}'")
    connect(city, mailbox.port)
    city.clock.advance(timedelta(hours=1))
    city.worker.drain()
    assert mailbox.mails == []
    assert [job.state for job in rows(city, "mail")] == ["done"]


def test_a_refused_connection_is_tried_again_and_arrives_under_the_same_name(city: City, case: str) -> None:
    port = free_port()
    connect(city, port)
    choose(city, CLERK)
    tell(city, case, "pj_unit_clerk@jiaoyu")
    city.worker.drain()
    (job,) = rows(city, "mail")
    assert (job.state, job.attempts) == ("todo", 1)
    assert job.due_at > city.clock.now()
    with smtp_server(port) as box:
        city.worker.drain()
        assert box.mails == []  # it waits for its time
        city.clock.advance(timedelta(minutes=5))
        city.worker.drain()
        (mail,) = box.mails
        assert mail["Message-ID"] == f"<{job.id}@example.org>"
    assert [one.state for one in rows(city, "mail")] == ["done"]
    with city.store.read() as connection:
        assert preferences.find_preference(connection, CLERK, "mail_result")["ok"] is True


def test_what_is_refused_until_the_attempts_are_spent_is_parked_and_said(city: City, case: str, mailbox: Mailbox) -> None:
    mailbox.answer = "554 No"
    connect(city, mailbox.port, user="chengxu", password="hush-hush")
    choose(city, CLERK)
    tell(city, case, "pj_unit_clerk@jiaoyu")
    for _ in range(deliveries.RETRIES["mail"]):
        city.worker.drain()
        city.clock.advance(timedelta(hours=2))
    (job,) = rows(city, "mail")
    assert (job.state, job.attempts, job.error) == ("parked", 13, "邮件服务器不接受（554）")
    with city.store.read() as connection:
        result = preferences.find_preference(connection, CLERK, "mail_result")
    assert (result["ok"], result["en"]) == (False, "The mail server refused it (554)")


def test_the_password_of_the_mail_server_is_used_and_never_said(city: City, case: str, mailbox: Mailbox) -> None:
    connect(city, mailbox.port, user="chengxu", password="not-the-one")
    choose(city, CLERK)
    tell(city, case, "pj_unit_clerk@jiaoyu")
    city.worker.drain()
    (job,) = rows(city, "mail")
    assert job.error == "邮件服务器不接受（535）"
    assert "not-the-one" not in repr(city.engine.machine.outlets)
    connect(city, mailbox.port, user="chengxu", password="hush-hush")
    city.clock.advance(timedelta(hours=1))
    city.worker.drain()
    assert len(mailbox.mails) == 1
    assert set(mailbox.signed_in) == {b"chengxu"}


def test_a_subject_stays_one_line(city: City) -> None:
    letter = mailing.Letter(subject="已逾期\r\nBcc: all@example.org", lines=[mailing.Line(text="<b>x</b>")])
    server = MailServer(host="h", port=25, security="none", sender="程序 <chengxu@example.org>")
    mail = mailing.write(letter, server=server, to="a@example.org", key="k", at=city.clock.machine())
    assert mail["Bcc"] is None
    assert mail["Subject"] == "已逾期 Bcc: all@example.org"
    assert b"\r\nBcc:" not in mail.as_bytes()
    assert "&lt;b&gt;x" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


# --- choice -----------------------------------------------------------------------------------------------------------


def test_an_address_that_is_none_is_refused(city: City) -> None:
    lines, long = "a@example.org\nBcc: x@example.org", f"{'a' * 65}@example.org"
    for email in ("wang", "a@b@c", "a b@example.org", lines, "王敏@example.org", long, "a@-x", "a..b@x.org"):
        with pytest.raises(InvalidAnswers) as caught:
            choose(city, CLERK, email=email)
        assert [one.field for one in caught.value.findings] == ["email"]


def test_a_changed_address_is_a_line_of_the_day_and_the_same_again_is_none(city: City) -> None:
    choose(city, CLERK, email="wang.min+office@example.gov.cn")
    choose(city, CLERK, email="wang.min+office@example.gov.cn", reminded="never")
    with city.store.read() as connection:
        day = list_links(connection, f"day-{city.clock.now().date().isoformat()}")
    (line,) = [link for link in day if link.kind == "account.address_changed"]
    assert line.payload == {"account": CLERK, "before": None, "after": "wang.min+office@example.gov.cn"}


def test_a_kind_or_a_way_that_there_is_not_is_refused(city: City) -> None:
    for ways in ({"overdue": "often"}, {"gossip": "never"}):
        with pytest.raises(InvalidAnswers):
            choose(city, CLERK, **ways)


def test_a_stored_choice_that_is_no_longer_known_counts_as_not_chosen() -> None:
    read = choosing.Choice.read({"mail": {"overdue": "by-pigeon", "gossip": "never", "due": "never"}, "language": "en"})
    assert (read.way("overdue"), read.way("due"), read.way("gossip"), read.english) == ("at_once", "never", "digest", True)


# --- webhooks ---------------------------------------------------------------------------------------------------------


def test_a_webhook_gets_a_signed_post_of_the_kinds_that_it_is_for(city: City, case: str, hook: Hook) -> None:
    connect(city, free_port())
    city.engine.add_webhook(address=f"{hook.address}/in?token=hidden", secret=SECRET, kinds=["overdue"], by=CLERK)
    tell(city, case, "pj_unit_clerk@jiaoyu")
    tell(city, case, "pj_unit_clerk@jiaoyu", kind="reminded")
    city.worker.drain()

    ((headers, body),) = hook.posts
    stamp, signature = (part.split("=", 1)[1] for part in headers["X-Chengxu-Signature"].split(","))
    assert hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() == signature
    assert int(stamp) == int(city.clock.machine().timestamp())
    (job,) = rows(city, "webhook")
    assert (headers["X-Chengxu-Delivery"], headers["Content-Type"]) == (job.id, "application/json")
    said = json.loads(body)
    row = city.case(case)
    assert said == {
        "id": said["id"], "kind": "overdue", "at": city.clock.now().isoformat(), "case": row.business_key, "title": row.title,
        "message": "“办理”已逾期", "message_en": "“work” is overdue", "url": f"{PAGES}/notices/{said['id']}",
    }  # fmt: skip


def test_who_may_not_read_the_case_gets_no_title(city: City, case: str, hook: Hook) -> None:
    connect(city, free_port())
    city.engine.add_webhook(address=hook.address, secret=SECRET, kinds=KINDS, by=OTHER)
    tell(city, case, f"@{OTHER}")
    city.worker.drain()
    ((_, body),) = hook.posts
    assert json.loads(body)["title"] is None


def test_another_answer_is_tried_again_and_a_redirect_is_not_followed(city: City, case: str, hook: Hook) -> None:
    connect(city, free_port())
    made = city.engine.add_webhook(address=hook.address, secret=SECRET, kinds=KINDS, by=CLERK)
    hook.status, hook.location = 302, f"{hook.address}/elsewhere"
    tell(city, case, "pj_unit_clerk@jiaoyu")
    city.worker.drain()
    assert len(hook.posts) == 1
    (job,) = rows(city, "webhook")
    assert (job.state, job.attempts, job.error) == ("todo", 1, "对方答复 302")
    hook.status, hook.location = 200, ""
    city.clock.advance(timedelta(hours=1))
    city.worker.drain()
    assert [headers["X-Chengxu-Delivery"] for headers, _ in hook.posts] == [job.id, job.id]
    with city.store.read() as connection:
        assert preferences.find_preference(connection, CLERK, f"webhook:{made}")["ok"] is True


def test_a_webhook_can_be_tried_and_ended_by_its_owner_only(city: City, case: str, hook: Hook) -> None:
    connect(city, free_port())
    made = city.engine.add_webhook(address=hook.address, secret=SECRET, kinds=["due"], by=CLERK)
    for forbidden in (city.engine.try_webhook, city.engine.end_webhook):
        with pytest.raises(NotFound):
            forbidden(made, by=OTHER)
    city.engine.try_webhook(made, by=CLERK)
    city.worker.drain()
    assert json.loads(hook.posts[0][1])["kind"] == "test"
    city.engine.end_webhook(made, by=CLERK)
    tell(city, case, "pj_unit_clerk@jiaoyu", kind="due")
    city.worker.drain()
    assert len(hook.posts) == 1
    with pytest.raises(NotFound):
        city.engine.try_webhook(made, by=CLERK)


def test_neither_secret_nor_address_stand_in_jobs_history_or_repr(city: City, case: str, hook: Hook) -> None:
    connect(city, free_port())
    hook.status = 500
    city.engine.add_webhook(address=f"{hook.address}/?token=hidden", secret=SECRET, kinds=KINDS, by=CLERK)
    tell(city, case, "pj_unit_clerk@jiaoyu")
    city.worker.drain()
    with city.store.read() as connection:
        day = list_links(connection, f"day-{city.clock.now().date().isoformat()}")
        (row,) = choosing.webhooks.list_webhooks(connection, CLERK)
    written = f"{[link.payload for link in day]} {[(job.payload, job.error) for job in rows(city, 'webhook')]} {row!r}"
    assert "webhook.added" in {link.kind for link in day}
    assert SECRET not in written
    assert "hidden" not in written


_REFUSED = [
    ("http://example.org/in", SECRET, ["due"], "address"), ("https://user:x@example.org/", SECRET, ["due"], "address"),
    ("ftp://example.org", SECRET, ["due"], "address"), ("https://例子.cn/", SECRET, ["due"], "address"),
    ("https://example.org/\r\nX: y", SECRET, ["due"], "address"), ("https://example.org:99999/", SECRET, ["due"], "address"),
    ("https://example.org/", "x" * 15, ["due"], "secret"), ("https://example.org/", "密" * 16, ["due"], "secret"),
    ("https://example.org/", SECRET, [], "kinds"), ("https://example.org/", SECRET, ["gossip"], "kinds"),
]  # fmt: skip


def test_a_webhook_that_can_not_be_is_refused(city: City) -> None:
    for address, secret, kinds, field in _REFUSED:
        with pytest.raises(InvalidAnswers) as caught:
            city.engine.add_webhook(address=address, secret=secret, kinds=kinds, by=CLERK)
        assert [one.field for one in caught.value.findings] == [field], address


def test_only_so_many_webhooks_are_in_use(city: City) -> None:
    made = [
        city.engine.add_webhook(address="https://example.org/", secret=SECRET, kinds=["due"], by=CLERK)
        for _ in range(choosing.MOST_WEBHOOKS)
    ]
    with pytest.raises(InvalidAnswers):
        city.engine.add_webhook(address="https://example.org/", secret=SECRET, kinds=["due"], by=CLERK)
    city.engine.end_webhook(made[0], by=CLERK)
    assert city.engine.add_webhook(address="https://example.org/", secret=SECRET, kinds=["due"], by=CLERK)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"])
def test_what_lies_inside_the_house_is_not_reached(host: str, hook: Hook) -> None:
    port = hook.address.rpartition(":")[2]
    with pytest.raises(Failed, match="内部网络"):
        hooking.post(f"https://{host}:{port}/", secret=SECRET, body=b"{}", delivery="x", at=0, private=False)
    assert hook.posts == []


@pytest.mark.parametrize(("address", "public"), [
    ("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("100.64.0.1", False), ("172.16.0.1", False),
    ("224.0.0.1", False), ("255.255.255.255", False), ("::1", False), ("::", False), ("fe80::1%eth0", False), ("fd00::1", False),
    ("::ffff:127.0.0.1", False), ("::ffff:8.8.8.8", True), ("2002:7f00:1::", False), ("64:ff9b::7f00:1", False),
    ("64:ff9b::808:808", True), ("::127.0.0.1", False), ("ff02::1", False), ("fec0::1", False),
])  # fmt: skip
def test_an_address_is_judged_by_where_it_leads(address: str, public: bool) -> None:
    assert hooking.is_public(address) is public


def test_what_is_sent_carries_only_ids(city: City, case: str, mailbox: Mailbox) -> None:
    connect(city, mailbox.port)
    choose(city, CLERK)
    tell(city, case, "pj_unit_clerk@jiaoyu")
    city.worker.drain()
    (job,) = rows(city, "mail")
    assert set(tagged.loads(job.payload)) == {"account", "notice"}
    assert (job.case_id, job.root) == (None, None)


def test_a_holder_in_another_unit_is_no_candidate(city: City) -> None:
    with city.store.read() as connection:
        found = deliveries.list_candidates(connection, ["pj_unit_clerk@jiaoyu", f"@{LEAD}"], on=date(2026, 8, 20))
    assert {CLERK, COLLEAGUE, LEAD} <= found
    assert OTHER not in found


# --- encrypted --------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path)


def test_https_is_spoken_with_whom_the_house_trusts_only(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(address: str) -> int:
        return hooking.post(address, secret=SECRET, body=b"{}", delivery="d", at=1, private=True)

    with http_server(certificate=certificate) as hook:
        with pytest.raises(Failed, match="SSLCertVerificationError"):
            send(hook.address)
        assert hook.posts == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert send(f"{hook.address}/in") == 204
        ((headers, body),) = hook.posts
        assert (headers["Host"], body) == (hook.address.removeprefix("https://"), b"{}")


def test_mail_is_handed_in_encrypted_where_that_is_set(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = mailing.Letter(subject="s", lines=[mailing.Line(text="t")])
    with smtp_server(certificate=certificate) as box:

        def send(security: str) -> None:
            server = MailServer(host="localhost", port=box.port, security=security, sender="chengxu@example.org")
            mail = mailing.write(letter, server=server, to="a@example.org", key="k", at=datetime(2026, 8, 20, tzinfo=UTC))
            mailing.send(server, mail)

        with pytest.raises(Failed, match="530"):
            send("none")
        with pytest.raises(Failed, match="SSLCertVerificationError"):
            send("starttls")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send("starttls")
        assert len(box.mails) == 1
