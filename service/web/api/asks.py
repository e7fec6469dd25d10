"""What requests may carry: bodies and queries. A member that is not named here is refused."""

from __future__ import annotations

import re
from typing import Any, Final

from flask_smorest.fields import Upload
from marshmallow import ValidationError, fields, validate, validates_schema

from service.engine.list_asking import DUES, MOST_AMOUNT
from service.store.notices import KINDS
from service.store.reads import MAX_LIMIT
from service.store.watched import COPIED, FOLLOWED
from service.web.arguments import Arguments
from service.web.waiting import MOST

_CURSORS: Final = {
    "due": re.compile(r"\d{1,16}-[0-9a-z]{24}"),
    "done": re.compile(r"\d{1,14}-[0-9a-z]{24}"),
    "received": re.compile(r"[0-9a-z]{24}"),
}


def _printable(value: str) -> None:
    if not value.isprintable():
        raise ValidationError("Not printable text.")


def _answers() -> fields.Dict:
    return fields.Dict(keys=fields.String(), required=True)


def _word(length: int, **more: Any) -> fields.String:
    return fields.String(validate=[validate.Length(max=length), _printable], **more)


class Wait(Arguments):
    wait = fields.Float(
        load_default=None, validate=validate.Range(min=0),
        metadata={"description": f"seconds to wait until the family of cases is at rest; at most {MOST}"},
    )  # fmt: skip


class Start(Arguments):
    process = _word(80, required=True)
    variables = _answers()


class Draft(Arguments):
    variables = _answers()


class Sign(Arguments):
    password = fields.String(required=True, validate=validate.Length(max=1000))


class Complete(Arguments):
    variables = _answers()
    signature = fields.Nested(Sign, load_default=None, allow_none=True)


class Handing(Arguments):
    to = _word(80, required=True, metadata={"description": "an account"})
    reason = _word(400, required=True)


class Deputy(Arguments):
    deputy = _word(80, required=True, metadata={"description": "an account of the same role"})
    role = _word(60, required=True)
    from_ = fields.Date(required=True, data_key="from", metadata={"description": "the first day"})
    until = fields.Date(required=True, metadata={"description": "the last day"})
    reason = _word(400, required=True)


class Reason(Arguments):
    reason = _word(400, load_default="")


class Message(Arguments):
    id = _word(120, required=True, metadata={"description": "unique: the same id twice has no effect"})
    name = _word(120, required=True)
    correlation = _word(200, load_default=None, allow_none=True)
    payload = fields.Dict(keys=fields.String(), load_default=dict)


class Clock(Arguments):
    now = _word(40, load_default=None, metadata={"description": "ISO 8601, such as 2026-08-20T09:00+08:00"})
    advance = _word(20, load_default=None, metadata={"description": "ISO 8601 period, such as P10D"})


class File(Arguments):
    file = Upload(required=True)


class _Page(Arguments):
    after = _word(200, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_LIMIT))


def _yuan(description: str) -> fields.Decimal:
    return fields.Decimal(load_default=None, validate=validate.Range(0, MOST_AMOUNT), metadata={"description": description})


class _Words(_Page):
    process = _word(80, load_default=None)
    unit = _word(80, load_default=None)
    q = fields.String(load_default="", validate=validate.Length(max=200), metadata={"description": "words of the case"})
    step = _word(80, load_default=None, metadata={"description": "the element of an open task"})
    due = fields.String(
        load_default=None, validate=validate.OneOf(DUES),
        metadata={"description": "when an open task is due; today and week leave out what is overdue, a week ends with Sunday"},
    )  # fmt: skip
    amount_from = _yuan("in yuan, of the amount that lists show")
    amount_to = _yuan("in yuan, of the amount that lists show")

    @validates_schema
    def _ensure_span(self, data: dict[str, Any], **_: Any) -> None:
        least, most = data["amount_from"], data["amount_to"]
        if least is not None and most is not None and least > most:
            raise ValidationError("The lower amount is above the upper one.", "amount_to")


class ChoiceQuery(Arguments):
    q = _word(200, load_default="", metadata={"description": "words of the entry"})
    task = _word(24, load_default=None, metadata={"description": "the task whose form offers the list"})
    process = _word(80, load_default=None, metadata={"description": "the process whose start form offers the list"})


class TaskQuery(_Words):
    view = fields.String(load_default="todo", validate=validate.OneOf(["todo", "done"]))
    sort = fields.String(load_default="due", validate=validate.OneOf(["due", "received", "-received"]))

    @validates_schema
    def _ensure_cursor(self, data: dict[str, Any], **_: Any) -> None:
        """Numbers in a cursor go to the database, which refuses those that are too large."""
        kind = "done" if data["view"] == "done" else data["sort"]
        if data["after"] and not _CURSORS.get(kind, _CURSORS["received"]).fullmatch(data["after"]):
            raise ValidationError("Not a cursor of ours.", "after")


class NoticeQuery(_Page):
    unread = fields.Boolean(load_default=False, metadata={"description": "only what the account has not read"})
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))
    case = _word(24, load_default=None, metadata={"description": "the id of a case"})


class OverdueQuery(_Page):
    process = _word(80, load_default=None)
    unit = _word(80, load_default=None)

    @validates_schema
    def _ensure_cursor(self, data: dict[str, Any], **_: Any) -> None:
        if data["after"] and not _CURSORS["due"].fullmatch(data["after"]):
            raise ValidationError("Not a cursor of ours.", "after")


class ParameterChange(Arguments):
    value = fields.Raw(required=True, metadata={"description": "of the kind of the present value; numbers also as text"})
    from_ = fields.Date(required=True, data_key="from", metadata={"description": "the first day on which it counts"})
    reason = _word(2000, required=True)
    applies_to_open_cases = fields.Boolean(load_default=False)


class CaseQuery(_Words):
    status = fields.String(
        load_default=None, validate=validate.OneOf(["running", "suspended", "completed", "terminated", "archived"])
    )
    mine = fields.Boolean(load_default=False, metadata={"description": "only what the account started"})
    roots = fields.Boolean(load_default=False, metadata={"description": "without child cases"})
    list = fields.String(
        load_default=None, validate=validate.OneOf([COPIED, FOLLOWED]),
        metadata={"description": "only what the account was given a copy of, or follows, the latest first"},
    )  # fmt: skip

    @validates_schema
    def _ensure_cursor(self, data: dict[str, Any], **_: Any) -> None:
        if data["after"] and data["list"] and not _CURSORS["done"].fullmatch(data["after"]):
            raise ValidationError("Not a cursor of ours.", "after")


class CountsQuery(Arguments):
    since = fields.String(
        load_default=None, validate=validate.Regexp(r"[0-9a-z]{24}\Z"),
        metadata={"description": "an id that was made at the time since when new tasks are counted"},
    )  # fmt: skip


class HistoryQuery(Arguments):
    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**31 - 1))
    limit = fields.Integer(load_default=MAX_LIMIT, validate=validate.Range(min=1, max=1000))
