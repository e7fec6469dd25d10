"""Texts and rows in which some words may be replaced: cut once, put together many times.

Words are replaced wherever they stand, in columns and inside JSON, so that they must be unmistakable and need no escaping.
Amounts of money (two decimals, five digits or more before them) are places of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: How the place of an amount is called: this and its cents.
AMOUNT, GROUPED = "¥", "¥,"
_AMOUNTS = r"(?<![\d.,])(?:\d{5,}|\d{1,3}(?:,\d{3})+)\.\d{2}(?![\d.,])"
_LEAST = 10_000

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A text with places."""

    parts: tuple[str, ...]
    places: tuple[tuple[int, str], ...]

    def cast(self, values: Values) -> str:
        parts = list(self.parts)
        for at, name in self.places:
            parts[at] = values[name]
        return "".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMould:
    """A row of a table: what stays, and (column, text with places, whether it is stored as bytes)."""

    fixed: Mapping[str, Any]
    varying: tuple[tuple[str, Piece, bool], ...]

    def cast(self, values: Values) -> dict[str, Any]:
        row = dict(self.fixed)
        for column, piece, as_bytes in self.varying:
            text = piece.cast(values)
            row[column] = text.encode() if as_bytes else text
        return row


class Cutter:
    """Finds the words that may be replaced. `words` maps each to the name of its place."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._places = dict(words)
        longest_first = sorted(map(re.escape, words), key=len, reverse=True)
        self._pattern = re.compile("|".join((*longest_first, _AMOUNTS)))
        self.amounts: set[str] = set()

    def cut(self, text: str) -> Piece | None:
        """The text with its places; None when it has none."""
        parts: list[str] = []
        places: list[tuple[int, str]] = []
        end = 0
        for found in self._pattern.finditer(text):
            name = self._places.get(found.group()) or self._amount(found.group())
            if name is None:
                continue
            parts += (text[end : found.start()], "")
            places.append((len(parts) - 1, name))
            end = found.end()
        return Piece((*parts, text[end:]), tuple(places)) if places else None

    def cut_row(self, row: Mapping[str, Any]) -> RowMould:
        varying = []
        for column, value in row.items():
            text = _text(value)
            piece = self.cut(text) if text else None
            if piece is not None:
                varying.append((column, piece, isinstance(value, bytes)))
        return RowMould(fixed=row, varying=tuple(varying))

    def _amount(self, text: str) -> str | None:
        plain = text.replace(",", "")
        if Decimal(plain) < _LEAST:
            return None
        self.amounts.add(plain)
        return (AMOUNT if plain == text else GROUPED) + plain


def scaled(amounts: Iterable[str], percent: int) -> dict[str, str]:
    """What stands in the places of amounts when everything costs so many percent."""
    values = {}
    for amount in amounts:
        new = (Decimal(amount) * percent / 100).quantize(Decimal("0.01"))
        values[AMOUNT + amount] = str(new)
        values[GROUPED + amount] = f"{new:,.2f}"
    return values


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return None  # a digest
    return value if isinstance(value, str) else None
