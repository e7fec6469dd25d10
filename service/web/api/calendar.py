"""The calendar of working days: which years are loaded, what a holiday notice would move, and loading one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields, validate

from service.engine.calendar_notices import foresee, load_notice
from service.engine.stuck.reading import ensure_may_see
from service.errors import InvalidAnswers
from service.law.notice_text import LONGEST, as_document, as_lines, read_lines, read_notice
from service.store import calendar_years
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor, require_account

blueprint = make_blueprint("calendar", "Holiday notices of the State Council, and the deadlines that rest on them.")


class NoticeWords(Arguments):
    year = fields.Integer(required=True, validate=validate.Range(2000, 2100))
    text = fields.String(required=True, validate=validate.Length(max=LONGEST))


class NoticeLines(Arguments):
    year = fields.Integer(required=True, validate=validate.Range(2000, 2100))
    lines = fields.String(
        required=True, validate=validate.Length(max=LONGEST), metadata={"description": "a day a line: 2027-02-05 休 春节"}
    )
    title = fields.String(load_default="", validate=validate.Length(max=120))
    number = fields.String(load_default="", validate=validate.Length(max=60))


class NoticeToLoad(NoticeLines):
    reason = fields.String(required=True, validate=validate.Length(max=400))


class CalendarYearShape(ma.Schema):
    year = fields.Integer(required=True)
    source = fields.String(required=True)
    rest = fields.Integer(required=True, metadata={"description": "days that its notice names as rest"})
    work = fields.Integer(required=True, metadata={"description": "days of a weekend that are worked"})


class CalendarShape(ma.Schema):
    items = fields.List(fields.Nested(CalendarYearShape), required=True)


class NoticeReadShape(ma.Schema):
    lines = fields.String(required=True)
    findings = fields.List(fields.String(), required=True, metadata={"description": "what does not fit, in Chinese"})


class DateMoveShape(ma.Schema):
    case = fields.String(required=True)
    business_key = fields.String(required=True)
    element = fields.String(required=True, allow_none=True)
    deadline = fields.String(required=True)
    before = fields.String(required=True)
    after = fields.Date(required=True)
    certain = fields.Boolean(required=True)


class NoticeForesightShape(ma.Schema):
    year = fields.Integer(required=True)
    replaces = fields.Boolean(required=True)
    same = fields.Boolean(required=True)
    looked = fields.Integer(required=True)
    moved = fields.Integer(required=True)
    settled = fields.Integer(required=True, metadata={"description": "dates that stay and become certain"})
    complete = fields.Boolean(required=True)
    moves = fields.List(fields.Nested(DateMoveShape), required=True, metadata={"description": "at most 200 of them"})


class NoticeLoadedShape(ma.Schema):
    year = fields.Integer(required=True)


def _document(body: Mapping[str, Any]) -> dict[str, object]:
    found = read_lines(body["lines"], year=body["year"])
    if found.findings:
        raise InvalidAnswers(found.findings)
    return as_document(found.days, year=body["year"], title=body["title"], number=body["number"])


@endpoint(blueprint, "GET", "/calendar", answer=CalendarShape)
def list_years() -> Response:
    """List the years whose notice is loaded, the newest first."""
    machine = current.engine().machine
    ensure_may_see(machine, current_actor())
    with machine.store.read() as connection:
        rows = calendar_years.list_years(connection)
    return reply({"items": [row._asdict() for row in rows]})


@endpoint(blueprint, "POST", "/calendar/read", answer=NoticeReadShape, body=NoticeWords)
def read_words(body: Mapping[str, Any]) -> Response:
    """Read the words of a notice into lines, for correction; changes nothing."""
    ensure_may_see(current.engine().machine, current_actor())
    found = read_notice(body["text"], year=body["year"])
    return reply({"lines": as_lines(found.days), "findings": [one.message for one in found.findings]})


@endpoint(blueprint, "POST", "/calendar/preview", answer=NoticeForesightShape, body=NoticeLines)
def preview(body: Mapping[str, Any]) -> Response:
    """Tell which open due dates a notice would move; changes nothing."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        found = foresee(machine, connection, _document(body), by=current_actor())
    moves = [
        {
            "case": one.row.case_id, "business_key": one.row.business_key, "element": one.row.element,
            "deadline": one.row.deadline, "before": one.before, "after": one.after, "certain": one.certain,
        }
        for one in found.told
    ]  # fmt: skip
    counts = {name: getattr(found, name) for name in ("year", "replaces", "same", "looked", "moved", "settled", "complete")}
    return reply({**counts, "moves": moves})


@endpoint(blueprint, "POST", "/calendar", answer=NoticeLoadedShape, status=201, body=NoticeToLoad)
def load(body: Mapping[str, Any]) -> Response:
    """Load a notice; open due dates are then reckoned again."""
    year = load_notice(current.engine().machine, _document(body), reason=body["reason"], by=require_account().name)
    return reply({"year": year}, 201)
