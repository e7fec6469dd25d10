"""A list as an xlsx sheet. Texts stay texts, also those that begin like a formula; numbers and times are cells of their kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from service.clock import SHANGHAI
from service.engine.sheets import cell_of, title_of_sheet

MOST_ROWS = 10_000


def write_list(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, more: str, stream: IO[bytes]) -> int:
    """Write at most `MOST_ROWS` rows below a header; `more` stands below them when there are more. Returns how many."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title_of_sheet(title))
    sheet.freeze_panes = "A2"
    cells = [WriteOnlyCell(sheet, label) for label in header]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    written = 0
    for row in rows:
        if written == MOST_ROWS:
            sheet.append([cell_of(sheet, more)])
            break
        sheet.append([_cell(sheet, value) for value in row])
        written += 1
    book.save(stream)
    return written


def _cell(sheet: Any, value: Any) -> Any:
    """Times are those of Shanghai: a sheet knows no zones."""
    if not isinstance(value, datetime):
        return cell_of(sheet, value)
    cell = cell_of(sheet, value.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0))
    cell.number_format = "yyyy-mm-dd hh:mm"
    return cell
