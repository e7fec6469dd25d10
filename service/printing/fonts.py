"""The fonts of printed sheets, cut down to the characters that are printed. Open this when a character is missing on paper.

`fonts/` holds Noto Sans SC in two weights; the build of the web assets puts them there from their npm package. They know all of
GBK and some 9,000 characters more. What they do not know is printed as □, and the sheet says at its end which ones these were.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont

from service.errors import Failed

FOLDER: Final = Path(__file__).with_name("fonts")
REGULAR, BOLD = "regular", "bold"
UNKNOWN = "□"
MM_PER_POINT: Final = 25.4 / 72
#: What only vertical and fine typesetting needs; reading it takes longer than all the rest.
_UNUSED = frozenset({"BASE", "DSIG", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx"})

# fontTools tells every table that it cuts.
logging.getLogger("fontTools.subset").setLevel(logging.WARNING)


def printable(text: str) -> str:
    """The text with □ for what no glyph exists for; line breaks stay, other signs that cannot be seen become spaces or go."""
    known = _known()
    return "".join(_shown(sign, known) for sign in text.replace("\r\n", "\n").replace("\r", "\n"))


def unknown(text: str) -> tuple[str, ...]:
    """The characters of a text that no glyph exists for, each once, in order."""
    known = _known()
    return tuple(dict.fromkeys(sign for sign in text if _shown(sign, known) == UNKNOWN != sign))


def cut(weight: str, text: str) -> bytes:
    """A TrueType font with the glyphs of a text; the same text gives the same bytes."""
    font = TTFont(_file(weight), lazy=True, recalcTimestamp=False)
    font.setGlyphOrder(list(_glyphs(weight)))
    for table in _UNUSED.intersection(font.keys()):
        del font[table]
    cutter = subset.Subsetter(subset.Options(hinting=False, notdef_outline=True, name_IDs=[1, 2, 4, 6]))
    cutter.populate(unicodes=sorted({ord(sign) for sign in text}))
    cutter.subset(font)
    made = io.BytesIO()
    font.save(made)
    font.close()
    return made.getvalue()


def _shown(sign: str, known: frozenset[int]) -> str:
    if sign == "\n" or ord(sign) in known:
        return sign
    if sign.isspace():
        return " "
    return UNKNOWN if sign.isprintable() else ""


def width(text: str, weight: str, size: float) -> float:
    """How wide a text is, in millimetres; `size` in points."""
    known = _advances(weight)
    return sum(known.get(ord(sign), 0.0) for sign in text) * size * MM_PER_POINT


@cache
def _known() -> frozenset[int]:
    return frozenset(_advances(REGULAR)) & frozenset(_advances(BOLD))


@cache
def _glyphs(weight: str) -> tuple[str, ...]:
    with TTFont(_file(weight), lazy=True) as font:
        return tuple(font.getGlyphOrder())


@cache
def _advances(weight: str) -> Mapping[int, float]:
    """By character, how far the pen moves, as a share of the size."""
    with TTFont(_file(weight), lazy=True) as font:
        units, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
        return {code: metrics[glyph][0] / units for code, glyph in font.getBestCmap().items()}


def _file(weight: str) -> Path:
    found = FOLDER / f"{weight}.ttf"
    if not found.is_file():
        raise Failed(
            "打印用的字体不存在，请先运行 make setup。", message_en="The fonts for printing are missing: run make setup."
        )
    return found
