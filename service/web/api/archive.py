"""The archive: what is put away, and what is due to be. To archive and restore are kinds of batches, and verbs of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine import archiving
from service.engine.searching import split_terms
from service.engine.stuck.reading import ensure_may_see
from service.errors import Invalid
from service.store import archive_lists
from service.store.archive_lists import ArchiveFilter
from service.store.reads import MAX_LIMIT
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor

blueprint = make_blueprint("archive", "Cases that ended long ago, for monitors, system administrators and auditors.")


class ArchiveQuery(Arguments):
    list = fields.String(
        load_default="archived", validate=validate.OneOf(["archived", "due", "held"]),
        metadata={"description": "what is archived, is due to be, or is due and kept from it"},
    )  # fmt: skip
    q = fields.String(load_default=None, validate=validate.Length(max=80), metadata={"description": "only of what is archived"})
    process = fields.String(load_default=None, validate=validate.Length(max=80))
    unit = fields.String(load_default=None, validate=validate.Length(max=40))
    after = fields.String(load_default=None, validate=validate.Length(max=80))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))


class ArchivedCaseShape(ma.Schema):
    id = fields.String(required=True)
    business_key = fields.String(required=True)
    title = fields.String(required=True)
    process = fields.String(required=True)
    unit = fields.String(required=True)
    status = fields.String(required=True)
    ended_at = fields.DateTime(required=True)
    archived_at = fields.DateTime(required=True, allow_none=True)
    cases = fields.Integer(required=True, allow_none=True, metadata={"description": "how many went with it, itself included"})


class ArchiveListShape(ma.Schema):
    items = fields.List(fields.Nested(ArchivedCaseShape), required=True)
    after = fields.String(required=True, allow_none=True)


@endpoint(blueprint, "GET", "/archive", query=ArchiveQuery, answer=ArchiveListShape)
def list_archive(query: dict[str, Any]) -> Response:
    """List what is archived, the latest first, or what is due to be, the oldest first."""
    machine, limit, after = current.engine().machine, query["limit"], _place(query["after"])
    ensure_may_see(machine, current_actor())
    with machine.store.read() as connection:
        if query["list"] == "archived":
            where = ArchiveFilter(terms=tuple(split_terms(query["q"] or "")), process=query["process"], unit=query["unit"])
            found = archive_lists.list_archived_families(connection, where, after=after, limit=limit + 1)
        else:
            age, held = archiving.age_of(machine), query["list"] == "held"
            found = archive_lists.list_due(connection, age, held=held, after=after, limit=limit + 1)
    shown = found[:limit]
    items = [{**row, "archived_at": row.get("at"), "cases": row.get("number")} for row in shown]
    place = archive_lists.cursor_of(shown[-1]) if len(found) > limit else None
    return reply({"items": [{name: one[name] for name in ArchivedCaseShape().fields} for one in items], "after": place})


def _place(text: str | None) -> tuple[datetime, str] | None:
    place = archive_lists.read_cursor(text) if text else None
    if text and place is None:
        raise Invalid("after 不是上一页给出的值。", message_en="`after` is not what the page before gave.")
    return place
