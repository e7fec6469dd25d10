"""Messages through the API."""

from __future__ import annotations

from typing import Any

import pytest
from city import BPMN
from drawing import chain, end, extensions, start, user_task

CLERK, CONNECTOR = "pj_unit_clerk.jiaoyu", "connector.zhongxin"


def waiting_case(site: Any) -> str:
    subscription = extensions("""<zeebe:subscription correlationKey="=&quot;PJ-1&quot;"/>""")
    message = f'<bpmn:message id="decided_message" name="pj.decided">{subscription}</bpmn:message>'
    catch = (
        '<bpmn:intermediateCatchEvent id="decided" name="decided"><bpmn:messageEventDefinition messageRef="decided_message"/>'
        "</bpmn:intermediateCatchEvent>"
    )
    body = start() + catch + user_task("go_on") + end() + chain("begin", "decided", "go_on", "finished")
    process = f'<bpmn:process id="receiving" name="receiving" isExecutable="true">{body}</bpmn:process>'
    site.city.deploy({"receiving": f"{BPMN}{message}{process}</bpmn:definitions>"})
    return site.start("receiving")


def test_a_message_reaches_the_case_that_waits_and_the_same_id_twice_has_no_effect(site_anywhere: Any) -> None:
    site = site_anywhere
    case, clerk, connector = waiting_case(site), site.as_(CLERK), site.as_(CONNECTOR)
    site.city.worker.drain()
    assert [row["kind"] for row in clerk.get(f"/cases/{case}").json["waiting"]] == ["message"]
    body = {"id": "m-1", "name": "pj.decided", "correlation": "PJ-1", "payload": {"result": "通过"}}

    first, second = connector.post("/messages", body), connector.post("/messages", body)
    site.city.worker.drain()

    assert (first.status_code, first.json) == (201, {"id": "m-1", "duplicate": False})
    assert (second.status_code, second.json) == (200, {"id": "m-1", "duplicate": True})
    assert clerk.get(f"/cases/{case}").json["variables"]["result"] == "通过"


def test_waiting_for_a_message_ends_when_it_has_arrived(site: Any) -> None:
    case, clerk, connector = waiting_case(site), site.as_(CLERK), site.as_(CONNECTOR)
    site.city.worker.start()
    try:
        answer = connector.post("/messages?wait=15", {"id": "m", "name": "pj.decided", "correlation": "PJ-1"})
    finally:
        site.city.worker.stop()
    assert (answer.status_code, answer.json["rest"]) == (201, True)
    assert [task["element"] for task in clerk.get(f"/cases/{case}").json["tasks"]] == ["go_on"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "x" * 121}, "id"), ({"id": 1}, "id"), ({"name": "a\x00b"}, "name"), ({"name": None}, "name"),
        ({"correlation": "x" * 201}, "correlation"), ({"payload": []}, "payload"), ({"more": 1}, "more"),
    ],
)  # fmt: skip
def test_a_message_of_another_shape_is_refused_by_field(site_anywhere: Any, change: dict[str, Any], field: str) -> None:
    body = {"id": "m", "name": "n", "correlation": None, "payload": {}} | change
    answer = site_anywhere.as_(CONNECTOR).post("/messages", body)
    assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (422, [field])


@pytest.mark.parametrize(
    ("account", "status"), [(CLERK, 403), ("pj_audit.shenji", 403), ("sysadmin.zhongxin", 201), (CONNECTOR, 201)]
)
def test_only_administrators_and_other_systems_send_messages(site: Any, account: str, status: int) -> None:
    answer = site.as_(account).post("/messages", {"id": "m", "name": "pj.decided", "correlation": "PJ-1"})
    assert answer.status_code == status
    assert answer.json.get("rule") == ("message-sender" if status == 403 else None)
