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
    archived_at = _moment(allow_none=True)
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
    hash = _maybe()


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


class ProjectFlagShape(Schema):
    """What a rule has flagged in any case about the same thing."""

    rule = _text()
    message = _text()
    message_en = _text()
    at = _moment()
    case = _text()
    process = _text()
    readable = fields.Boolean(required=True)


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
    on_behalf_of = _maybe(metadata={"description": "for whom the account does it, or it was done, as a deputy"})
    project_flags = fields.List(fields.Nested(ProjectFlagShape), required=True)


class HeldShape(Schema):
    id = _text()
    status = _text()
    claimed_by = _maybe()


class HandedShape(HeldShape):
    on_behalf_of = _maybe(metadata={"description": "in whose name it is done"})


class DeputyShape(Schema):
    id = _text()
    account = _text()
    account_name = _text()
    deputy = _text()
    deputy_name = _text()
    role = _text()
    since = fields.Date(required=True, data_key="from")
    until = fields.Date(required=True)
    reason = _text()
    created_at = _moment()


class DeputyListShape(Schema):
    items = fields.List(fields.Nested(DeputyShape), required=True)


class EndedShape(Schema):
    id = _text()
    ended = fields.Boolean(required=True)


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


class OptionShape(Schema):
    label = _text()
    value = _text()


class OptionListShape(Schema):
    items = fields.List(fields.Nested(OptionShape), required=True)


class MeShape(Schema):
    name = _text()
    display_name = _text()
    memberships = fields.List(fields.Nested(MembershipShape), required=True)


class CountsShape(Schema):
    todo = fields.Integer(required=True, metadata={"description": "open tasks that the account may do; 1000 stands for more"})
    new = fields.Integer(required=True, metadata={"description": "of these, what has come in since; 100 stands for more"})


class NoticeCaseShape(Schema):
    id = _text()
    business_key = _text()
    process = _text()
    title = _text()
    unit = _text()
    unit_name = _maybe()
    readable = fields.Boolean(required=True, metadata={"description": "the account may read the case"})


class NoticeLineShape(Schema):
    id = _text()
    kind = _text(metadata={"description": "reminded, due, overdue, escalated, notified, urged, copied, mentioned, followed"})
    deadline = _maybe()
    message = _text()
    message_en = _text()
    at = _moment()
    unread = fields.Boolean(required=True)
    task = _maybe(metadata={"description": "the task that it is about, while that is open"})
    case = fields.Nested(NoticeCaseShape, required=True)


class NoticeListShape(Schema):
    items = fields.List(fields.Nested(NoticeLineShape), required=True)
    unread = fields.Integer(required=True, metadata={"description": "how many the account has not read, 1000 at the most"})
    after = _maybe(metadata={"description": "cursor of the next page"})


class ReadShape(Schema):
    unread = fields.Integer(required=True, metadata={"description": "how many the account has not read, 1000 at the most"})


class OverdueLineShape(Schema):
    id = _text()
    case = fields.Nested(TaskCaseShape, required=True)
    process = _text()
    element = _text()
    name = _text()
    unit_name = _maybe()
    due = fields.Nested(DueShape, required=True, allow_none=True)
    due_at = _moment()
    days_overdue = fields.Integer(required=True, metadata={"description": "calendar days since its last day"})
    claimed_by = _maybe()
    claimed_name = _maybe()
    queues = fields.List(fields.String(), required=True, metadata={"description": "to whom it is offered"})
    escalates_to = fields.List(fields.String(), required=True, metadata={"description": "the roles that are told"})


class OverdueListShape(Schema):
    items = fields.List(fields.Nested(OverdueLineShape), required=True)
    after = _maybe(metadata={"description": "cursor of the next page"})


class ParameterVersionShape(Schema):
    value = fields.Raw(required=True)
    start = fields.Date(required=True, data_key="from")
    until = fields.Date(required=True, allow_none=True)
    applies_to_open_cases = fields.Boolean(required=True)
    set_by = _maybe(metadata={"description": "null for what a regulation file says"})
    set_at = _moment(allow_none=True)
    reason = _maybe()


class ParameterShape(Schema):
    id = _text()
    regulation = _text()
    name = _text()
    name_en = _text()
    value = fields.Raw(required=True, metadata={"description": "in force today"})
    practice = fields.Boolean(required=True, metadata={"description": "no article gives it; system administrators may change it"})
    articles = fields.List(fields.String(), required=True)
    least = _maybe(data_key="min")
    most = _maybe(data_key="max")
    choices = fields.List(fields.String(), required=True)
    versions = fields.List(fields.Nested(ParameterVersionShape), required=True)


class ParameterListShape(Schema):
    items = fields.List(fields.Nested(ParameterShape), required=True)
