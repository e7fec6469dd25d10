"""Regular expressions of the standard (XPath) put in Python's words, and refused when they could run away."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import Final

from service.feel.errors import too_much
from service.feel.limits import MAX_MATCH, MAX_PATTERN
from service.feel.xpath import in_python

#: How many parts of a pattern may repeat without bound.
MAX_REPEATS: Final = 4

_FLAGS: Final = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.NOFLAG, "q": re.NOFLAG}
_TOKEN: Final = re.compile(
    r"(?P<skip>\\.|\[\^?\]?(?:[^\]\\]|\\.)*\])|(?P<open>\((?:\?(?:[:=!]|<[=!]))?)|(?P<close>\))|(?P<either>\|)"
    r"|(?P<times>\?|\*|\+|\{(?P<least>[0-9]{0,9})(?P<comma>,)?(?P<most>[0-9]{0,9})\})[?+]?|(?P<other>.)",
    re.DOTALL,
)
_LONG: Final = 100  # a bound so high counts as none


@dataclass(slots=True)
class _Effort:
    """How many ways a group can match: at most `length ** power * 2 ** bits`."""

    power: int = 0
    bits: float = 0.0
    branches: int = 1
    dearest: tuple[int, float] = (0, 0.0)

    def branch(self) -> None:
        """Begin another choice."""
        self.dearest = (max(self.dearest[0], self.power), max(self.dearest[1], self.bits))
        self.power, self.bits, self.branches = 0, 0.0, self.branches + 1

    def whole(self) -> _Effort:
        """Sum up all choices: one of them is taken, the others may be tried."""
        power, bits = self.dearest
        return _Effort(max(power, self.power), max(bits, self.bits) + log2(self.branches))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a pattern may cost: `endless` when a repeated group can itself match in several ways, such as `(a+)+`."""

    endless: bool
    repeats: int
    power: int
    bits: float

    def steps(self, length: int) -> float:
        """Bound the steps of a search in a text of `length` characters."""
        return float(2 ** min(self.power * log2(length + 2) + self.bits, 1_000.0))


@lru_cache(512)
def cost_of(source: str) -> Cost:
    """Read the cost of a pattern off its repetitions and choices."""
    groups, last, repeats = [_Effort()], _Effort(), 0
    for token in _TOKEN.finditer(source):
        kind = token.lastgroup
        if token["times"] is not None:
            kind = "times"
        if kind == "open":
            groups.append(_Effort())
        elif kind == "either":
            groups[-1].branch()
        elif kind == "close" and len(groups) > 1:
            last = groups.pop().whole()
            groups[-1].power += last.power
            groups[-1].bits += last.bits
            continue
        elif kind == "times":
            least, most = _bounds(token)
            repeats += most is None
            if most is None or most > 1:
                if (last.power or last.bits) and (most is None or most * (last.bits + last.power) > _LONG):
                    return Cost(True, repeats, 0, 0.0)
                groups[-1].power += last.power * ((most or 1) - 1)
                groups[-1].bits += last.bits * ((most or 1) - 1)
            groups[-1].power += most is None
            groups[-1].bits += 0.0 if most is None else log2(most - least + 1) if most >= least else 0.0
        last = _Effort()
    top = groups[-1].whole()
    return Cost(False, repeats, top.power + (not source.startswith("^")), top.bits)


def _bounds(token: re.Match[str]) -> tuple[int, int | None]:
    sign = token["times"]
    if sign in "?*+":
        return (1 if sign == "+" else 0), (1 if sign == "?" else None)
    least = int(token["least"] or 0)
    if token["comma"] is None:
        return least, least
    most = int(token["most"]) if token["most"] else None
    return least, None if most is None or most >= _LONG else most


def runs_away(source: str) -> bool:
    """Say whether a pattern repeats a group that has a repetition or a choice in it, such as `(a+)+`, or repeats too often.

    The time of such a pattern can double with every character; `[ab]*` does the work of `(a|b)*` without.
    """
    cost = cost_of(source)
    return cost.endless or cost.repeats > MAX_REPEATS


@lru_cache(512)
def compile_pattern(pattern: str, flags: str) -> re.Pattern[str] | None:
    """Compile an XPath pattern; None when it is wrong, too long, or could run away."""
    if len(pattern) > MAX_PATTERN or not set(flags) <= set(_FLAGS):
        return None
    options = re.NOFLAG
    for flag in flags:
        options |= _FLAGS[flag]
    if "q" in flags:
        return re.compile(re.escape(pattern), options)
    try:
        text = in_python(pattern, spaced="x" in flags)
        return None if runs_away(text) else re.compile(text, options)
    except (re.error, OverflowError, RecursionError, ValueError):
        return None


def match_steps(pattern: str, flags: str, length: int) -> float:
    """Bound what matching would cost. FeelError when that is too much for a text of this length."""
    steps = cost_of(pattern).steps(length) if "q" not in flags else float(length)
    if steps > MAX_MATCH:
        raise too_much("正则表达式步数", "steps of a regular expression", MAX_MATCH)
    return steps


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
            found = re.compile(r"[0-9]+").match(text, at + 1)
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
