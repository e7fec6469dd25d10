"""JSON out and in, by orjson: dates as ISO 8601, money as strings. Every answer of the API is made by `reply`."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Flask
from flask.json.provider import JSONProvider
from flask.wrappers import Response

from service.tagged import plain

JSON = "application/json"


def encode(document: Any) -> bytes:
    """Encode a tree of JSON values, dates, Decimal and `orjson.Fragment`."""
    return orjson.dumps(document, default=_other, option=orjson.OPT_NON_STR_KEYS)


def reply(document: Any, status: int = 200) -> Response:
    return Response(encode(document), status=status, mimetype=JSON)


def _other(value: Any) -> Any:
    simple = plain(value)
    if simple is value:
        raise TypeError(f"an answer cannot hold a {type(value).__name__}")
    return simple


class OrjsonProvider(JSONProvider):
    """What Flask uses for `tojson` in templates and for JSON bodies."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return encode(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        return reply(args[0] if args else kwargs)


def use_orjson(app: Flask) -> None:
    app.json = OrjsonProvider(app)
