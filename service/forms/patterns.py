"""Patterns of text fields: compiled as JavaScript means them, and refused when they could make the service hang."""

from __future__ import annotations

import re

#: Characters of a pattern, and how many of its parts may repeat without bound.
MAX_PATTERN, MAX_REPEATS = 500, 4

_TOKEN = re.compile(
    r"(?P<skip>\\.|\[\^?\]?(?:[^\]\\]|\\.)*\])|(?P<open>\()|(?P<close>\))|(?P<either>\|)"
    r"|(?P<many>[*+]|\{[0-9]*,[0-9]{3,}\}|\{[0-9]*,\})|(?P<other>.)",
    re.DOTALL,
)


def compile_pattern(source: str) -> re.Pattern[str] | None:
    r"""Compile a pattern (`\d` and `\w` are ASCII). None when it could hang; re.error, OverflowError if it is none."""
    return None if len(source) > MAX_PATTERN or runs_away(source) else re.compile(source, re.ASCII)


def runs_away(source: str) -> bool:
    """Say whether a pattern repeats a group that has a repetition or a choice in it, such as `(a+)+`, or repeats too often.

    The time of such a pattern can double with every character; `[ab]*` does the work of `(a|b)*` without.
    """
    groups, closed, repeats = [False], False, 0
    for token in _TOKEN.finditer(source):
        kind = token.lastgroup
        if kind == "open":
            groups.append(False)
        elif kind == "either":
            groups[-1] = True
        elif kind == "many":
            repeats += 1
            if closed or repeats > MAX_REPEATS:
                return True
            groups[-1] = True
        # `closed` says that the token before ended a group that must not be repeated.
        closed = kind == "close" and len(groups) > 1 and groups.pop()
        if closed:
            groups[-1] = True
    return False
