"""Whoever sees what is closed to others leaves a line of history, once an hour, wherever it was shown."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from city import PASSWORD
from drawing import chain, end, form, start, text_field, user_task
from sqlalchemy import event, text

from service.clock import FrozenClock
from service.engine import protected_reads, reads
from service.engine.people import get_actor
from service.store import cases
from service.store.history import Link, list_links
from service.store.proving import prove_chain

CLERK, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu"
AUDIT, MONITOR, SYSADMIN = "pj_audit.shenji", "monitor.zhongxin", "sysadmin.zhongxin"
READER = "pj_center_lead.zhongxin"


def incidents() -> tuple[str, dict[str, bytes]]:
    protected = {"properties": {"readers": "pj_center_lead"}}
    name = {**text_field("informant"), **protected}
    letter: dict[str, object] = {
        "type": "filepicker", "key": "letter", "label": "举报信", "id": "letter", "accept": ".txt", "multiple": True, **protected,
    }  # fmt: skip
    body = start() + user_task("report", form="incidents.report") + user_task("look_into", form="incidents.look_into")
    return body + end() + chain("begin", "report", "look_into", "finished"), {
        "incidents.report": form("incidents.report", text_field("what"), name, letter),
        "incidents.look_into": form("incidents.look_into", text_field("result"), name),
    }


@pytest.fixture
def case(site: Any) -> str:
    body, forms = incidents()
    site.city.deploy({"incidents": body}, forms)
    found: str = site.city.engine.start_case("incidents", {}, by=CLERK).id
    sent = site.as_(CLERK).post("/attachments", data={"file": (io.BytesIO("某某举报".encode()), "letter.txt")})
    answers = {"what": "数据外泄", "informant": "知情人甲", "letter": [sent.json["id"]]}
    site.city.engine.complete_task(site.task(found), answers, by=CLERK)
    return found


def lines(site: Any, case: str) -> list[Link]:
    with site.city.store.read() as connection:
        links = list_links(connection, case)
        assert prove_chain(connection, case).found is None
    return [link for link in links if link.kind == "protected.read"]


def noted(site: Any, case: str) -> list[tuple[str, str, list[str]]]:
    return [(link.actor, link.payload["where"], link.payload["fields"]) for link in lines(site, case)]


def letter(site: Any) -> str:
    with site.city.store.read() as connection:
        return str(connection.execute(text("SELECT id FROM attachments")).scalar_one())


def test_who_may_see_it_leaves_a_line_and_others_none(site: Any, case: str) -> None:
    told = site.as_(READER).get(f"/cases/{case}").json
    assert told["variables"]["informant"] == "知情人甲"
    assert noted(site, case) == [(READER, "api", ["informant", "letter"])]
    for account in (LEAD, MONITOR):
        assert "informant" not in site.as_(account).get(f"/cases/{case}").json["variables"]
    assert len(lines(site, case)) == 1


def test_an_auditor_who_looks_leaves_a_line_too(site: Any, case: str) -> None:
    assert site.as_(AUDIT).get(f"/cases/{case}").json["variables"]["informant"] == "知情人甲"
    assert [(actor, where) for actor, where, _ in noted(site, case)] == [(AUDIT, "api")]


def test_looking_again_within_the_hour_adds_nothing_and_later_one_more(site: Any, case: str, clock: FrozenClock) -> None:
    for _ in range(3):
        site.as_(READER).get(f"/cases/{case}")
    assert len(lines(site, case)) == 1
    clock.advance(timedelta(hours=1))
    site.as_(READER).get(f"/cases/{case}")
    assert len(lines(site, case)) == 2


def test_who_entered_it_leaves_no_line(site: Any, case: str) -> None:
    assert site.as_(CLERK).get(f"/cases/{case}").json["variables"]["informant"] == "知情人甲"
    with site.as_(CLERK).get(f"/attachments/{letter(site)}") as answer:
        assert answer.status_code == 200
    assert lines(site, case) == []


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/api/v1/cases/{case}", "api"),
        ("/api/v1/cases/{case}/history", "api"),
        ("/api/v1/attachments/{letter}", "api"),
        ("/cases/{case}", "page"),
        ("/cases/{case}/sheet.pdf", "print"),
        ("/cases/{case}/file.zip", "export"),
        ("/api/v1/cases/{case}/sheet", "print"),
        ("/api/v1/cases/{case}/file", "export"),
    ],
)
def test_every_way_to_see_it_is_told_apart(site: Any, case: str, path: str, place: str) -> None:
    browser = site.browser()
    browser.sign_in(READER)
    asked = path.format(case=case, letter=letter(site))
    answer = site.as_(READER).get(asked.removeprefix("/api/v1")) if asked.startswith("/api/") else browser.client.get(asked)
    assert answer.status_code == 200
    answer.close()
    assert {(actor, where) for actor, where, _ in noted(site, case)} == {(READER, place)}


def test_only_auditors_see_in_the_case_who_has_looked(site: Any, case: str) -> None:
    site.as_(READER).get(f"/cases/{case}")

    def kinds(account: str) -> set[str]:
        return {line["kind"] for line in site.as_(account).get(f"/cases/{case}/history").json["items"]}

    assert "protected.read" in kinds(AUDIT)
    for account in (CLERK, LEAD, READER, MONITOR):
        assert "protected.read" not in kinds(account)
    browser = site.browser()
    browser.sign_in(AUDIT)
    assert "查看了受保护" in browser.client.get(f"/cases/{case}?all=1").text


def test_a_case_without_protected_fields_is_read_without_any_write(site: Any) -> None:
    plain = site.start("notes")
    browser = site.browser()
    browser.sign_in(LEAD)
    caller = site.as_(LEAD)
    statements: list[str] = []
    event.listen(site.city.store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert browser.client.get(f"/cases/{plain}").status_code == 200
    assert caller.get(f"/cases/{plain}").status_code == 200
    assert statements == []


def test_a_second_look_does_not_write_either(site: Any, case: str) -> None:
    reader = site.as_(READER)
    reader.get(f"/cases/{case}")
    statements: list[str] = []
    event.listen(site.city.store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    reader.get(f"/cases/{case}")
    assert statements == []


def test_what_cannot_be_recorded_is_not_shown(site: Any, case: str) -> None:
    reader = site.as_(READER)
    with site.city.store.write() as connection:
        connection.execute(text("DROP TABLE protected_reads"))
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = reader.get(f"/cases/{case}")
    assert answer.status_code == 500
    assert "知情人甲" not in answer.text


def test_on_the_command_line_it_is_recorded_at_once(site: Any, case: str) -> None:
    machine = site.city.engine.machine
    with site.city.store.read() as connection:
        row = cases.find_case(connection, case)
        assert row is not None
        reads.visible_variables(machine, connection, row, get_actor(connection, READER))
    assert noted(site, case) == [(READER, "command", ["informant", "letter"])]


def test_what_is_collected_is_written_only_when_told(site: Any, case: str) -> None:
    machine = site.city.engine.machine
    with protected_reads.collecting("page") as collected:
        protected_reads.let_through(machine, READER, case, ["informant"])
        assert lines(site, case) == []
        collected.write()
    assert noted(site, case) == [(READER, "page", ["informant"])]


def test_lines_go_on_after_the_case_has_ended(site: Any, case: str) -> None:
    site.city.engine.complete_task(site.task(case), {"result": "属实"}, by=CLERK)
    assert site.city.case(case).status == "completed"
    site.as_(READER).get(f"/cases/{case}")
    assert len(lines(site, case)) == 1


@pytest.mark.parametrize("account", [MONITOR, SYSADMIN, AUDIT])
def test_those_who_watch_decide_nothing(site: Any, case: str, account: str) -> None:
    task, caller = site.task(case), site.as_(account)
    answers = {"variables": {"result": "属实"}, "signature": {"password": PASSWORD}}
    refused = [
        caller.post(f"/tasks/{task}/claim"),
        caller.post(f"/tasks/{task}/complete", answers),
        caller.post(f"/tasks/{task}/send-back", {"to": "report", "reason": "重填"}),
    ]
    assert {one.status_code for one in refused} <= {403, 404, 422}
    assert site.city.tasks(case)[0].id == task
