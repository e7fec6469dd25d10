"""The shapes of answers, for the OpenAPI document. A test holds the answers against them.

Names are those of the answers; nothing is dumped through these schemas.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields


def _text(**more: Any) -> fields.String:
    return fields.String(required=True, **more)


def _maybe(**more: Any) -> fields.String:
    return fields.String(required=True, allow_none=True, **more)


def _moment(*, allow_none: bool = False) -> fields.DateTime:
    return fields.DateTime(required=True, allow_none=allow_none)


def _tree(*, allow_none: bool = False, about: str = "") -> fields.Dict:
    metadata = {"description": about} if about else {}
    return fields.Dict(keys=fields.String(), required=True, allow_none=allow_none, metadata=metadata)


class FindingShape(Schema):
    field = _text(metadata={"description": 'Key of the form field; "" for the form as a whole; "items.2.amount" in a list.'})
    rule = _text()
    level = _text()
    article = _maybe()
    message = _text()
    message_en = _text()


class ProblemFindingShape(FindingShape):
    file = fields.String(allow_none=True)
    line = fields.Integer(allow_none=True)


class ProblemShape(Schema):
    """RFC 9457. Facts of the error stand beside: `rule` of a 403; `by`, `name`, `at` of a 409."""

    type = _text(metadata={"description": "urn:chengxu:problem:<slug>"})
    title = _text()
    status = fields.Integer(required=True)
    detail = _text()
    detail_en = _text()
    errors = fields.List(fields.Nested(ProblemFindingShape), required=True)


class DueShape(Schema):
    id = _text()
    trigger = _text()
    nominal = _text()
    effective = _text()
    provisional = fields.Boolean(required=True)
    basis = fields.Raw(required=True, allow_none=True)
    derivation = fields.List(fields.Raw(), required=True)


class ProcessShape(Schema):
    id = _text()
    name = _text()
    version = fields.Integer(required=True)
    regulation = _text()
    startable = fields.Boolean(required=True)


class ProcessListShape(Schema):
    items = fields.List(fields.Nested(ProcessShape), required=True)


class DraftShape(Schema):
    variables = _tree()
    saved_at = _moment()


class StartShape(ProcessShape):
    form = _tree(allow_none=True, about="form-js schema of the start form")
    variables = _tree(about="what the form is given beforehand")
    draft = fields.Nested(DraftShape, required=True, allow_none=True)
    articles = fields.List(fields.String(), required=True)
    refused = _maybe(metadata={"description": "why the account may not start it"})


class SavedShape(Schema):
    saved_at = _moment()


class NextTaskShape(Schema):
    id = _text()
    case = _text()
    process = _text()
    element = _text()
    name = _text()
    mine = fields.Boolean(required=True, metadata={"description": "the account may do it"})


class _Followed(Schema):
    status = _text(metadata={"description": "of the case: running, suspended, completed, terminated"})
    findings = fields.List(fields.Nested(FindingShape), required=True)
    next = fields.List(fields.Nested(NextTaskShape), required=True, metadata={"description": "open in the family of cases"})
    rest = fields.Boolean(metadata={"description": "with ?wait: nothing of the family of cases is due or being done any more"})


class StartedShape(_Followed):
    id = _text()
    business_key = _text()
    title = _text()


class CompletedShape(_Followed):
    task = _text()
    case = _text()


class CaseLineShape(Schema):
    id = _text()
    business_key = _text()
    process = _text()
    version = fields.Integer(required=True)
    status = _text()
    outcome = _maybe()
    title = _text()
    unit = _text()
    unit_name = _maybe()
    parent = _maybe()
    started_by = _text()
    started_name = _maybe()
    started_at = _moment()
    ended_at = _moment(allow_none=True)
    facts = _tree(about="the searchable variables")
    flags = fields.List(fields.Raw(), required=True)


class CaseListShape(Schema):
    items = fields.List(fields.Nested(CaseLineShape), required=True)
    after = _maybe(metadata={"description": "cursor of the next page"})


class ChildShape(Schema):
    id = _text()
    process = _text()
    status = _text()
    outcome = _maybe()
    title = _text()


class OpenTaskShape(NextTaskShape):
    status = _text()
    claimed_by = _maybe()
    claimed_name = _maybe()
    opened_at = _moment()
    due = fields.Nested(DueShape, required=True, allow_none=True)


class WaitingShape(Schema):
    kind = _text(metadata={"description": "timer, service, …; message, child"})
    case = _text()
    element = _maybe()
    state = _text()
    due_at = _moment(allow_none=True)
    name = _maybe()
    correlation = _maybe()
    error = _maybe()


class CaseShape(CaseLineShape):
    variables = _tree(about="money and dates as strings")
    children = fields.List(fields.Nested(ChildShape), required=True)
    tasks = fields.List(fields.Nested(OpenTaskShape), required=True, metadata={"description": "open; its children's too"})
    waiting = fields.List(fields.Nested(WaitingShape), required=True)


class LinkShape(Schema):
    seq = fields.Integer(required=True)
    kind = _text()
    element = _maybe()
    actor = _text()
    actor_name = _text()
    at = _moment()
    payload = fields.Raw(required=True, allow_none=True)
    hash = _text()


class HistoryShape(Schema):
    items = fields.List(fields.Nested(LinkShape), required=True)
    after = fields.Integer(required=True, allow_none=True)


class TaskCaseShape(Schema):
    id = _text()
    business_key = _text()
    process = _text()
    title = _text()
    status = _text()
    unit = _text()
    root = _text()


class TaskLineShape(Schema):
    id = _text()
    case = fields.Nested(TaskCaseShape, required=True)
    process = _text()
    element = _text()
    name = _text()
    status = _text()
    unit_name = _maybe()
    due = fields.Nested(DueShape, required=True, allow_none=True)
    opened_at = _moment()
    claimed_by = _maybe()
    closed_at = _moment(allow_none=True)
    facts = _tree()


class TaskListShape(Schema):
    items = fields.List(fields.Nested(TaskLineShape), required=True)
    after = _maybe(metadata={"description": "cursor of the next page"})


class TaskShape(Schema):
    id = _text()
    case = fields.Nested(TaskCaseShape, required=True)
    process = _text()
    element = _text()
    name = _text()
    status = _text()
    form = _tree(allow_none=True, about="form-js schema")
    variables = _tree(about="money and dates as strings")
    draft = fields.Nested(DraftShape, required=True, allow_none=True)
    due = fields.Nested(DueShape, required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True, metadata={"description": "claim, release, draft, complete"})
    articles = fields.List(fields.String(), required=True)
    opened_at = _moment()
    claimed_by = _maybe()
    claimed_name = _maybe()
    closed_by = _maybe()
    closed_at = _moment(allow_none=True)
    sign = fields.Boolean(required=True)
    barred = _maybe(metadata={"description": "why separation of duty keeps the account from it"})


class HeldShape(Schema):
    id = _text()
    status = _text()
    claimed_by = _maybe()


class AttachmentShape(Schema):
    id = _text()
    name = _text()
    size = fields.Integer(required=True)
    sha256 = _text()
    media_type = _text()


class MessageShape(Schema):
    id = _text()
    duplicate = fields.Boolean(required=True)
    rest = fields.Boolean()


class ClockShape(Schema):
    now = _text()
    moving = fields.Boolean(required=True)


class MembershipShape(Schema):
    role = _text()
    role_name = _text()
    unit = _text()
    unit_name = _text()


class MeShape(Schema):
    name = _text()
    display_name = _text()
    memberships = fields.List(fields.Nested(MembershipShape), required=True)
