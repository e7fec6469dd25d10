"""Pages of A4 with rows of cells that flow from one to the next. Pure: what lies where, in millimetres; `pdf` writes it down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from service.printing import fonts
from service.printing.layout import break_lines

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
LEFT, TOP, BOTTOM = 20.0, 20.0, 275.0
WIDTH: Final = PAGE_WIDTH - 2 * LEFT
#: The height of a line, the air around the text of a cell, and the size of its letters in points.
LINE, PAD, SIZE = 5.6, 1.7, 10.0
#: A row of up to so many lines goes to the next page rather than being divided; of no row fewer than `_FEWEST` stay behind.
_WHOLE, _FEWEST = 12, 3
CONTINUED = "（续）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A line of text; `y` is its base line."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    pale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A frame; `shaded` fills it."""

    x: float
    y: float
    width: float
    height: float
    shaded: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line inside a cell."""

    text: str
    bold: bool = False
    right: bool = False
    pale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A part of a row. A `label` is shaded and centred, and is repeated where the row is divided between pages."""

    lines: tuple[Said, ...]
    width: float
    label: bool = False


@dataclass(slots=True)
class Canvas:
    """Pages, and how far down the last one is used."""

    pages: list[list[Text | Box]] = field(default_factory=lambda: [[]])
    y: float = TOP

    @property
    def room(self) -> float:
        return BOTTOM - self.y

    def turn(self) -> None:
        """Begin the next page."""
        self.pages.append([])
        self.y = TOP

    def put(self, mark: Text | Box) -> None:
        self.pages[-1].append(mark)

    def write(self, text: str, *, size: float, x: float | None = None, bold: bool = False, pale: bool = False) -> None:
        """Write one line below the last, centred unless it is told where to begin."""
        shown = fonts.printable(text)
        begin = (PAGE_WIDTH - measure(shown, size=size, bold=bold)) / 2 if x is None else x
        self.put(Text(x=begin, y=self.y + size * 0.4, text=shown, size=size, bold=bold, pale=pale))

    def row(self, cells: Sequence[Cell], *, least: float = 0.0) -> None:
        """Draw a row of cells side by side, at least so high; one that is too long goes on on the next page."""
        rest = [cell.lines for cell in cells]
        while (needed := max(map(len, rest))) > 0:
            room = int((self.room - 2 * PAD) / LINE)
            if max(needed * LINE + 2 * PAD, least) <= self.room:
                self._draw(cells, rest, max(needed * LINE + 2 * PAD, least))
                return
            if self.y > TOP and (needed <= _WHOLE or room < _FEWEST):
                self.turn()
                continue
            self._draw(cells, [lines[:room] for lines in rest], self.room)
            # A label that has been shown whole stands again before the rest.
            rest = [_again(cell, lines, lines[room:]) for cell, lines in zip(cells, rest, strict=True)]
            self.turn()

    def _draw(self, cells: Sequence[Cell], rows: Iterable[Sequence[Said]], height: float) -> None:
        x = LEFT
        for cell, lines in zip(cells, rows, strict=True):
            self.put(Box(x=x, y=self.y, width=cell.width, height=height, shaded=cell.label))
            top = self.y + ((height - len(lines) * LINE) / 2 if cell.label else PAD)
            if not cell.label and lines and lines[-1].right:
                top = self.y + height - PAD - len(lines) * LINE if len(lines) < 3 else top
            for number, line in enumerate(lines):
                wide = measure(line.text, bold=line.bold)
                shift = (cell.width - wide) / 2 if cell.label else cell.width - wide - PAD if line.right else PAD
                base = top + number * LINE + LINE / 2 + SIZE * 0.13
                self.put(Text(x=x + shift, y=base, text=line.text, size=SIZE, bold=line.bold, pale=line.pale))
            x += cell.width
        self.y += height


def cell(text: str, width: float, *, label: bool = False, bold: bool = False) -> Cell:
    """A cell of one text, broken into lines."""
    return Cell(lines=tuple(said(text, width, bold=bold)), width=width, label=label)


def said(text: str, width: float, *, bold: bool = False, right: bool = False, pale: bool = False) -> list[Said]:
    """The lines of a text in a cell of some width."""
    lines = break_lines(fonts.printable(text), width - 2 * PAD, lambda part: measure(part, bold=bold))
    return [Said(text=line, bold=bold, right=right, pale=pale) for line in lines]


def measure(text: str, *, size: float = SIZE, bold: bool = False) -> float:
    return fonts.width(text, fonts.BOLD if bold else fonts.REGULAR, size)


def _again(cell: Cell, lines: Sequence[Said], rest: Sequence[Said]) -> tuple[Said, ...]:
    if rest or not cell.label or not lines:
        return tuple(rest)
    return tuple(lines) if lines[-1].text == CONTINUED else (*lines, Said(text=CONTINUED, bold=lines[-1].bold))
