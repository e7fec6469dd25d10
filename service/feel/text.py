"""Writes values as text, as `string()` does, and reads the escapes of string literals."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from service.feel.arithmetic import microseconds
from service.feel.errors import too_much
from service.feel.limits import MAX_DEPTH, MAX_TEXT, bounded_text
from service.feel.temporal import zone_name
from service.feel.values import Kind, Range, Value, kind_of, native

_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.S)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


def unquote(literal: str) -> str:
    """Read a string literal with its quotes. A backslash before an unknown letter stays (regular expressions)."""

    def replace(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code:
            number = int(code, 16)
            return chr(number) if number < 0x110000 else found[0]
        return _ESCAPED.get(found[3], found[0])

    text = _ESCAPE.sub(replace, literal[1:-1]) if "\\" in literal else literal[1:-1]
    if any("\ud800" <= char <= "\udfff" for char in text):  # a pair of \u escapes is one character
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def plain_number(number: Decimal) -> str:
    """Write a number without exponent and trailing zeros: `1500`, `0.3`."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _fraction(micro: int) -> str:
    return f".{micro:06}".rstrip("0") if micro else ""


def _zone(value: time | datetime) -> str:
    name = zone_name(value)
    if name:
        return f"@{name}"
    if value.tzinfo is UTC:
        return "Z"
    offset = value.utcoffset()
    if offset is None:
        return ""
    if not offset:
        return "Z"
    seconds = abs(int(offset.total_seconds()))
    rest = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{'-' if offset < timedelta(0) else '+'}{seconds // 3600:02}:{seconds // 60 % 60:02}{rest}"


def _clock(value: time | datetime) -> str:
    return f"{value.hour:02}:{value.minute:02}:{value.second:02}{_fraction(value.microsecond)}{_zone(value)}"


def days_text(size: timedelta) -> str:
    """Write a days-and-time duration in ISO 8601: `P1DT2H`."""
    total = int(microseconds(abs(size)))
    seconds, micro = divmod(total, 1_000_000)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    clock = "".join((
        f"{hours}H" if hours else "",
        f"{minutes}M" if minutes else "",
        f"{seconds}{_fraction(micro)}S" if seconds or micro else "",
    ))  # fmt: skip
    text = f"{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"
    return f"{'-' if size < timedelta(0) else ''}P{text or 'T0S'}"


def to_text(value: Value) -> str:
    """Write any value as `string()` does; strings inside lists and contexts are quoted. FeelError when too long."""
    try:
        return value if isinstance(value, str) else bounded_text(_Writer().write(value))
    except RecursionError:
        raise too_much("嵌套层数", "nested levels", MAX_DEPTH) from None


class _Writer:
    """Counts what it writes, since contexts that share parts can unfold without end."""

    def __init__(self) -> None:
        self._size = 0

    def write(self, value: Value) -> str:
        text = self._text(native(value))
        self._size += len(text)
        if self._size > 4 * MAX_TEXT:
            raise too_much("字符串长度", "characters in a string", MAX_TEXT)
        return text

    def _text(self, value: Value) -> str:
        kind = kind_of(value)
        if kind is Kind.NULL:
            return "null"
        if kind is Kind.STRING:
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        if kind is Kind.BOOLEAN:
            return "true" if value else "false"
        if kind is Kind.NUMBER:
            return plain_number(value)
        if kind is Kind.LIST:
            return f"[{', '.join(self.write(item) for item in value)}]"
        if kind is Kind.CONTEXT:
            return f"{{{', '.join(f'{self._key(key)}: {self.write(item)}' for key, item in value.items())}}}"
        if kind is Kind.RANGE:
            return self._range(value)
        if kind is Kind.DATE_TIME:
            return f"{value.year:04}-{value.month:02}-{value.day:02}T{_clock(value)}"
        if kind is Kind.TIME:
            return _clock(value)
        if kind is Kind.DAYS:
            return days_text(value)
        if kind is Kind.DATE:
            return date.isoformat(value)
        return str(value) if kind is Kind.MONTHS else "function" if kind is Kind.FUNCTION else "null"

    def _key(self, key: str) -> str:
        return key if re.fullmatch(r"[^\W\d][\w ]*", key) else self._text(key)

    def _range(self, value: Range) -> str:
        if value.start is None:
            return f"{'<=' if value.end_included else '<'} {self.write(value.end)}"
        if value.end is None:
            return f"{'>=' if value.start_included else '>'} {self.write(value.start)}"
        opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
        return f"{opening}{self.write(value.start)}..{self.write(value.end)}{closing}"
