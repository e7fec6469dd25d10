"""Expert panels: the draw can be repeated, nobody with a conflict gets in, and scores are counted exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from handlers.shared.panel import average, collect_scores, draw_experts
from handlers.shared.panel_conflicts import APPLICANT, AUTHOR, BIDDER, NOBODY, check_draw, find_relation, relate_members
from service.sdk import Record

AUTHOR_CODE, BIDDER_CODE = "91211100MA0PLAN018", "91211100MA0BDDA02P"


def expert(name: str, **changed: Any) -> Record:
    data = {
        "account": name,
        "name": name,
        "employer_unit": None,
        "employer_name": f"{name}单位",
        "credit_code": None,
        "active": True,
    }
    return Record(register="expert", key=name, version=1, data=data | changed)


def unit(key: str, code: str | None) -> Record:
    return Record(register="unit", key=key, version=1, data={"name": key, "credit_code": code})


HOUSE = [expert(f"e{number}") for number in range(1, 7)]


def names(found: dict[str, Any]) -> list[str]:
    return [row["expert"] for row in found["drawn_members"]]


def test_the_same_case_and_round_draw_the_same_experts(context: Any) -> None:
    first, again = (draw_experts(context({}, records=HOUSE)) for _ in range(2))
    assert names(first) == names(again)
    assert len(set(names(first))) == 3


def test_the_order_of_the_register_does_not_matter(context: Any) -> None:
    assert names(draw_experts(context({}, records=HOUSE))) == names(draw_experts(context({}, records=HOUSE[::-1])))


def test_a_further_round_draws_only_the_missing_and_nobody_twice(context: Any) -> None:
    first = names(draw_experts(context({}, records=HOUSE)))
    kept, recused = [{"account": one} for one in first[:2]], [{"account": first[2]}]
    facts = {"panel_round": 1, "panel_members": kept, "recused_members": recused}
    second = draw_experts(context(facts, records=HOUSE))
    assert second["panel_round"] == 2
    assert len(names(second)) == 1
    assert not set(names(second)) & set(first)


@pytest.mark.parametrize(("asked", "seats"), [(None, 3), (2, 3), (3, 3), (5, 5)])
def test_a_panel_is_never_smaller_than_the_parameter(context: Any, asked: int | None, seats: int) -> None:
    found = draw_experts(context({"panel_size": asked}, records=HOUSE))
    assert (found["panel_seats"], len(names(found))) == (seats, seats)


def test_too_few_experts_are_pointed_out_and_not_made_up(context: Any, levels: Any) -> None:
    facts = context({}, records=HOUSE[:2])
    assert len(names(draw_experts(facts))) == 2
    assert ("panel_size", "warn", "members") in levels(facts)


@pytest.mark.parametrize(
    ("who", "relation"),
    [
        (expert("a", credit_code=AUTHOR_CODE), AUTHOR),
        (expert("b", employer_unit="fangan"), AUTHOR),
        (expert("c", credit_code=BIDDER_CODE), BIDDER),
        (expert("d", employer_unit="jiaoyu"), APPLICANT),
        (expert("e", employer_unit="minzheng"), APPLICANT),
        (expert("f", employer_unit="ligong"), NOBODY),
        (expert("g"), NOBODY),
    ],
)
def test_an_expert_is_known_by_the_employer(context: Any, who: Record, relation: str) -> None:
    facts = {"author_code": AUTHOR_CODE, "bidder_codes": [BIDDER_CODE], "unit_id": "jiaoyu", "applicant_units": ["minzheng"]}
    assert find_relation(context(facts, records=[unit("fangan", AUTHOR_CODE), unit("ligong", None)]), who) == relation


def test_nobody_with_a_conflict_is_drawn(context: Any) -> None:
    house = [
        *HOUSE[:3],
        expert("own", employer_unit="jiaoyu"),
        expert("author", credit_code=AUTHOR_CODE),
        expert("gone", active=False),
    ]
    found = draw_experts(context({"unit_id": "jiaoyu", "author_codes": [AUTHOR_CODE]}, records=house))
    assert set(names(found)) == {"e1", "e2", "e3"}


def proposal(context: Any, rows: list[dict[str, Any]], conflicts: list[str], **facts: Any) -> Any:
    given = {"members": rows, "drawn_members": [{"expert": "e1"}, {"expert": "e2"}], "panel_seats": 3, "author_code": AUTHOR_CODE}
    made = context(given | facts, records=[*HOUSE, expert("author", credit_code=AUTHOR_CODE)])
    made.variables = {**made.variables, **relate_members(made), "conflicts": conflicts}
    return made


def test_an_expert_who_was_not_drawn_needs_a_reason(context: Any, blocked: Any) -> None:
    rows = [{"expert": "e1"}, {"expert": "e2"}, {"expert": "e3"}]
    made = proposal(context, rows, ["none"] * 3)
    check_draw(made)
    assert blocked(made) == [("R-PJ-11", "members.2.reason")]
    made = proposal(context, [*rows[:2], {"expert": "e3", "reason": "熟悉领域"}], ["none"] * 3)
    assert [row["account"] for row in check_draw(made)["pending_members"]] == ["e1", "e2", "e3"]
    assert blocked(made) == []


@pytest.mark.parametrize(("conflict", "level"), [("block", "block"), ("none", "warn")])
def test_the_table_decides_of_the_authors_staff(context: Any, levels: Any, conflict: str, level: str) -> None:
    rows = [{"expert": "e1"}, {"expert": "e2"}, {"expert": "author", "reason": "熟悉方案"}]
    made = proposal(context, rows, ["none", "none", conflict])
    check_draw(made)
    assert levels(made) == [("R-PJ-11", level, "members.2.expert")]


def test_two_experts_are_not_a_panel_of_three(context: Any, blocked: Any) -> None:
    made = proposal(context, [{"expert": "e1"}, {"expert": "e2"}], ["none"] * 2)
    check_draw(made)
    assert blocked(made) == [("panel_size", "members")]
    made = proposal(context, [{"expert": "e1"}, {"expert": "e2"}], ["none"] * 2, panel_members=[{"account": "e4"}])
    check_draw(made)
    assert blocked(made) == []


def score(account: str, *scores: int, no_conflict: bool = True) -> dict[str, Any]:
    rows = [{"item": item, "score": Decimal(one)} for item, one in zip("甲乙", scores, strict=True)]
    return {"account": account, "name": account, "no_conflict": no_conflict, "scores": rows, "opinion": "可", "score": None}


def test_items_and_experts_are_averaged_to_two_places(context: Any) -> None:
    rounds = [score("e1", 80, 90), score("e2", 85, 90), score("e3", 85, 91)]
    found = collect_scores(context({"round_scores": rounds, "pending_members": [{"account": f"e{n}"} for n in (1, 2, 3)]}))
    assert found["panel_items"] == [{"item": "甲", "average": Decimal("83.33")}, {"item": "乙", "average": Decimal("90.33")}]
    assert [row["score"] for row in found["panel_scores"]] == [Decimal("85.00"), Decimal("87.50"), Decimal("88.00")]
    assert found["panel_average"] == Decimal("86.83")
    assert found["panel_closed"] is True


def test_who_stands_aside_leaves_no_score_and_keeps_the_panel_open(context: Any, levels: Any) -> None:
    rounds = [score("e1", 80, 80), score("e2", 0, 0, no_conflict=False)]
    facts = context({"round_scores": rounds, "pending_members": [{"account": "e1"}, {"account": "e2"}]})
    found = collect_scores(facts)
    assert [row["account"] for row in found["panel_members"]] == ["e1"]
    assert [row["account"] for row in found["panel_scores"]] == ["e1"]
    assert [row["account"] for row in found["recused_members"]] == ["e2"]
    assert found["panel_closed"] is False
    assert levels(facts) == [("R-PJ-11", "route", "")]


def test_the_average_of_nothing_is_nothing() -> None:
    assert average([]) is None
    assert average([Decimal("0.005"), None]) == Decimal("0.01")
