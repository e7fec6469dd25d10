"""A fault of one answer before it is put into words, and the place it has. `texts` makes a finding of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Where an answer lies: keys, and row numbers counted from 0.
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one answer. `text` chooses the sentence in `texts`; `message` replaces it (designer's own words)."""

    rule: str
    text: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    message_en: str = ""
