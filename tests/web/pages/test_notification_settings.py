"""通知设置: what a person chooses on the page and by the API, and how the number of unread notices is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from receiving import Hook, http_server

from service.engine.outlets import Outlets
from service.settings import MailServer
from service.store import notices
from service.web.api.notifications import NotificationsShape

CLERK, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.shuili"
PAGE = "/settings/notifications"
SECRET = "a-secret-of-some-length"


@pytest.fixture
def hook() -> Iterator[Hook]:
    with http_server() as made:
        yield made


@pytest.fixture
def browser(site: Any) -> Any:
    made = site.browser()
    made.sign_in(CLERK)
    return made


def post(browser: Any, path: str, **fields: Any) -> Any:
    return browser.client.post(path, data={**fields, "csrf_token": browser.token})


def checked(page: Any) -> dict[str, str]:
    """What is chosen on the page, by the name of the field."""
    return dict(re.findall(r'type="radio" name="([\w-]+)" value="(\w+)" checked', page.text))


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.text))


def test_the_page_shows_the_defaults_and_that_no_mail_is_sent(browser: Any) -> None:
    page = browser.client.get(PAGE)
    assert page.status_code == 200
    assert "尚未配置发信服务器" in page.text
    chosen = checked(page)
    assert chosen["language"] == "zh"
    assert {name for name, way in chosen.items() if way == "at_once"} == {"way-overdue", "way-escalated", "way-urged"}
    assert {name for name, way in chosen.items() if way == "digest"} == {
        f"way-{kind}" for kind in notices.KINDS if kind not in ("overdue", "escalated", "urged")
    }


def test_the_page_is_reached_from_every_page_and_from_the_notices(browser: Any) -> None:
    assert f'class="bar-link" href="{PAGE}"' in browser.client.get("/").text
    assert f'class="btn" href="{PAGE}"' in browser.client.get("/notices").text


def test_what_is_chosen_is_kept(site: Any, browser: Any) -> None:
    server = MailServer(host="127.0.0.1", port=25, security="none", sender="chengxu@example.org")
    site.city.engine.machine.outlets = Outlets(mail=server, public_url="https://chengxu.example.org")
    answer = post(browser, PAGE, email="wang@example.org", language="en", **{"way-overdue": "never", "way-due": "at_once"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    page = browser.client.get(PAGE)
    assert "通知设置已保存。" in page.text
    assert "尚未配置发信服务器" not in page.text
    assert 'value="wang@example.org"' in page.text
    chosen = checked(page)
    assert (chosen["language"], chosen["way-overdue"], chosen["way-due"]) == ("en", "never", "at_once")


def test_a_wrong_address_is_refused_beside_its_field_and_nothing_is_lost(browser: Any) -> None:
    answer = post(browser, PAGE, email="wang<script>", language="en", **{"way-overdue": "never"})
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert 'id="email-fault"' in answer.text
    assert "wang&lt;script&gt;" in answer.text
    assert checked(answer)["way-overdue"] == "never"
    assert checked(browser.client.get(PAGE))["way-overdue"] == "at_once"


def test_a_webhook_is_added_tried_and_ended_and_its_secret_never_shown(site: Any, browser: Any, hook: Hook) -> None:
    site.city.engine.machine.outlets = Outlets(webhook_private=True)
    post(browser, f"{PAGE}/webhooks", address=f"{hook.address}/in?token=hidden", secret=SECRET, kinds=["overdue", "due"])
    page = browser.client.get(PAGE)
    assert f"{hook.address}/in?…" in page.text
    assert "逾期、今天到期" in text(page)
    assert "尚未推送" in page.text
    assert SECRET not in page.text
    assert "token=hidden" not in page.text

    (test_url,) = re.findall(rf'action="({PAGE}/webhooks/\w+/test)"', page.text)
    assert post(browser, test_url).status_code == 303
    hook.status = 503
    site.city.worker.drain()
    assert "对方答复 503" in browser.client.get(PAGE).text
    hook.status = 200
    post(browser, test_url)
    site.city.worker.drain()
    assert "已送达" in browser.client.get(PAGE).text

    assert post(browser, test_url.replace("/test", "/end")).status_code == 303
    page = browser.client.get(PAGE)
    assert "已停用" in page.text
    assert test_url not in page.text
    assert post(browser, test_url).status_code == 404


def test_a_webhook_in_plain_text_is_refused_with_what_was_entered_but_the_secret(browser: Any) -> None:
    answer = post(browser, f"{PAGE}/webhooks", address="http://example.org/in", secret=SECRET, kinds=["due"])
    assert answer.status_code == 422
    assert 'href="#address"' in answer.text
    assert 'value="http://example.org/in"' in answer.text
    assert SECRET not in answer.text


def test_nobody_ends_or_tries_what_is_not_theirs(site: Any, browser: Any) -> None:
    made = site.as_(OTHER).post("/me/webhooks", {"address": "https://example.org/", "secret": SECRET, "kinds": ["due"]})
    assert made.status_code == 201
    for what in ("test", "end"):
        assert post(browser, f"{PAGE}/webhooks/{made.json['id']}/{what}").status_code == 404
    assert "example.org" not in browser.client.get(PAGE).text
    assert site.as_(CLERK).delete(f"/me/webhooks/{made.json['id']}").status_code == 404


def test_the_api_chooses_the_same_and_answers_in_its_shape(site: Any) -> None:
    clerk = site.as_(CLERK)
    clerk.post("/me/webhooks", {"address": "https://example.org/in?x=1", "secret": SECRET, "kinds": ["due"]})
    answer = clerk.put("/me/notifications", {"email": "a@example.org", "language": "en", "mail": {"copied": "at_once"}})
    assert answer.status_code == 200
    assert NotificationsShape().validate(answer.json) == {}
    assert (answer.json["email"], answer.json["language"], answer.json["mail"]["copied"]) == ("a@example.org", "en", "at_once")
    assert answer.json["webhooks"][0]["address"] == "https://example.org/in?…"
    assert clerk.get("/me/notifications").json == answer.json
    assert SECRET not in answer.text

    for wrong in ({"mail": {"gossip": "never"}}, {"mail": {"due": "often"}}, {"language": "fr"}, {"email": "x"}):
        refused = clerk.put("/me/notifications", {"email": None, "mail": {}, **wrong})
        assert refused.status_code == 422
    assert clerk.put("/me/notifications", {"email": None, "mail": {}}).json["email"] is None


def test_a_test_by_the_api_is_accepted_and_ending_is_final(site: Any) -> None:
    clerk = site.as_(CLERK)
    made = clerk.post("/me/webhooks", {"address": "https://example.org/", "secret": SECRET, "kinds": ["due"]}).json["id"]
    assert clerk.post(f"/me/webhooks/{made}/test").status_code == 202
    assert clerk.delete(f"/me/webhooks/{made}").status_code == 200
    assert clerk.post(f"/me/webhooks/{made}/test").status_code == 404


def test_the_count_is_not_sent_again_to_who_knows_it(site: Any) -> None:
    clerk, case = site.as_(CLERK), site.start()

    def ask(etag: str | None = None) -> Any:
        headers = clerk.headers | ({"If-None-Match": etag} if etag else {})
        return clerk.client.get("/api/v1/me/notices/count", headers=headers)

    first = ask()
    assert (first.status_code, first.json) == (200, {"unread": 0})
    again = ask(first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    with site.city.store.write() as connection:
        notices.insert_notice(
            connection, case_id=case, kind="notified", deadline=None, zh="知悉", en="Know", at=site.city.clock.now(),
            queues=[f"@{CLERK}"],
        )  # fmt: skip
    more = ask(first.headers["ETag"])
    assert (more.status_code, more.json) == (200, {"unread": 1})
    assert more.headers["ETag"] != first.headers["ETag"]
    assert site.as_(OTHER).get("/me/notices/count").json == {"unread": 0}


def test_the_page_is_english_for_who_reads_english(browser: Any) -> None:
    browser.client.set_cookie("lang", "en")
    page = browser.client.get(PAGE)
    assert "<h1>Notification settings</h1>" in page.text
    assert not re.search("[一-鿿]", re.search(r"<main.*</main>", page.text, re.S)[0].replace("中文", ""))  # type: ignore[index]
