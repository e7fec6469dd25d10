"""Write that protected values were read before the answer that shows them leaves. See `engine/protected_reads`."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, g, request
from flask.wrappers import Response

from service.engine.protected_reads import collecting


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_write)
    app.teardown_request(_end)


def _begin() -> None:
    g.reading_lines = ExitStack()
    g.collected_reads = g.reading_lines.enter_context(collecting("api" if request.path.startswith("/api/") else "page"))


def _write(response: Response) -> Response:
    """Errors here make the answer one of the server's errors: what could not be recorded is not shown."""
    collected = g.get("collected_reads")
    if collected is not None:
        collected.write()
    return response


def _end(_error: BaseException | None) -> None:
    stack = g.pop("reading_lines", None)
    if stack is not None:
        stack.close()
