"""How alike texts are: what is found, what is told apart, and what holds of every score."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.similarity import THRESHOLD, Index, normalise, shared_parts, similar
from service.similarity import _common_length as common_length

TEXTS = st.text(alphabet="教育水利交通平台系统一二期ABab12（）() ，", max_size=14)
TITLES = {
    "PJ-2026-0001": "教育资源共享平台",
    "PJ-2026-0002": "教育视频会议系统",
    "PJ-2026-0003": "智慧交通平台",
    "PJ-2026-0004": "养老服务信息系统升级改造项目",
    "PJ-2026-0005": "教育资源共享平台（二期）",
    "PJ-2026-0006": "城市教育资源公共服务平台",
}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("教育资源共享平台", "教育资源共享平台（二期）"),
        ("智慧城市运行管理平台一期", "智慧城市运行管理平台第二期"),
        ("养老服务系统", "养老服务平台建设项目"),
        ("产业创新专项资金", "产业技术创新资金"),
        ("防汛抗旱指挥系统", "防汛指挥调度平台"),
        ("ABC系统", "ＡＢＣ平台"),
    ],
)
def test_titles_that_may_be_one_project_split_in_two_are_suspected(first: str, second: str) -> None:
    assert similar(first, second) >= THRESHOLD


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("智慧交通平台", "智慧教育平台"),
        ("水利监测系统", "水利办公系统"),
        ("养老服务系统", "教育服务系统"),
        ("教育视频会议系统", "教育资源共享平台"),
        ("政务服务（社保）平台", "人事考试平台"),
    ],
)
def test_titles_that_share_only_the_words_of_every_project_are_told_apart(first: str, second: str) -> None:
    assert similar(first, second) < THRESHOLD


def test_what_stands_in_brackets_counts_unless_it_is_a_phase() -> None:
    assert similar("政务服务平台（社保）", "政务服务平台（医保）") < similar("政务服务平台（一期）", "政务服务平台（二期）") == 1


def test_two_long_descriptions_of_different_things_stay_far_below_the_threshold() -> None:
    roads = "采集全市主要路口的车流和信号数据，为交警提供拥堵预警和信号配时建议，并向市民发布出行信息。"
    care = "登记全市老年人的健康档案和服务需求，连接社区和养老机构，安排上门照料，统计补贴发放情况。"
    assert similar(roads, care) < Decimal("0.4")
    assert similar(roads, roads.replace("交警", "交通部门")) > Decimal("0.8")


def test_the_likest_title_comes_first_and_the_unlike_do_not_come() -> None:
    found = Index(TITLES).search("教育资源共享平台三期", threshold=Decimal("0.5"))
    assert [match.key for match in found] == ["PJ-2026-0001", "PJ-2026-0005", "PJ-2026-0006"]
    assert found[0].score == 1
    assert found[-1].shared == ("教育资源", "平台")


def test_what_few_texts_have_weighs_more_than_what_many_have() -> None:
    def score(*others: str) -> Decimal:
        texts = {"wanted": "水利调度气象预报"} | {str(number): other for number, other in enumerate(others)}
        return {match.key: match.score for match in Index(texts).search("气象预报水利调度", threshold=Decimal("0"))}["wanted"]

    assert score("气象预报归档", "水利调度归档") < score("养老服务登记", "公交线路查询")


def test_an_entry_can_be_left_out() -> None:
    found = Index(TITLES).search("教育资源共享平台", leaving_out=["PJ-2026-0001"])
    assert [match.key for match in found] == ["PJ-2026-0005", "PJ-2026-0006"]


def test_an_index_finds_just_what_reaches_the_threshold() -> None:
    score = Index(TITLES).search("城市教育资源", threshold=Decimal("0"))[0].score
    assert Index(TITLES).search("城市教育资源", threshold=score)
    assert not Index(TITLES).search("城市教育资源", threshold=score + Decimal("0.0001"))


def test_an_empty_text_resembles_nothing() -> None:
    assert similar("", "") == similar("，。", "教育") == 0
    assert Index(TITLES).search("  ", threshold=Decimal("0")) == ()
    assert Index({}).search("教育") == ()


def test_width_case_space_and_punctuation_do_not_matter() -> None:
    assert normalise("《智慧 城市》ＩＯＣ（一期）") == "智慧城市ioc一期"
    assert similar("智慧城市 IOC", "智慧城市，ｉｏｃ") == 1


def test_the_parts_that_both_have_are_listed_in_their_order() -> None:
    assert shared_parts("教育资源共享平台", "城市教育资源公共服务平台") == ("教育资源", "平台")
    assert shared_parts("教育", "水利") == ()


@given(first=TEXTS, second=TEXTS)
def test_a_score_is_between_0_and_1_and_the_same_both_ways(first: str, second: str) -> None:
    assert 0 <= similar(first, second) <= 1
    assert similar(first, second) == similar(second, first)


@given(text=TEXTS)
def test_a_text_with_anything_in_it_is_like_itself(text: str) -> None:
    assert similar(text, text) == (1 if normalise(text) else 0)


@given(first=TEXTS, second=TEXTS)
def test_the_common_length_is_that_of_the_textbook(first: str, second: str) -> None:
    row = [0] * (len(second) + 1)
    for letter in first:
        before = 0
        for at, other in enumerate(second, 1):
            before, row[at] = row[at], before + 1 if letter == other else max(row[at], row[at - 1])
    assert common_length(first, second) == row[-1]
