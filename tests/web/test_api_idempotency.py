"""A POST with an Idempotency-Key is done once, however often it is sent."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest

CLERK, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu"
START = {"process": "notes", "variables": {}}


def test_the_same_key_and_request_get_the_first_answer_again(site_anywhere: Any) -> None:
    clerk = site_anywhere.as_(CLERK)
    first, again = clerk.post("/cases", START, key="k"), clerk.post("/cases", START, key="k")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.mimetype == "application/json"
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert len(clerk.get("/cases").json["items"]) == 1


def test_without_a_key_or_with_another_it_is_done_again(site: Any) -> None:
    clerk = site.as_(CLERK)
    for key in (None, None, "a", "b"):
        assert clerk.post("/cases", START, key=key).status_code == 201
    assert len(clerk.get("/cases").json["items"]) == 4


def test_the_same_key_with_another_request_is_refused(site_anywhere: Any) -> None:
    site = site_anywhere
    clerk = site.as_(CLERK)
    clerk.post("/cases", START, key="k")
    task = site.task(site.start())
    others = (("/cases", {"process": "other", "variables": {}}), (f"/tasks/{task}/claim", None), ("/cases?wait=1", START))
    for path, body in others:
        answer = clerk.post(path, body, key="k")
        assert (answer.status_code, answer.json["type"]) == (422, "urn:chengxu:problem:idempotency-mismatch")


def test_a_key_belongs_to_the_account(site: Any) -> None:
    first, second = site.as_(CLERK).post("/cases", START, key="k"), site.as_(LEAD).post("/cases", START, key="k")
    assert first.json["id"] != second.json["id"]


def test_a_refused_request_may_be_corrected_under_the_same_key(site: Any) -> None:
    clerk = site.as_(CLERK)
    path = f"/tasks/{site.task(site.start())}/complete"
    assert clerk.post(path, {"variables": {}}, key="k").status_code == 422
    assert clerk.post(path, {"variables": {"note": "x"}}, key="k").status_code == 200
    again = clerk.post(path, {"variables": {"note": "x"}}, key="k")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")


def test_while_the_first_is_running_the_second_is_asked_to_wait(site_anywhere: Any) -> None:
    site = site_anywhere
    clerk, statuses = site.as_(CLERK), []
    callers = [site.as_(CLERK) for _ in range(6)]

    def call(caller: Any) -> None:
        answer = caller.post("/cases", START, key="k")
        statuses.append((answer.status_code, answer.json.get("type", "")))

    threads = [threading.Thread(target=call, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(clerk.get("/cases").json["items"]) == 1
    assert {status for status, _ in statuses} <= {201, 409}
    assert {slug for status, slug in statuses if status == 409} <= {"urn:chengxu:problem:idempotency-running"}
    assert clerk.post("/cases", START, key="k").headers["Idempotent-Replayed"] == "true"


def test_an_upload_is_known_by_its_parts_whatever_the_boundary(site: Any) -> None:
    clerk = site.as_(CLERK)

    def upload(content: bytes, name: str = "a.txt") -> Any:
        return clerk.post("/attachments", data={"file": (io.BytesIO(content), name)}, key="k")

    first, again = upload(b"hello"), upload(b"hello")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert upload(b"other").json["type"] == "urn:chengxu:problem:idempotency-mismatch"
    assert upload(b"hello", "b.txt").status_code == 422


@pytest.mark.parametrize("key", ["", "x" * 121, "schlüssel"])
def test_a_key_that_cannot_be_kept_is_refused(site: Any, key: str) -> None:
    assert site.as_(CLERK).post("/cases", START, key=key).status_code == 422


def test_what_is_kept_of_a_signed_request_does_not_betray_the_password(site: Any) -> None:
    import hashlib

    clerk, body = site.as_(CLERK), b'{"variables":{"note":"x"},"signature":{"password":"demo-password"}}'
    path = f"/api/v1/tasks/{site.task(site.start())}/complete"
    headers = clerk.headers | {"Idempotency-Key": "k"}
    assert clerk.client.post(path, data=body, content_type="application/json", headers=headers).status_code == 200
    with site.city.store.read() as connection:
        (kept,) = connection.exec_driver_sql("SELECT request FROM replies").scalars()
    assert kept not in {hashlib.sha256(f"POST {path}{mark}\n".encode() + body).hexdigest() for mark in ("", "?")}


def test_nobody_reserves_a_key_without_an_account(site: Any) -> None:
    site.app.test_client().post("/api/v1/cases", json=START, headers={"Idempotency-Key": "k"})
    with site.city.store.read() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM replies").scalar() == 0


def test_a_command_whose_answer_was_lost_is_not_done_twice(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.web.api import cases

    def fail(**_: Any) -> None:
        raise OSError("the disk is full")

    clerk = site.as_(CLERK)
    with monkeypatch.context() as broken:
        broken.setattr(cases, "followed", fail)  # the case is there, and then the view fails
        assert clerk.post("/cases", START, key="k").status_code == 500

    again = clerk.post("/cases", START, key="k")

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    (only,) = clerk.get("/cases").json["items"]
    assert again.json["id"] == only["id"]


def test_a_reservation_of_a_process_that_died_is_free_after_two_minutes(site: Any) -> None:
    from datetime import timedelta

    from service.store import entries

    machine = site.city.engine.machine
    with machine.store.write() as connection:
        entries.reserve_reply(connection, account=CLERK, key="k", request="x", at=machine.clock.machine())
    clerk = site.as_(CLERK)
    assert clerk.post("/cases", START, key="k").status_code == 422
    site.city.clock.advance(timedelta(minutes=3))
    assert clerk.post("/cases", START, key="k").status_code == 201
