"""Search in the lists that forms offer: within the form for who may open it, else within what one reads of the register."""

from __future__ import annotations

import json
from typing import Any

import pytest
from city import ROOT
from drawing import chain, end, extensions, form, start, user_task

from service.engine.bundle import Bundle, read_bundle
from service.engine.publishing import publish
from service.engine.registering import write_entry
from service.sdk import Write

CLERK, OTHER, CENTRE, EXPERT = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.shuili", "pj_center_super.zhongxin", "pj_expert.ligong"


def select(key: str, values_key: str) -> dict[str, object]:
    return {"type": "select", "key": key, "label": key, "id": key, "valuesKey": values_key}


@pytest.fixture
def choosing(site: Any) -> Any:
    """Projects of two units, and a process whose start form offers all of them and whose step those of the unit."""
    machine = site.city.engine.machine
    publish(machine, Bundle(registers=read_bundle(ROOT, handlers=False).registers), by="system")
    begin_form = extensions('<zeebe:formDefinition formId="choosing.begin"/>')
    body = start().replace("/>", f">{begin_form}</bpmn:startEvent>") + user_task("check", form="choosing.check") + end()
    nodes = "".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in ("begin", "check"))
    lane = f'<bpmn:lane id="pj_unit_clerk" name="clerk">{nodes}</bpmn:lane>'
    lanes = f'<bpmn:laneSet id="lanes">{lane}</bpmn:laneSet>'
    forms = {
        "choosing.begin": form("choosing.begin", select("any", "all_projects")),
        "choosing.check": form("choosing.check", select("own", "projects")),
    }
    site.city.deploy({"choosing": lanes + body + chain("begin", "check", "finished")}, forms)
    with machine.store.write() as connection:
        for number in range(1, 251):
            data = {
                "project_id": f"PJ-2026-{number:04d}", "project_name": f"云平台{number}", "status": "filed",
                "unit_id": "shuili" if number % 5 else "jiaoyu",
            }  # fmt: skip
            write = Write(register="project", key=data["project_id"], data=data, expected=0)
            write_entry(connection, machine.rules.registers, write, actor=CLERK, case_id=None, at=machine.clock.now())
    return site


def found(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["value"] for item in answer.json["items"]]


def test_without_a_form_one_finds_what_one_reads_of_the_register(choosing: Any) -> None:
    assert found(choosing.as_(CENTRE).get("/choices/all_projects?q=2026-0007")) == ["PJ-2026-0007"]
    assert found(choosing.as_(CLERK).get("/choices/all_projects?q=2026-0007")) == []
    assert found(choosing.as_(CLERK).get("/choices/projects?q=2026-0005")) == ["PJ-2026-0005"]
    assert len(found(choosing.as_(CENTRE).get("/choices/all_projects"))) == 20
    for path in ("/choices/all_projects", "/choices/systems"):
        assert choosing.as_(EXPERT).get(path).status_code == 404
    assert choosing.as_(CENTRE).get("/choices/units").status_code == 404
    assert choosing.as_(CENTRE).get("/choices/all_projects?q=" + "x" * 201).status_code == 422


def test_with_a_form_one_finds_what_that_form_offers(choosing: Any) -> None:
    clerk = choosing.as_(CLERK)
    assert clerk.get("/choices/all_projects?q=2026-0007&process=choosing").json["items"] == [
        {"label": "云平台7（PJ-2026-0007）", "value": "PJ-2026-0007"}
    ]
    assert clerk.get("/choices/projects?process=choosing").status_code == 404
    assert choosing.as_(CENTRE).get("/choices/all_projects?process=choosing").status_code == 403

    case = choosing.start("choosing", {"any": "PJ-2026-0007"})
    task = choosing.task(case)
    assert found(clerk.get(f"/choices/projects?q=2026-000&task={task}")) == ["PJ-2026-0005"]
    assert clerk.get(f"/choices/all_projects?task={task}").status_code == 404
    assert choosing.as_(OTHER).get(f"/choices/projects?task={task}").status_code == 404


def test_a_page_gets_the_newest_and_where_to_ask_for_the_others(choosing: Any) -> None:
    browser = choosing.browser()
    browser.sign_in(CLERK)
    page = browser.client.get("/start/choosing").text
    given = json.loads(page.split('data-part="form-data">')[1].split("</script>")[0])
    assert given["choices"] == {"all_projects": "/api/v1/choices/all_projects?process=choosing"}
    assert len(given["data"]["all_projects"]) == 200
    assert given["schema"]["components"][0]["searchable"] is True

    task = choosing.task(choosing.start("choosing", {"any": "PJ-2026-0001"}))
    page = browser.client.get(f"/tasks/{task}").text
    given = json.loads(page.split('data-part="form-data">')[1].split("</script>")[0])
    assert given["choices"] == {}
    assert len(given["data"]["projects"]) == 50
