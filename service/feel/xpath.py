r"""Rewrites what XPath's regular expressions have and Python's lack: `\p{Lu}`, `\i`, `\c`, `[a-z-[aeiou]]`, flag x."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from typing import Final

_START: Final = (
    r"_:A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
)
_INNER: Final = _START + r"\-.0-9\u00b7\u0300-\u036f\u203f\u2040"
_BLOCKS: Final = {
    "IsBasicLatin": r"\u0000-\u007f",
    "IsLatin-1Supplement": r"\u0080-\u00ff",
    "IsGreek": r"\u0370-\u03ff",
    "IsCyrillic": r"\u0400-\u04ff",
    "IsHiragana": r"\u3040-\u309f",
    "IsKatakana": r"\u30a0-\u30ff",
    "IsCJKUnifiedIdeographs": r"\u4e00-\u9fff",
}
_PROPERTY: Final = re.compile(r"([pP])\{([A-Za-z0-9\-]{1,40})\}")
_SPACES: Final = " \t\n\r"


def in_python(pattern: str, *, spaced: bool) -> str:
    """Rewrite a pattern; `spaced` drops its white space. ValueError when it names no known property."""
    made: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "[":
            text, at = _set(pattern, at)
            made.append(text)
        elif char == "\\":
            text, at = _escape(pattern, at, spaced=spaced)
            made.append(f"[{text}]" if text[:1] != "\\" or len(text) > 2 else text)
        elif spaced and char in _SPACES:
            at += 1
        else:
            made.append(r"\Z" if char == "$" and at == len(pattern) - 1 else char)
            at += 1
    return "".join(made)


def _escape(pattern: str, at: int, *, spaced: bool) -> tuple[str, int]:
    """Read an escape: what stands for it inside a set, and where it ends."""
    at += 1
    while spaced and pattern[at : at + 1] in tuple(_SPACES):
        at += 1
    char = pattern[at : at + 1]
    named = _PROPERTY.match(pattern, at)
    if named:
        return property_set(named[2], named[1] == "P"), named.end()
    if char in ("i", "c"):
        return _START if char == "i" else _INNER, at + 1
    if char in ("I", "C"):
        return f"^{_START if char == 'I' else _INNER}", at + 1
    if not char or (char.isalpha() and char not in "nrtdDsSwW"):
        raise ValueError(f"unknown escape {char!r}")
    return f"\\{char}", at + 1


def _set(pattern: str, at: int) -> tuple[str, int]:
    """Read a set from its bracket, white space and all; one that takes another away becomes a look-ahead."""
    begin = at
    at += 1
    inner, less = "", ""
    if pattern[at : at + 1] == "^":
        inner, at = "^", at + 1
    while at < len(pattern) and pattern[at] != "]":
        if pattern.startswith("-[", at):
            less, at = _set(pattern, at + 1)
            break
        if pattern.startswith("--", at):  # Python means to take a set away by it some day
            raise ValueError("two hyphens within a set")
        if pattern[at] == "\\":
            text, at = _escape(pattern, at, spaced=False)
            if text.startswith("^"):
                raise ValueError("a negated class within a set")
            inner += text
        else:
            inner += "\\[" if pattern[at] == "[" else "\\" + pattern[at] if pattern[at] in "&~|" else pattern[at]
            at += 1
    if at >= len(pattern) or inner in ("", "^"):
        raise ValueError(f"the set at {begin} is empty or has no end")
    return (f"(?:(?!{less})[{inner}])" if less else f"[{inner}]"), at + 1


@lru_cache(64)
def property_set(name: str, negated: bool) -> str:
    """Spell the characters of a Unicode category or block as the inside of a set. ValueError for an unknown name."""
    if name in _BLOCKS and not negated:
        return _BLOCKS[name]
    pairs = _ranges(name)
    if negated:
        ends = [-1, *(end for _, end in pairs)]
        starts = [*(start for start, _ in pairs), sys.maxunicode + 1]
        pairs = tuple((end + 1, start - 1) for end, start in zip(ends, starts, strict=True) if end + 1 < start)
    return "".join(f"\\U{start:08x}-\\U{end:08x}" for start, end in pairs)


@lru_cache(64)
def _ranges(name: str) -> tuple[tuple[int, int], ...]:
    if name in _BLOCKS:
        low, _, high = _BLOCKS[name].partition("-")
        return ((int(low[2:], 16), int(high[2:], 16)),)
    pairs: list[tuple[int, int]] = []
    start = -1
    for code in range(sys.maxunicode + 2):
        member = code <= sys.maxunicode and unicodedata.category(chr(code)).startswith(name)
        if member and start < 0:
            start = code
        elif not member and start >= 0:
            pairs.append((start, code - 1))
            start = -1
    if not pairs:
        raise ValueError(f"unknown property {name!r}")
    return tuple(pairs)
