"""Write laid-out pages as PDF. The only module that knows fpdf2.

Nothing in the file varies: its date is that of the newest line of history, it has no id, and its fonts hold just its characters.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from service.printing import fonts
from service.printing.canvas import Box, Canvas, Text
from service.printing.paper import lay_out
from service.printing.sheet import Sheet

if TYPE_CHECKING:
    from fpdf import FPDF

_FAMILY = "noto-sans-sc"
_BLACK, _PALE, _FRAME, _SHADE = 0, 110, 90, 243


def draw(sheet: Sheet) -> bytes:
    """An approval sheet as PDF."""
    return write(lay_out(sheet), title=f"{sheet.title} {sheet.business_key}", at=sheet.at)


def write(canvas: Canvas, *, title: str, at: datetime) -> bytes:
    """Write pages down. `at` is what the document says of when it was made."""
    pdf = _empty(title, at)
    texts = [mark for page in canvas.pages for mark in page if isinstance(mark, Text)]
    with tempfile.TemporaryDirectory(prefix="chengxu-fonts-") as folder:
        for style, weight in (("", fonts.REGULAR), ("B", fonts.BOLD)):
            file = Path(folder) / f"{weight}.ttf"
            file.write_bytes(fonts.cut(weight, "".join(mark.text for mark in texts if mark.bold == (style == "B")) + " "))
            pdf.add_font(_FAMILY, style, file)
        for page in canvas.pages:
            pdf.add_page()
            for mark in sorted(page, key=lambda mark: isinstance(mark, Text)):  # no frame covers a text
                _draw(pdf, mark)
        return bytes(pdf.output())


def _empty(title: str, at: datetime) -> FPDF:
    # Importing it takes half a second, which commands that print nothing do not pay.
    from fpdf import FPDF

    class Unnumbered(FPDF):
        def file_id(self) -> str | Literal[-1] | None:
            return None

    pdf = Unnumbered(format="A4", unit="mm")
    pdf.set_auto_page_break(auto=False)
    pdf.set_creation_date(at)
    pdf.set_title(title)
    pdf.set_lang("zh-CN")
    pdf.set_creator("Chengxu")
    return pdf


def _draw(pdf: FPDF, mark: Text | Box) -> None:
    if isinstance(mark, Text):
        pdf.set_font(_FAMILY, "B" if mark.bold else "", mark.size)
        pdf.set_text_color(_PALE if mark.pale else _BLACK)
        pdf.text(mark.x, mark.y, mark.text)
        return
    pdf.set_draw_color(_FRAME)
    pdf.set_fill_color(_SHADE)
    pdf.set_line_width(0.2)
    pdf.rect(mark.x, mark.y, mark.width, mark.height, style="DF" if mark.shaded else "D")
