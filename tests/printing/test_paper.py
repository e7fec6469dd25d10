"""A sheet on A4: what it says, that nothing vanishes, and that the same sheet gives the same bytes."""

from __future__ import annotations

import io
import os
import pickle
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from service.clock import SHANGHAI
from service.printing import fonts
from service.printing.canvas import BOTTOM, CONTINUED, LEFT, WIDTH, Text, measure
from service.printing.layout import break_lines
from service.printing.paper import lay_out
from service.printing.pdf import draw
from service.printing.sheet import Fact, Group, Line, Opinion, Sheet

NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)
ROOT = Path(__file__).resolve().parents[2]


def opinion(**more: Any) -> Opinion:
    told: dict[str, Any] = {
        "step": "经办审核", "verdict": "同意", "text": "材料齐全。", "name": "赵一鸣", "deputy_of": None, "unit": "市教育局",
        "at": NOON, "signed": True, "hidden": False,
    }  # fmt: skip
    return Opinion(**{**told, **more})


def sheet(**more: Any) -> Sheet:
    told: dict[str, Any] = {
        "case_id": "c", "title": "资助审批单", "business_key": "GR-2026-0001", "subject": "智慧校园",
        "facts": (Fact(label="事项", value="智慧校园"),),
        "groups": (Group(title="提出申请", facts=(Fact(label="申请金额", value="3,200,000.50 元"),)),), "opinions": (opinion(),),
        "lines": (Line(at=NOON, who="王敏", words="发起“资助”"),), "seals": ("市教育局", "市财政局"), "reader": "王敏",
        "at": NOON, "seq": 12, "head": "3f" * 32,
    }  # fmt: skip
    return Sheet(**{**told, **more})


def texts(one: Sheet) -> list[list[str]]:
    return [[mark.text for mark in page if isinstance(mark, Text)] for page in lay_out(one).pages]


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_pdf_says_what_stands_on_the_sheet() -> None:
    said = pdf_text(draw(sheet(opinions=(opinion(deputy_of="王敏"),))))

    for part in (
        "资助审批单",
        "GR-2026-0001",
        "申请金额",
        "3,200,000.50",
        "材料齐全。",
        "代王敏",
        "2026年08月20日",
        "市财政局",
        "盖章",
    ):
        assert part.replace(" ", "") in said.replace(" ", "")
    assert "3f" * 32 in said


def test_each_page_has_its_number_and_the_number_of_pages() -> None:
    pages = texts(sheet(lines=tuple(Line(at=NOON, who="王敏", words=f"第 {n} 件事") for n in range(60))))

    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert f"第 {number} 页　共 {len(pages)} 页" in page


def test_the_paper_is_a4() -> None:
    box = PdfReader(io.BytesIO(draw(sheet()))).pages[0].mediabox

    assert (round(float(box.width)), round(float(box.height))) == (595, 842)


def test_the_same_sheet_gives_the_same_bytes_in_another_process_at_another_time(tmp_path: Path) -> None:
    (tmp_path / "sheet").write_bytes(pickle.dumps(sheet()))
    program = (
        "import pickle, sys, pathlib; from service.printing.pdf import draw;"
        "pathlib.Path(sys.argv[2]).write_bytes(draw(pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())))"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "sheet"), str(tmp_path / seed)],
            cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
        )  # fmt: skip

    made = draw(sheet())

    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes() == made
    assert b"/ID" not in made


def test_a_very_long_opinion_goes_on_over_the_pages_and_loses_nothing() -> None:
    words = "".join(f"第{number}点意见，" for number in range(3000))
    pages = texts(sheet(opinions=(opinion(text=words),)))

    assert len(pages) > 5
    # What stands in the table, without the lines above and below it that name the sheet.
    assert words in "".join(text for page in pages for text in page if re.fullmatch(r"[第点意见，0-9]+", text))
    assert sum(CONTINUED in page for page in pages) >= 4


def test_five_hundred_lines_of_history_are_all_there_in_order() -> None:
    lines = tuple(Line(at=NOON + timedelta(minutes=n), who="王敏", words=f"第{n}件事") for n in range(500))
    pages = texts(sheet(lines=lines))

    said = [text for page in pages for text in page if re.fullmatch(r"第\d+件事", text)]
    assert said == [line.words for line in lines]


def test_nothing_is_drawn_beyond_the_margins() -> None:
    hostile = "A" * 400 + "。" * 60 + "（" * 60 + "x" * 400
    one = sheet(
        subject=hostile, title=hostile[:90], facts=(Fact(label=hostile[:50], value=hostile),),
        opinions=(opinion(text=hostile, step=hostile, unit=hostile, name=hostile),), seals=(hostile,) * 7,
        lines=(Line(at=NOON, who=hostile, words=hostile),), business_key="GR-2026-0001",
    )  # fmt: skip
    for page in lay_out(one).pages:
        for mark in page:
            if isinstance(mark, Text):
                assert mark.x + measure(mark.text, size=mark.size, bold=mark.bold) <= LEFT + WIDTH + 0.5, mark
                assert mark.x >= LEFT - 0.5, mark
            else:
                assert mark.y + mark.height <= BOTTOM + 0.01, mark


def test_every_character_of_gb2312_has_a_glyph_in_both_weights() -> None:
    codes = [bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    characters = "".join(code.decode("gb2312", "ignore") for code in codes)

    assert len(characters) > 6700
    assert fonts.printable(characters) == characters


def test_a_character_without_a_glyph_is_shown_as_a_box_and_named_at_the_end() -> None:
    said = "".join(text for page in texts(sheet(opinions=(opinion(name="孙𠮷"),))) for text in page)

    assert "签名：孙□" in said
    assert "U+20BB7" in said


def test_a_sheet_with_glyphs_for_all_says_nothing_of_missing_ones() -> None:
    assert "缺字" not in "".join(text for page in texts(sheet()) for text in page)


def test_signs_that_cannot_be_seen_do_not_turn_the_text() -> None:
    assert fonts.printable("a\u202eb\u200bc\td\x00e\r\nf") == "abc de\nf"


def test_who_may_not_see_all_gets_a_sheet_without_the_hash_of_history() -> None:
    said = "".join(text for page in texts(sheet(head=None)) for text in page)

    assert "有内容尚未对查阅人公开" in said
    assert "SHA-256" not in said


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五六", ["一二三四五", "六"]),
        ("一二三四五，六", ["一二三四", "五，六"]),
        ("一二三四（五六", ["一二三四", "（五六"]),
        ("一二 1,200.00", ["一二", "1,200.00"]),
        ("一\n\n二", ["一", "", "二"]),
        ("abcdefghijkl", ["abcdefghij", "kl"]),
        ("，，，，，，，", ["，，，，，", "，，"]),
        ("", [""]),
    ],
)
def test_lines_are_broken_as_chinese_is_set(text: str, lines: list[str]) -> None:
    def wide(part: str) -> float:
        return sum(1.0 if ord(sign) < 0x2000 else 2.0 for sign in part)

    assert break_lines(text, 10, wide) == lines
