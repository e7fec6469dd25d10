"""Nobody gets past the guard: every route is swept, and what changes something needs the token of its page."""

from __future__ import annotations

import re
from typing import Any

import pytest

CLERK = "pj_unit_clerk.jiaoyu"
PUBLIC = {"static", "healthz", "openapi", "pages.sign_in", "pages.sign_in_post", "metrics.show"}


def routes(site: Any) -> list[tuple[str, str, str]]:
    return [
        (method, re.sub(r"<[^>]+>", "x", rule.rule), rule.endpoint)
        for rule in site.app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def test_every_route_but_the_public_ones_needs_an_account(site: Any) -> None:
    client, swept = site.app.test_client(), 0
    for method, path, endpoint in routes(site):
        answer = client.open(path, method=method)
        if endpoint in PUBLIC:
            assert answer.status_code not in (401, 303), endpoint
        elif path.startswith("/api/"):
            assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), endpoint
            assert answer.json["type"] == "urn:chengxu:problem:not-signed-in"
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        else:
            assert answer.headers["Location"].startswith("/sign-in?next="), endpoint
        swept += 1
    assert swept > 30


def test_every_change_needs_the_token_of_a_page(site: Any) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    changing = [(method, path) for method, path, _ in routes(site) if method != "GET"]
    assert len(changing) > 8
    for method, path in changing:
        answer = browser.client.open(path, method=method, headers={"Accept": "application/json"}, json={})
        assert (answer.status_code, answer.json["type"]) == (403, "urn:chengxu:problem:csrf"), path
        assert "刷新后重试；您填写的内容在草稿中" in answer.json["detail"]


def test_a_script_of_the_page_may_call_the_api_with_its_token(site: Any) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    case = site.start()
    path = f"/api/v1/tasks/{site.task(case)}/draft"
    headers = {"X-CSRF-Token": browser.token}

    assert browser.client.put(path, json={"variables": {"note": "x"}}, headers=headers).status_code == 200


@pytest.mark.parametrize("stale", ["", "nonsense", "other"])
def test_a_token_of_another_session_is_stale(site: Any, stale: str) -> None:
    browser, stranger = site.browser(), site.browser()
    browser.sign_in(CLERK)
    given = stranger.token if stale == "other" else stale

    answer = browser.client.post("/api/v1/cases", json={"process": "notes", "variables": {}}, headers={"X-CSRF-Token": given})

    assert (answer.status_code, answer.json["type"]) == (403, "urn:chengxu:problem:csrf")


def test_a_token_from_before_signing_in_again_is_stale(site: Any) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    old = browser.token
    browser.client.post("/sign-out", data={"csrf_token": old})
    browser.sign_in(CLERK)

    answer = browser.client.post("/api/v1/cases", json={"process": "notes", "variables": {}}, headers={"X-CSRF-Token": old})

    assert answer.status_code == 403


def test_a_form_of_a_page_with_a_stale_token_gets_a_page_that_says_so(site: Any) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    answer = browser.client.post("/sign-out", data={"csrf_token": "stale"})
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "页面已过期" in answer.text


def test_a_bearer_token_needs_no_page(site: Any) -> None:
    assert site.as_(CLERK).post("/cases", {"process": "notes", "variables": {}}).status_code == 201


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer \xff"])
def test_a_bearer_token_that_is_none_is_refused_even_with_a_good_cookie(site: Any, header: str) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)
    assert browser.client.get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_a_bearer_token_opens_no_pages(site: Any) -> None:
    caller = site.as_(CLERK)
    assert caller.client.get("/", headers=caller.headers).status_code == 303


def test_every_answer_carries_the_security_headers(site: Any) -> None:
    client = site.app.test_client()
    for path in ("/sign-in", "/healthz", "/api/v1/me", "/nowhere", "/static/nothing.js"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] in ("no-store", "no-cache")


def test_static_files_with_a_hashed_name_are_kept_for_a_year(site: Any, tmp_path: Any) -> None:
    (tmp_path / "app-WH3XWDD5.js").write_text("1")
    (tmp_path / "manifest.json").write_text("{}")
    site.app.static_folder = str(tmp_path)
    client = site.app.test_client()

    with client.get("/static/app-WH3XWDD5.js") as hashed, client.get("/static/manifest.json") as plain:
        assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert plain.headers["Cache-Control"] == "no-cache"


def test_the_health_check_reaches_the_database(site_anywhere: Any) -> None:
    assert site_anywhere.app.test_client().get("/healthz").json == {"status": "ok"}
