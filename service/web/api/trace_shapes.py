"""The shapes of what traceability answers, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields


def _text(about: str = "", *, allow_none: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=allow_none, metadata={"description": about} if about else {})


def _names(about: str) -> fields.Field[Any]:
    return fields.List(fields.String(), required=True, metadata={"description": about})


class ArticleTraceShape(Schema):
    article = _text()
    level = _text("full, part, text: how far the software carries it out")
    elements = _names("process.element")
    rules = _names("by id")
    deadlines = _names("by id")
    forms = _names("by id")
    tests = _names("scenario files of the checkout; none in an installation")


class TraceShape(Schema):
    regulation = _text()
    items = fields.List(fields.Nested(ArticleTraceShape), required=True)


class EvidenceShape(Schema):
    article = _text()
    case = _text()
    process = _text()
    seq = fields.Integer(required=True)
    kind = _text()
    element = _text(allow_none=True)
    actor = _text()
    at = fields.DateTime(required=True)
    hash = _text("null from the first line of a case on that a seal hides", allow_none=True)


class EvidenceListShape(Schema):
    items = fields.List(fields.Nested(EvidenceShape), required=True)
