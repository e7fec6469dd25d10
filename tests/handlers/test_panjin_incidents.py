"""Who may report an incident, what closes it, and what is on record then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.panjin.incidents import check_closing, load_incident, record_handling, record_report
from service.clock import SHANGHAI
from service.sdk import Record

DUE = datetime(2026, 8, 20, 13, 0, tzinfo=SHANGHAI)
ENTRY = {"at": datetime(2026, 8, 20, 8, 50, tzinfo=SHANGHAI), "action": "断网", "result": None}


def project(unit: str) -> Record:
    return Record(register="project", key="PJ-2023-0001", version=1, data={"project_name": "平台", "unit_id": unit})


def contract(firm: str) -> Record:
    data = {"project_id": "PJ-2023-0001", "lot_type": "承建", "party_unit": firm, "party_b": "红滩软件有限公司", "amount": 1}
    return Record(register="contract", key="PJ-2023-0001-L1", version=1, data=data)


def unit(kind: str) -> Record:
    return Record(register="unit", key="jiaoyu", version=1, data={"name": "甲", "kind": kind})


@pytest.mark.parametrize(
    ("named", "records", "refused"),
    [
        ({"project_id": "PJ-2023-0001"}, [project("jiaoyu")], []),
        ({"project_id": "PJ-2023-0001"}, [project("minzheng")], [("incident_of_own_system", "project_id")]),
        ({"project_no": "PJ-2023-0001"}, [project("minzheng"), contract("jiaoyu")], []),
        (
            {"project_no": "PJ-2023-0001"},
            [project("minzheng"), contract("chengjiana")],
            [("incident_of_own_system", "project_no")],
        ),
        ({"project_no": "PJ-2023-0009"}, [project("jiaoyu")], [("incident_of_own_system", "project_no")]),
        ({}, [unit("department")], []),
        ({}, [unit("firm")], [("incident_of_own_system", "project_no")]),
    ],
)
def test_only_ones_own_system_or_one_that_one_has_built_is_reported(
    context: Any, blocked: Any, named: dict[str, str], records: list[Record], refused: list[tuple[str, str]]
) -> None:
    facts = context(named, records=records)
    load_incident(facts)
    assert blocked(facts) == refused


def test_the_log_only_grows(context: Any, blocked: Any) -> None:
    first = {"at": "2026-08-20 08:00", "action": "发现", "result": None, "entered_at": "2026-08-20 08:10"}
    facts = context({"project_id": "P", "handling_log": [first], "new_entries": [ENTRY]})
    found: Any = record_handling(facts)
    log = found["handling_log"]
    assert log[0] == first
    assert (log[1]["action"], log[1]["entered_at"]) == ("断网", "2026-08-20 09:00")
    assert [write.data["handling"] for write in facts.writes] == [log]
    assert blocked(facts) == []


def test_a_log_without_entries_is_refused(context: Any, blocked: Any) -> None:
    facts = context({"project_id": "P", "handling_log": [], "new_entries": []})
    record_handling(facts)
    assert blocked(facts) == [("R-PJ-32", "entries")]


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (1, True)])
def test_a_report_at_the_minute_is_in_time(context: Any, levels: Any, minutes: int, late: bool) -> None:
    report = {"reported_at": DUE + timedelta(minutes=minutes), "authority": "省级网信部门", "receipt_no": "1"}
    facts = context({"project_id": "P", "report_by": {"effective": DUE}, "new_report": report, "reports": []})
    found: Any = record_report(facts)
    assert found["reports"][0]["late"] is late
    assert levels(facts) == ([("R-PJ-32", "flag", "reported_at")] if late else [])


@pytest.mark.parametrize(
    ("log", "wanted", "reports", "fields"),
    [
        ([ENTRY], False, [], []),
        ([ENTRY], True, [{"receipt_no": "1"}], []),
        ([], False, [], ["handling_log"]),
        ([ENTRY], True, [], ["reports"]),
        ([], True, [], ["handling_log", "reports"]),
    ],
)
def test_nothing_is_closed_without_log_and_receipt(
    context: Any, blocked: Any, log: list[Any], wanted: bool, reports: list[Any], fields: list[str]
) -> None:
    reporting = {"wanted": wanted, "targets": "省级网信部门"}
    facts = context({"project_id": "P", "handling_log": log, "reporting": reporting, "reports": reports})
    check_closing(facts)
    assert blocked(facts) == [("R-PJ-32", field) for field in fields]


@pytest.mark.parametrize(("misuse", "told"), [([], []), (["泄露"], [("pj_unit_lead@jiaoyu", "pj_center_lead")])])
def test_misuse_is_told_to_the_head_of_the_unit_and_the_centre(context: Any, misuse: list[str], told: list[Any]) -> None:
    reporting = {"wanted": False, "targets": "本单位"}
    known = {"project_id": "P", "owner_unit": "jiaoyu", "system": "平台", "handling_log": [ENTRY], "reporting": reporting}
    facts = context({**known, "misuse": misuse, "liability": "通报批评" if misuse else None})
    check_closing(facts)
    assert [notice.groups for notice in facts.notices] == told
    assert [found.rule for found in facts.findings] == ["R-PJ-37" for _ in misuse]
    assert facts.writes[-1].data["misuse"] == misuse
