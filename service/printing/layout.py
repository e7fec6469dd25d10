"""Break text into the lines of a column, as Chinese is set. Open this when a line of a sheet ends where it should not."""

from __future__ import annotations

import re
from collections.abc import Callable

#: No line begins with one of these, and none ends with one of those.
_CLOSING = frozenset("，。、；：？！）》」』】〕”’％%…,.;:?!)]}")
_OPENING = frozenset("（《「『【〔“‘([{")
#: What stays together: words and numbers of Latin letters, each other character for itself.
_PIECES = re.compile(r"[A-Za-z0-9À-ɏ_.,:/@#+\-]+|\s|.", re.DOTALL)

#: A row of signs that is longer than this is broken anywhere.
_MOST_CARRIED = 4

#: Tells how wide a text is, in millimetres.
Measure = Callable[[str], float]


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """The lines of a text in a column; at least one, which may be empty."""
    return [line for paragraph in text.split("\n") for line in _paragraph(paragraph, width, measure)]


def _paragraph(text: str, width: float, measure: Measure) -> list[str]:
    lines, line, used = list[str](), list[str](), 0.0
    for piece in _pieces(text, width, measure):
        wide = measure(piece)
        if line and used + wide > width and not piece.isspace():
            carried = _carried(line, piece)
            lines.append("".join(line).rstrip())
            line, used = carried, sum(map(measure, carried))
        if line or not piece.isspace():
            line.append(piece)
            used += wide
    return [*lines, "".join(line).rstrip()]


def _carried(line: list[str], piece: str) -> list[str]:
    """Take from the end of a line what must not stay there, or what must stand before `piece`; never all of it."""
    for count in range(min(_MOST_CARRIED, len(line) - 1) + 1):
        kept, carried = line[: len(line) - count], line[len(line) - count :]
        if kept[-1] not in _OPENING and (carried or [piece])[0][0] not in _CLOSING:
            line[:] = kept
            return carried
    return []


def _pieces(text: str, width: float, measure: Measure) -> list[str]:
    found: list[str] = []
    for piece in _PIECES.findall(text):
        if len(piece) > 1 and measure(piece) > width:
            found.extend(piece)  # a word that is wider than the column is broken anywhere
        else:
            found.append(piece)
    return found
