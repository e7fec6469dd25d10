"""Phrases for opinions (常用语): those that come with the house, and those that the account keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine.phrases import LONGEST
from service.store.phrases import PhraseRow, list_phrases
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import EndedShape
from service.web.arguments import Arguments
from service.web.auth import require_account

blueprint = make_blueprint("phrases", "Phrases that one keeps for opinions.")

#: Offered to everybody, in the language of the procedures: an opinion is part of a Chinese file.
BUILT_IN: Final = ("同意。", "拟同意，请领导审批。", "请补充材料后再报。", "情况属实。", "已阅。")


class Phrase(Arguments):
    body = fields.String(required=True, validate=validate.Length(max=LONGEST * 4))


class PhraseShape(ma.Schema):
    id = fields.String(required=True, allow_none=True, metadata={"description": "null for one that comes with the house"})
    body = fields.String(required=True)


class PhraseListShape(ma.Schema):
    items = fields.List(fields.Nested(PhraseShape), required=True)


@endpoint(blueprint, "GET", "/me/phrases", answer=PhraseListShape)
def list_my_phrases() -> Response:
    """List one's own phrases, newest first, then those that come with the house."""
    with current.engine().machine.store.read() as connection:
        own = list_phrases(connection, require_account().name)
    kept = {row.body for row in own}
    built_in = [{"id": None, "body": body} for body in BUILT_IN if body not in kept]
    return reply({"items": [*map(_shown, own), *built_in]})


@endpoint(blueprint, "POST", "/me/phrases", answer=PhraseShape, status=201, body=Phrase)
def keep_phrase(body: Mapping[str, Any]) -> Response:
    """Keep a phrase. One that is kept already is answered as it is."""
    return reply(_shown(current.engine().keep_phrase(body["body"], by=require_account().name)), 201)


@endpoint(blueprint, "DELETE", "/me/phrases/<phrase_id>", answer=EndedShape)
def drop_phrase(phrase_id: str) -> Response:
    """Delete one of one's own phrases."""
    current.engine().drop_phrase(phrase_id, by=require_account().name)
    return reply({"id": phrase_id, "ended": True})


def _shown(row: PhraseRow) -> dict[str, Any]:
    return {"id": row.id, "body": row.body}
