"""Forms as the browser gets them: the schema, encoded once a form, and what was saved of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from orjson import Fragment

from service.forms import Form
from service.forms.client import schema_for_client
from service.tagged import plain
from service.web.answers import encode


@lru_cache(maxsize=512)
def _encoded(form: Form) -> bytes:
    return encode(schema_for_client(form))


def form_schema(form: Form | None) -> Fragment | None:
    """The schema of a form, ready to be put into an answer."""
    return None if form is None else Fragment(_encoded(form))


def saved(draft: Mapping[str, Any] | None, at: datetime | None) -> dict[str, Any] | None:
    """A draft, ready to be put into an answer."""
    return None if draft is None else {"variables": plain(draft), "saved_at": at}
