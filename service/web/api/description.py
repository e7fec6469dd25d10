"""The OpenAPI 3.1 document: made once, on first request, and readable by everybody."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from flask import Flask
from flask.wrappers import Response
from flask_smorest import Api

from service.web import auth
from service.web.answers import JSON, encode
from service.web.api.routing import PREFIX
from service.web.api.shapes import ProblemShape
from service.web.idempotency import HEADER

_ABOUT = (
    "Start cases, do tasks, publish messages. Sign in with a bearer token, or with the session of a browser; then what changes "
    "something also needs its X-CSRF-Token. Every POST takes an Idempotency-Key. Errors are problem+json (RFC 9457)."
)


def describe(app: Flask, blueprints: Iterable[Any]) -> None:
    """Register the blueprints and the document that describes them."""
    app.config.update(
        API_TITLE="Chengxu 程序", API_VERSION="v1", OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {"description": _ABOUT},
            "security": [{"bearer": []}, {"session": []}],
            "servers": [{"url": "/"}],
        },
    )  # fmt: skip
    handlers = dict(app.error_handler_spec[None][None])
    made: Any = Api()
    made.ERROR_SCHEMA = ProblemShape
    made.init_app(app)
    # problems.py answers every error; flask-smorest has just put an answer of its own before it.
    app.error_handler_spec[None][None].update(handlers)
    made.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    made.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": auth.SESSION_COOKIE})
    for blueprint in blueprints:
        made.register_blueprint(blueprint)
    encoded = cache(lambda: encode(_complete(made.spec.to_dict())))

    @auth.public
    def openapi() -> Response:
        return Response(encoded(), mimetype=JSON, headers={"Cache-Control": "no-cache"})

    app.add_url_rule(f"{PREFIX}/openapi.json", view_func=openapi)


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add to every POST the header that makes its repetition harmless, and to every problem its media type."""
    for problem in document["components"]["responses"].values():
        problem["content"] = {"application/problem+json": problem["content"][JSON]}
    header = {
        "name": HEADER, "in": "header", "required": False, "schema": {"type": "string", "maxLength": 120},
        "description": "The same key with the same request gets the first answer again.",
    }  # fmt: skip
    for path in document["paths"].values():
        if "post" in path:
            path["post"].setdefault("parameters", []).append(header)
    return document
