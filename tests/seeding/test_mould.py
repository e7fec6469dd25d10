"""A text is cut once; its words and amounts are replaced wherever they stand, and nothing else is."""

from __future__ import annotations

from service.seeding.mould import Cutter, scaled

WORDS = {"jiaoyu": "unit", "教育资源共享平台": "name", "市教育局": "unit_name", "PJ-2026-0001": "key"}
VALUES = {"unit": "shuili", "name": "水库监测平台", "unit_name": "市水利局", "key": "PJ-2026-0417"}


def test_words_are_replaced_in_columns_and_inside_json() -> None:
    cutter = Cutter(WORDS)
    row = {"queue": "pj_unit_lead@jiaoyu", "data": '{"name":"教育资源共享平台","lot":"PJ-2026-0001-L1"}'.encode(), "version": 3}

    cast = cutter.cut_row(row).cast(VALUES)

    assert cast == {
        "queue": "pj_unit_lead@shuili", "data": '{"name":"水库监测平台","lot":"PJ-2026-0417-L1"}'.encode(), "version": 3,
    }  # fmt: skip


def test_the_longer_of_two_words_is_taken() -> None:
    cutter = Cutter({"平台": "short", "教育资源共享平台": "long"})

    piece = cutter.cut("教育资源共享平台和平台")

    assert piece is not None
    assert piece.cast({"short": "A", "long": "B"}) == "B和A"


def test_a_text_without_places_and_a_digest_stay_as_they_are() -> None:
    cutter = Cutter(WORDS)
    row = {"hash": b"\xff\xfe\x00", "element": "review", "none": None}

    assert cutter.cut("市财政局") is None
    assert cutter.cut_row(row).varying == ()
    assert cutter.cut_row(row).cast(VALUES) == row


def test_amounts_are_scaled_however_they_are_written_but_scores_years_and_small_change_are_not() -> None:
    cutter = Cutter({})
    text = '{"$n":"2000000.00"} 1,600,000.00 元 90.67 9999.99 2026-08-20 91211100 10000.005 300000'

    piece = cutter.cut(text)

    assert piece is not None
    assert cutter.amounts == {"2000000.00", "1600000.00"}
    assert piece.cast(scaled(cutter.amounts, 145)) == (
        '{"$n":"2900000.00"} 2,320,000.00 元 90.67 9999.99 2026-08-20 91211100 10000.005 300000'
    )


def test_ten_thousand_is_an_amount_and_a_cent_less_is_none() -> None:
    cutter = Cutter({})

    assert cutter.cut("10000.00") is not None
    assert cutter.cut("9,999.99") is None
