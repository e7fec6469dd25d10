"""Attribute texts as callables. Open this to see where FEEL meets the diagram: text that begins with `=` is FEEL."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from service import feel

#: Takes a scope (anything with `.get(name)`) and gives the value of the text in it.
Expression = Callable[[Any], Any]


@lru_cache(maxsize=8192)
def attribute(text: str) -> Expression:
    """Compile an attribute once. FeelError when it is FEEL with a mistake."""
    compiled: Expression = feel.attribute(text)
    return compiled


def find_attribute(text: str | None) -> Expression | None:
    return attribute(text) if text else None
