"""Separation of duty: who has done what may not do the next thing."""

from __future__ import annotations

import pytest

from service.access import Duty, bars, parse_sod, read_duty

DONE = {"review_dimension": ["li", "zhang"], "sign_decision": ["song"]}


def test_the_property_is_a_comma_separated_list() -> None:
    assert parse_sod("submitter, review_dimension,,SoD-8:request_payment ") == (
        "submitter",
        "review_dimension",
        "SoD-8:request_payment",
    )
    assert parse_sod("") == ()


def test_who_filed_the_case_may_not_decide_it() -> None:
    bar = bars(("submitter",), {}, ["wang"], "wang")
    assert bar is not None
    assert (bar.rule, bar.element) == ("R-SYS-01", "")
    assert "提交人" in bar.zh
    assert bars(("submitter",), {}, ["wang"], "song") is None


def test_who_reviewed_may_not_sign_and_is_told_which_step_it_was() -> None:
    bar = bars(("submitter", "review_dimension"), DONE, ["wang"], "zhang", names={"review_dimension": "技术审查"})
    assert bar is not None
    assert (bar.rule, bar.element) == ("SoD-2", "review_dimension")
    assert "技术审查" in bar.zh
    assert bars(("submitter", "review_dimension"), DONE, ["wang"], "song") is None


def test_a_diagram_may_name_the_rule_of_a_pair_of_steps() -> None:
    bar = bars(("SoD-8:sign_decision",), DONE, [], "song")
    assert bar is not None
    assert bar.rule == "SoD-8"


def test_what_was_done_anywhere_in_the_project_counts_where_the_diagram_says_so() -> None:
    elsewhere = {"sign_decision": ["song"], "submitter": ["wang"]}
    bar = bars(("SoD-2:project:sign_decision",), {}, [], "song", project=elsewhere, names={"sign_decision": "签发"})
    assert bar is not None
    assert (bar.rule, bar.element) == ("SoD-2", "sign_decision")
    assert "本项目" in bar.zh
    assert "签发" in bar.zh
    assert bars(("sign_decision",), {}, [], "song", project=elsewhere) is None
    assert bars(("project:sign_decision",), DONE, [], "song") is None
    filed = bars(("project:submitter",), {}, [], "wang", project=elsewhere)
    assert filed is not None
    assert filed.rule == "R-SYS-01"


def test_a_word_is_read_into_rule_place_and_element() -> None:
    assert read_duty("SoD-2:project:sign_decision") == Duty(rule="SoD-2", project=True, target="sign_decision")
    assert read_duty("project:sign_decision") == Duty(project=True, target="sign_decision")
    assert read_duty("SoD-8:pay") == Duty(rule="SoD-8", target="pay")
    assert read_duty("submitter") == Duty(target="submitter")


def test_nobody_does_two_parts_of_one_step() -> None:
    bar = bars(("self",), DONE, [], "li", element="review_dimension")
    assert bar is not None
    assert (bar.rule, bar.element) == ("distinct_reviewers", "review_dimension")
    assert bars(("self",), DONE, [], "xu", element="review_dimension") is None
    assert bars(("self",), DONE, [], "li", element="sign_decision") is None


@pytest.mark.parametrize("account", ["wang", "li", "song"])
def test_a_step_without_the_property_bars_nobody(account: str) -> None:
    assert bars((), DONE, ["wang"], account) is None


def test_the_first_reason_is_given() -> None:
    bar = bars(("submitter", "review_dimension"), DONE, ["li"], "li")
    assert bar is not None
    assert bar.rule == "R-SYS-01"
