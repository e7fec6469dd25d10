"""What a request carries, read strictly: JSON of bounded depth by orjson, unknown members refused, faults named by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import marshmallow as ma
import orjson
from flask import Request
from webargs.core import is_json, missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

MAX_DEPTH: Final = 32
#: A member called like this, alone in its object, would be taken for a stored date or number (see `service.tagged`).
_TAGS: Final = frozenset({"$n", "$d", "$t", "$c", "$s", "$m"})

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "Missing data for required field.": ("required", "必须填写。"),
    "Field may not be null.": ("required", "不能为空。"),
    "Unknown field.": ("unknown-field", "没有这个字段。"),
    "Not a valid string.": ("type", "应为文本。"),
    "Not a valid integer.": ("type", "应为整数。"),
    "Not a valid number.": ("type", "应为数字。"),
    "Not a valid boolean.": ("type", "应为 true 或 false。"),
    "Not a valid mapping type.": ("type", "应为对象。"),
    "Invalid input type.": ("type", "应为对象。"),
    "Not a cursor of ours.": ("cursor", "分页游标无效，请从第一页重新打开。"),
}


class Arguments(ma.Schema):
    """What every schema of arguments extends: a member that is not named is refused."""

    class Meta:
        unknown = ma.RAISE


class Parser(FlaskParser):
    """Reads bodies and queries. 400 for malformed JSON, 415 for another content type, 422 for what a schema refuses."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - the library's name for it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": ma.RAISE,
    }  # fmt: skip

    def _raw_load_json(self, req: Request) -> Any:
        raw = req.get_data(cache=True)
        if not raw:
            return missing
        if not is_json(req.mimetype):
            raise UnsupportedMediaType()
        try:
            tree = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise BadRequest() from error
        if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH or b'"$' in raw or b"\\u0024" in raw:
            _ensure_storable(tree)
        return tree


def _ensure_storable(tree: Any) -> None:
    stack = [(tree, 1)]
    while stack:
        value, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise BadRequest()
        if isinstance(value, dict):
            if len(value) == 1 and not _TAGS.isdisjoint(value):
                raise BadRequest()
            stack += ((inner, depth + 1) for inner in value.values())
        elif isinstance(value, list):
            stack += ((inner, depth + 1) for inner in value)


def field_errors(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Turn the messages of a schema, which webargs nests below the place they are from, into errors by field."""
    found = data.get("messages")
    if not isinstance(found, Mapping):
        return ()
    return tuple(error for place in found.values() for error in _flatten(place, ""))


def _flatten(messages: Any, field: str) -> Iterator[Mapping[str, Any]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            name = "" if key == "_schema" else str(key)
            yield from _flatten(inner, ".".join(part for part in (field, name) if part))
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            rule, zh = _WORDS.get(str(message), ("invalid", "不符合要求。"))
            yield {
                "field": field[:200], "rule": rule, "level": "block", "article": None, "message": zh, "message_en": str(message),
            }  # fmt: skip
