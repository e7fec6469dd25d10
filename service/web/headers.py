"""The headers of every answer: what a browser may load, frame, guess and keep."""

from __future__ import annotations

import re
from typing import Final

from flask import Flask, request
from flask.wrappers import Response

_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_ALWAYS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: A name that carries the hash of its content: "app-WH3XWDD5.js".
_HASHED: Final = re.compile(r"-[0-9A-Z]{8}\.\w+$")


def protect(app: Flask) -> None:
    app.after_request(_complete)


def _complete(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint == "static":
        kept = _HASHED.search(request.path) is not None and response.status_code in (200, 206, 304)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
