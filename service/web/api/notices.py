"""Notices of the account, and what is overdue in the cases that it may read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask.wrappers import Response

from service.access import actor_queues
from service.clock import SHANGHAI
from service.engine import reads
from service.store import notices as rows
from service.store import overdue
from service.store.notices import NoticeFilter
from service.store.reads import TaskFilter
from service.web import current
from service.web.answers import reply
from service.web.api.asks import NoticeQuery, OverdueQuery
from service.web.api.following import due
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import NoticeListShape, OverdueListShape, ReadShape
from service.web.auth import current_actor, require_account

blueprint = make_blueprint("notices", "What people are told of deadlines and by procedures.")


@endpoint(blueprint, "GET", "/notices", answer=NoticeListShape, query=NoticeQuery)
def list_notices(query: Mapping[str, Any]) -> Response:
    """List what the account was told, newest first."""
    machine, actor = current.engine().machine, current_actor()
    scope = reads.scope_of(actor, machine.book)
    where = NoticeFilter(unread=query["unread"], kind=query["kind"], case=query["case"])
    with machine.store.read() as connection:
        page = rows.list_notices(connection, scope, where=where, after=query["after"], limit=query["limit"])
        unread = rows.count_unread(connection, account=actor.account, queues=scope.queues)
    return reply({"items": [_line(row) for row in page.rows], "unread": unread, "after": page.after})


@endpoint(blueprint, "POST", "/notices/<notice_id>/read", answer=ReadShape)
def read_notice(notice_id: str) -> Response:
    """Mark a notice as read."""
    current.engine().read_notice(notice_id, by=require_account().name)
    return _left()


@endpoint(blueprint, "POST", "/notices/read", answer=ReadShape)
def read_all_notices() -> Response:
    """Mark everything that the account was told so far as read."""
    current.engine().read_all_notices(by=require_account().name)
    return _left()


@endpoint(blueprint, "GET", "/overdue", answer=OverdueListShape, query=OverdueQuery)
def list_overdue(query: Mapping[str, Any]) -> Response:
    """List the overdue tasks of the cases that the account may read, the longest overdue first."""
    machine = current.engine().machine
    now, where = machine.clock.now(), TaskFilter(process=query["process"], unit=query["unit"])
    with machine.store.read() as connection:
        page = overdue.list_overdue(
            connection, reads.scope_of(current_actor(), machine.book), now=now, where=where, after=query["after"],
            limit=query["limit"],
        )  # fmt: skip
    return reply({"items": [_overdue(row) for row in page.rows], "after": page.after})


def _left() -> Response:
    machine, actor = current.engine().machine, current_actor()
    with machine.store.read() as connection:
        unread = rows.count_unread(connection, account=actor.account, queues=actor_queues(actor, machine.book))
    return reply({"unread": unread})


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    case = {
        "id": row["case_id"], "business_key": row["business_key"], "process": row["process"], "title": row["title"],
        "unit": row["unit"], "unit_name": row["unit_name"], "readable": bool(row["readable"]),
    }  # fmt: skip
    return {
        "id": row["id"], "kind": row["kind"], "deadline": row["deadline"], "message": row["zh"], "message_en": row["en"],
        "at": row["at"], "unread": bool(row["unread"]), "task": row["task_id"], "case": case,
    }  # fmt: skip


def _overdue(row: Mapping[str, Any]) -> dict[str, Any]:
    machine = current.engine().machine
    versions = machine.rules.catalogue.periods.get(row["deadline"] or "", ())
    case = {
        "id": row["case_id"], "business_key": row["business_key"], "process": row["process"], "title": row["title"],
        "status": row["case_status"], "unit": row["unit"], "root": row["root"],
    }  # fmt: skip
    last = (row["due_at"] - timedelta(microseconds=1)).astimezone(SHANGHAI).date()  # 24:00 of a day is 00:00 of the next
    days = max((machine.clock.now().date() - last).days, 1)
    return {
        **{name: row[name] for name in ("id", "process", "element", "name", "unit_name", "due_at", "claimed_by", "claimed_name")},
        "case": case, "due": due(row["due"]), "days_overdue": days, "queues": list(row["queues"]),
        "escalates_to": list(versions[-1].escalates_to) if versions else [],
    }  # fmt: skip
