"""Patterns of text fields: compiled as JavaScript means them, and refused when they could make the service hang."""

from __future__ import annotations

import re
from typing import Final

from service.feel.patterns import runs_away

__all__ = ["MAX_PATTERN", "compile_pattern", "runs_away"]

#: Characters of a pattern.
MAX_PATTERN: Final = 500


def compile_pattern(source: str) -> re.Pattern[str] | None:
    r"""Compile a pattern (`\d` and `\w` are ASCII). None when it could hang; re.error, OverflowError if it is none."""
    return None if len(source) > MAX_PATTERN or runs_away(source) else re.compile(source, re.ASCII)
