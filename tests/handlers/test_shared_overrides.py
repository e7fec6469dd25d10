"""The override list (R-SYS-04): what is granted is written and flagged; what is refused is explained."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.shared.overrides import explain_refusal, record_override
from service.sdk import Record

WANTED = {
    "rule": "R-PJ-06", "article": "pj-2020#11", "field": "service_life_years", "label": "使用年限",
    "finding": "项目使用年限原则上不得少于5年", "finding_en": "Service life should be at least 5 years", "value": "4 年",
    "reason": "设备更新快", "decider": "pj_center_lead", "override_opinion": "属实", "project_name": "平台", "unit_id": "jiaoyu",
}  # fmt: skip


def test_a_granted_override_is_listed_with_rule_reason_and_opinion_and_flagged(context: Any, levels: Any) -> None:
    facts = context(WANTED)
    record_override(facts)
    (write,) = facts.writes
    assert (write.register, write.key, write.expected) == ("override", "PJ-2026-0001:R-PJ-06", 0)
    assert (write.data["reason"], write.data["opinion"], write.data["decider"]) == ("设备更新快", "属实", "pj_center_lead")
    assert (write.data["case_key"], write.data["granted_on"]) == ("PJ-2026-0001", date(2026, 8, 20))
    assert levels(facts) == [("R-PJ-06", "flag", "service_life_years")]
    assert "设备更新快" in facts.findings[0].message


def test_a_second_grant_of_the_same_rule_is_its_next_version(context: Any) -> None:
    known = Record(register="override", key="PJ-2026-0001:R-PJ-06", version=1, data={})
    facts = context(WANTED, records=[known])
    record_override(facts)
    assert facts.writes[0].expected == 1


def test_the_applicant_is_told_only_what_was_refused(context: Any) -> None:
    decisions = [
        {"label": "使用年限", "decision": "同意", "opinion": "可"},
        {"label": "部署市级政务云", "decision": "不同意", "opinion": "可以上云"},
    ]
    found = explain_refusal(context({"override_decisions": decisions}))
    assert found == {"revise_reason": "部署市级政务云：不予破例。可以上云"}
