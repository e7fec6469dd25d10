"""Signing in and out: sessions are rows, wrong passwords are slow, and the record knows of all of it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from city import PASSWORD

from service.clock import FrozenClock
from service.store.history import list_links
from service.web import auth

CLERK = "pj_unit_clerk.jiaoyu"


def day(site: Any) -> list[str]:
    with site.city.store.read() as connection:
        return [link.kind for link in list_links(connection, "day-2026-08-20") if link.kind.startswith("session.")]


def test_a_session_is_a_random_secret_of_which_only_the_digest_is_stored(site: Any) -> None:
    browser = site.browser()
    answer = browser.sign_in(CLERK)

    assert answer.status_code == 303
    cookie = browser.client.get_cookie("chengxu_session")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert not cookie.secure
    with site.city.store.read() as connection:
        digests = connection.exec_driver_sql("SELECT digest FROM sessions").scalars().all()
    assert digests == [hashlib.sha256(cookie.value.encode()).hexdigest()]
    assert browser.client.get("/api/v1/me").json["name"] == CLERK
    assert day(site) == ["session.opened"]


def test_cookies_are_secure_when_the_page_came_over_https(site: Any) -> None:
    browser = site.browser()
    page = browser.client.get("/sign-in", base_url="https://localhost")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = browser.client.post(
        "/sign-in", base_url="https://localhost", headers={"Referer": "https://localhost/sign-in"},
        data={"name": CLERK, "password": PASSWORD, "csrf_token": token},
    )  # fmt: skip

    assert answer.status_code == 303
    assert all("Secure" in cookie for cookie in [*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")])


def test_a_session_ends_after_twelve_hours(site: Any, clock: FrozenClock) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    clock.advance(timedelta(hours=11, minutes=59))
    assert browser.client.get("/api/v1/me").status_code == 200
    clock.advance(timedelta(minutes=2))
    assert browser.client.get("/api/v1/me").status_code == 401


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(site: Any) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    secret = browser.client.get_cookie("chengxu_session").value
    browser.client.post("/sign-out", data={"csrf_token": browser.token})

    browser.client.set_cookie("chengxu_session", secret)
    assert browser.client.get("/api/v1/me").status_code == 401
    assert day(site) == ["session.opened", "session.closed"]


def test_a_page_needs_signing_in_and_comes_back_to_itself(site: Any) -> None:
    answer = site.browser().client.get("/cases?q=x")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/cases?q%3Dx"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "\t/x", "", None, "/a\nb"])
def test_nobody_is_sent_elsewhere_after_signing_in(target: str | None) -> None:
    assert auth.safe_next(target) == "/"


def test_one_is_sent_to_the_page_that_was_wanted() -> None:
    assert auth.safe_next("/tasks/abc?x=1") == "/tasks/abc?x=1"


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(site: Any, clock: FrozenClock) -> None:
    browser = site.browser()
    assert [browser.sign_in(CLERK, "wrong-password").status_code for _ in range(5)] == [403] * 5
    assert browser.sign_in(CLERK).status_code == 429
    assert site.browser().sign_in("pj_unit_lead.jiaoyu").status_code == 303
    assert day(site) == [*["session.refused"] * 5, "session.opened"]

    clock.advance(timedelta(minutes=15, seconds=1))
    assert browser.sign_in(CLERK).status_code == 303


def test_four_wrong_passwords_are_forgiven_by_the_right_one(site: Any) -> None:
    browser = site.browser()
    for _ in range(2):
        assert [browser.sign_in(CLERK, "wrong-password").status_code for _ in range(4)] == [403] * 4
        assert browser.sign_in(CLERK).status_code == 303
        browser.client.post("/sign-out", data={"csrf_token": browser.token})


def test_thirty_failures_from_one_address_close_it_for_every_account(site: Any) -> None:
    browser = site.browser()
    assert {browser.sign_in(f"nobody.{number}", "wrong-password").status_code for number in range(30)} == {403}
    assert browser.sign_in(CLERK).status_code == 429


def test_an_account_that_does_not_exist_is_refused_in_the_same_words(site: Any) -> None:
    browser = site.browser()
    wrong, nobody = browser.sign_in(CLERK, "wrong-password"), browser.sign_in("nobody", "wrong-password")
    assert wrong.status_code == nobody.status_code == 403
    assert "账号或密码不正确" in wrong.text
    assert "账号或密码不正确" in nobody.text


def test_a_disabled_account_is_out_at_once(site: Any) -> None:
    browser, caller = site.browser(), site.as_(CLERK)
    browser.sign_in(CLERK)
    with site.city.store.write() as connection:
        connection.exec_driver_sql("UPDATE accounts SET active = 0 WHERE name = 'pj_unit_clerk.jiaoyu'")

    assert browser.client.get("/api/v1/me").status_code == 401
    assert caller.get("/me").status_code == 401
    assert site.browser().sign_in(CLERK).status_code == 403


def test_a_very_long_name_and_password_are_only_wrong(site_anywhere: Any) -> None:
    assert site_anywhere.browser().sign_in("x" * 5000 + "\x00", "y" * 5000).status_code == 403
