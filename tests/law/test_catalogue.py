"""The catalogue: what is looked up, what is refused, and what the shipped files hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.errors import InvalidDefinition, NotFound
from service.law import PLATFORM, Catalogue

Make = Callable[..., dict[str, Any]]


def problems(*documents: dict[str, Any]) -> list[tuple[str | None, str]]:
    with pytest.raises(InvalidDefinition) as refused:
        Catalogue.from_yaml_data(documents)
    return [(problem.element, problem.message) for problem in refused.value.problems]


# --- what is shipped


def test_all_37_articles_of_the_panjin_measures_are_told_in_both_languages(shipped: Catalogue) -> None:
    articles = shipped.list_articles("pj-2020")
    assert [article.id for article in articles] == [f"pj-2020#{number}" for number in range(1, 38)]
    assert all(article.zh and article.en and article.heading and article.ref.startswith("第") for article in articles)
    assert len({article.ref for article in articles}) == 37


def test_both_regulations_are_shipped_with_the_day_they_came_into_force(shipped: Catalogue) -> None:
    assert shipped.get_regulation("pj-2020").in_force == date(2020, 6, 24)
    assert shipped.get_regulation("js-138").in_force == date(2020, 11, 1)


def test_all_49_articles_of_the_jiangsu_order_are_told_in_both_languages(shipped: Catalogue) -> None:
    articles = shipped.list_articles("js-138")
    assert [article.id for article in articles] == [f"js-138#{number}" for number in range(1, 50)]
    assert all(article.zh and article.en.isascii() and article.heading and article.ref.startswith("第") for article in articles)
    assert len({article.ref for article in articles}) == 49


def test_texts_around_the_regulations_are_fragments_and_no_articles(shipped: Catalogue) -> None:
    assert set(shipped.fragments) == {
        "js-138#head", "js-138#order", "pj-2020#notice", "pj-2020#bg1", "pj-2020#bg2", "pj-2020#bg3",
        "sd-health#1", "sd-health#2", "sd-health#3", "hrb#1", "hrb#2", "hrb#3", "misc#1", "misc#2",
    }  # fmt: skip
    assert shipped.get_fragment("js-138#order").regulation == "js-138"
    assert shipped.find_article("js-138#order") is None


def test_the_shipped_parameters_are_marked_as_practice(shipped: Catalogue) -> None:
    rounds = shipped.get_parameter("supplement_rounds", on=date(2026, 1, 1))
    distinct = shipped.get_parameter("distinct_reviewers", on=date(2026, 1, 1))
    assert (rounds.value, rounds.practice) == (3, True)
    assert (distinct.value, distinct.practice) == (True, True)


@pytest.mark.parametrize(
    ("id", "value", "practice"),
    [
        ("service_life_min_years", 5, False),
        ("build_max_years", 2, False),
        ("free_maintenance_years", 3, False),
        ("major_project_threshold", 5_000_000, True),
        ("similarity_threshold", Decimal("0.6"), True),
        ("splitting_window_months", 12, True),
        ("public_tender_threshold", 2_000_000, True),
        ("investment_tolerance", 0, True),
        ("evaluation_handling_grade", "差", True),
        ("evaluation_warning_grade", "中", True),
    ],
)
def test_a_figure_of_the_rules_says_whether_an_article_gives_it(
    id: str, value: int | Decimal | str, practice: bool, shipped: Catalogue
) -> None:
    parameter = shipped.get_parameter(id, on=date(2026, 1, 1))
    assert (parameter.value, parameter.practice) == (value, practice)
    assert parameter.articles


def test_a_parameter_does_not_apply_before_the_regulation(shipped: Catalogue) -> None:
    with pytest.raises(NotFound, match="distinct_reviewers"):
        shipped.get_parameter("distinct_reviewers", on=date(2020, 6, 23))


def test_platform_roles_belong_to_no_regulation(shipped: Catalogue) -> None:
    assert {role.id for role in shipped.roles.values() if role.regulation == PLATFORM} == {
        "designer", "monitor", "sysadmin", "connector",
    }  # fmt: skip


# --- looking up


@pytest.mark.parametrize("lookup", ["get_regulation", "get_article", "get_role", "list_period_versions"])
def test_looking_up_what_is_not_there_names_it(shipped: Catalogue, lookup: str) -> None:
    with pytest.raises(NotFound) as missing:
        getattr(shipped, lookup)("nothing#99")
    assert "nothing#99" in missing.value.message
    assert "nothing#99" in missing.value.message_en


def test_an_article_is_cited_by_title_and_number_also_when_only_the_regulation_is_known(
    shipped: Catalogue, regulation: Make
) -> None:
    bare = Catalogue.from_yaml_data([regulation(articles=[])])
    assert bare.cite("test-1#7")[0] == "《测试办法》第7条（test-1#7）"
    assert shipped.cite("pj-2020#14")[0] == "《盘锦市政务信息化项目统筹建设管理办法》第十四条（pj-2020#14）"
    assert shipped.cite("js-138#19")[0] == "《江苏省省级财政专项资金管理办法》第十九条（js-138#19）"
    assert shipped.cite("xx-1#1") == ("xx-1#1", "xx-1#1")


def test_the_version_of_a_parameter_is_that_of_the_day(regulation: Make) -> None:
    old = {"id": "limit", "zh": "上限", "en": "limit", "value": 0.6, "practice": True}
    new = {**old, "value": "0.65", "from": "2026-07-01"}
    catalogue = Catalogue.from_yaml_data([regulation(parameters=[new, old])])
    assert catalogue.get_parameter("limit", on=date(2026, 6, 30)).value == Decimal("0.6")
    assert catalogue.get_parameter("limit", on=date(2026, 7, 1)).value == "0.65"


# --- faulty files


def test_all_faults_are_reported_at_once_with_the_entry_they_are_in(period: Make, regulation: Make) -> None:
    found = problems(
        regulation(
            period("D-1", "20 days"),
            period("D-2", "P20D", unit="weeks"),
            period("D-3", "P20D", roll="yes"),
            period("D-4", "P1M", unit="working"),
            period("D-5", "P20D", lenght="P3D"),
            period("D-6", "P20D", article=7),
            period("D-7", "P20D", article=None),
            {"id": "D-8", "length": "P1D", "unit": "calendar", "roll": True, "article": 1},
        )
    )
    assert [element for element, _ in found] == ["D-1", "D-2", "D-3", "D-4", "D-5", "D-7", "D-8", "D-6"]
    assert "lenght" in dict(found)["D-5"]
    assert "test-1#7" in dict(found)["D-6"]
    assert "practice" in dict(found)["D-7"]


def test_an_id_is_used_once_or_with_different_days(period: Make, regulation: Make) -> None:
    assert [element for element, _ in problems(regulation(period("D-1", "P1D"), period("D-1", "P2D")))] == ["D-1"]
    assert Catalogue.from_yaml_data([regulation(period("D-1", "P1D"), period("D-1", "P2D", **{"from": "2026-01-01"}))])


def test_a_fragment_is_no_article_and_a_reminder_set_has_a_known_name(period: Make, regulation: Make) -> None:
    words = {"ref": "通知", "heading": "通知", "zh": "摘要", "en": "summary"}
    found = problems(
        regulation(
            period("D-1", "P20D", reminders="S-X"),
            period("D-2", "P20D", reminders=["P3W"]),
            period("D-3", "P20D", following=True),
            fragments=[{"id": "test-1#9", **words}, {"id": "notice", **words}, {"id": "test-1#notice", **words}],
        )
    )
    assert [element for element, _ in found] == ["test-1#9", "notice", "D-1", "D-2", "D-3"]
    assert "S-X" in dict(found)["D-1"]


def test_an_amendment_of_a_regulation_that_is_not_there_is_reported(period: Make) -> None:
    amendment = {"amends": {"id": "test-1", "from": "2026-09-01"}, "periods": [period("D-1", "P20D", practice=True)]}
    assert "test-1" in dict(problems(amendment))


def test_a_regulation_that_comes_twice_and_an_unknown_section_are_reported(regulation: Make) -> None:
    found = problems(regulation(), {"rolls": []}, {"regulation": regulation()["regulation"]})
    assert ("rolls", "未知的键") in found
    assert ("test-1", "编号重复") in found


def test_an_entry_that_is_no_mapping_is_reported() -> None:
    assert len(problems({"roles": ["pj_unit_clerk"]})) == 1
