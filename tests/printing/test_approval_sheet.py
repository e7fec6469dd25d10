"""What stands on an approval sheet, for whom."""

from __future__ import annotations

from typing import Any

import pytest

from service.engine.events import Event
from service.errors import NotFound
from service.store.history import list_links

CLERK, SECOND, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu"
OTHER = "pj_unit_clerk.shuili"
SECRET = "4987654"


def facts(sheet: Any) -> dict[str, str]:
    return {fact.label: fact.value for part in (sheet, *sheet.groups) for fact in part.facts}


def test_facts_stand_as_the_forms_show_them(office: Any) -> None:
    shown = facts(office.sheet())

    assert shown["申请金额"] == "3,200,000.50 元"
    assert shown["完成日期"] == "2026-12-31"
    assert shown["协办单位"] == "市财政局"
    assert shown["清单 1"] == "名称 服务器；金额 1,200.00 元"
    assert shown["清单 2"] == "名称 网络；金额 3,400.00 元"
    assert shown["材料"].startswith("方案.pdf（")
    assert shown["发起人"] == "王敏"
    assert shown["单位"] == "市教育局"
    assert shown["状态"] == "已办结：准予资助"


def test_each_opinion_tells_who_gave_it_for_whom_where_and_when(office: Any) -> None:
    review, approval = office.sheet().opinions

    assert (review.step, review.verdict, review.text) == ("经办审核", "同意", "材料齐全，符合条件。")
    assert (review.name, review.deputy_of, review.unit, review.signed) == ("赵一鸣", "王敏", "市教育局", False)
    assert (approval.step, approval.name, approval.deputy_of, approval.signed) == ("负责人审批", "刘建国", None, True)
    assert approval.at.isoformat() == "2026-08-20T12:00:00+08:00"


def test_what_was_said_is_not_told_again_among_the_facts(office: Any) -> None:
    assert {group.title for group in office.sheet().groups} == {"提出申请"}


def test_the_course_of_the_case_tells_reasons_and_who_was_asked(office: Any) -> None:
    words = [line.words for line in office.sheet().lines]

    assert "委派赵一鸣代为办理“经办审核”。理由：出差" in words
    assert "代王敏办理“经办审核”" in words
    assert "办结：准予资助" in words


def test_each_unit_that_opines_has_a_place_for_its_seal(office: Any) -> None:
    assert office.sheet().seals == ("市教育局",)


def test_the_sheet_names_the_hash_of_the_last_line_of_history(office: Any) -> None:
    sheet = office.sheet(LEAD)
    with office.city.store.read() as connection:
        last = [link for link in list_links(connection, office.case) if link.kind != Event.PROTECTED_READ][-1]

    assert (sheet.seq, sheet.head) == (last.seq, last.hash.hex())


def test_what_is_sealed_stands_on_no_sheet_but_that_of_its_readers(office: Any) -> None:
    second, lead = office.sheet(SECOND), office.sheet(LEAD)

    assert facts(lead)["底价"] == SECRET
    assert "底价表.pdf" in facts(lead)["密封材料"]
    assert "底价" not in facts(second)
    assert SECRET not in repr(second)
    assert "底价表" not in repr(second)


def test_a_reader_from_whom_something_is_sealed_gets_no_hash_to_confirm_a_guess(office: Any) -> None:
    assert office.sheet(SECOND).head is None


def test_the_sheet_of_a_case_that_one_may_not_see_is_not_found(office: Any) -> None:
    with pytest.raises(NotFound):
        office.sheet(OTHER)


def test_the_digest_changes_with_what_stands_on_the_sheet_and_with_nothing_else(office: Any) -> None:
    from dataclasses import replace

    sheet = office.sheet()

    assert office.sheet().sm3 == sheet.sm3
    assert replace(sheet, subject="另一事项").sm3 != sheet.sm3


def test_a_signer_who_was_added_is_among_the_opinions(office: Any) -> None:
    from service.store import cases
    from service.store.history import Chain, Entry

    row = office.city.case(office.case)
    with office.city.store.write() as connection:
        chain = Chain(row.id, row.history_seq, row.history_head)
        payload = {"task": "t", "main": "m", "way": "after", "decision": "不同意", "opinion": "金额偏高"}
        chain.add(
            Entry(
                kind=Event.SIGNER_DECIDED,
                actor="pj_fin_proc.caizheng",
                at=office.city.clock.now(),
                element="review",
                payload=payload,
            )
        )
        chain.write(connection)
        row.history_seq, row.history_head = chain.seq, chain.head
        cases.update_case(connection, row)

    added = office.sheet().opinions[-1]

    assert (added.step, added.verdict, added.text, added.unit) == ("经办审核（加签）", "不同意", "金额偏高", "市财政局")
