"""Regular expressions of the standard (XPath) put in Python's words, and refused when they could run away."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from service.feel.limits import MAX_PATTERN

_FLAGS: Final = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE, "q": re.NOFLAG}
#: A repeated group that itself holds a repetition: its time can double with every character.
_NESTED: Final = re.compile(r"\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,)")


@lru_cache(512)
def compile_pattern(pattern: str, flags: str) -> re.Pattern[str] | None:
    """Compile an XPath pattern; None when it is wrong, too long, or repeats a repetition without bound."""
    if len(pattern) > MAX_PATTERN or not set(flags) <= set(_FLAGS):
        return None
    options = re.NOFLAG
    for flag in flags:
        options |= _FLAGS[flag]
    if "q" in flags:
        return re.compile(re.escape(pattern), options)
    if _NESTED.search(pattern):
        return None
    try:
        return re.compile(_python(pattern), options)
    except (re.error, OverflowError, RecursionError):
        return None


def _python(pattern: str) -> str:
    text = re.sub(r"\\i", r"[^\\W\\d]", pattern)
    text = re.sub(r"\\c", r"[\\w.:-]", text)
    return re.sub(r"\$$", r"\\Z", text) if not text.endswith(r"\$") else text


def compile_replacement(text: str, groups: int) -> Callable[[re.Match[str]], str] | None:
    """Compile a replacement: `$1` is a group, `\\$` and `\\\\` stand for themselves. None when it is wrong."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            if text[at + 1 : at + 2] not in ("\\", "$"):
                return None
            parts.append(text[at + 1])
            at += 2
        elif char == "$":
            found = re.compile(r"\d+").match(text, at + 1)
            if found is None:
                return None
            digits = found.group()
            while len(digits) > 1 and int(digits) > groups:
                digits = digits[:-1]
            parts.append(int(digits))
            at += 1 + len(digits)
        else:
            parts.append(char)
            at += 1

    def fill(match: re.Match[str]) -> str:
        return "".join(part if isinstance(part, str) else (match[part] or "") if part <= groups else "" for part in parts)

    return fill
