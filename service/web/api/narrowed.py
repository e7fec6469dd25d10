"""The filters of a list as the API takes them: checked by their schema, meant as on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.engine.list_asking import read_wanted
from service.store.narrowing import TaskFilter

_ASKED = ("process", "unit", "q", "step", "due", "amount_from", "amount_to")


def wanted_of(query: Mapping[str, Any], *, now: datetime) -> TaskFilter:
    """What of a query narrows a list."""
    return read_wanted({name: None if query[name] is None else str(query[name]) for name in _ASKED}, now=now).where
