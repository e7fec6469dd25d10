"""How much a request may send, and what of it is turned away before anything reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge

from service.web import current

MAX_BODY: Final = 2 * 1024 * 1024
#: What multipart adds around a file.
_ENVELOPE: Final = 64 * 1024
View = TypeVar("View", bound=Callable[..., Any])


def takes_file(view: View) -> View:
    """Mark a view whose body may be as large as an upload."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def bound(app: Flask) -> None:
    app.before_request(_bound)


def _bound() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit = current.settings().max_upload + _ENVELOPE if getattr(view, "takes_file", False) else MAX_BODY
    request.max_content_length = limit
    if request.content_length is not None and request.content_length > limit:
        raise RequestEntityTooLarge()
    # A NUL is no part of any name of ours, and PostgreSQL refuses it in a comparison.
    if "\x00" in request.path:
        raise NotFound()
    if "%00" in (request.query_string or b"").decode("latin-1"):
        raise BadRequest()
