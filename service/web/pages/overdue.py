"""督办: what is overdue in the cases that I may read: since when, who holds it, who hears of it. 安全看板 is it for incidents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from service.store import definitions
from service.store import overdue as rows
from service.web.pages import wording
from service.web.pages.frame import render
from service.web.pages.listing import ROWS, asked, choices
from service.web.pages.reading import Reader, reading
from service.web.pages.waiting import queue_name
from service.web.translations import gettext as _

#: The process whose page has a name of its own.
SECURITY = "security_incident"
#: Escalations without a task that are shown, the newest.
MOST_ESCALATED = 50


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/overdue", "overdue", overdue)


def overdue() -> ResponseReturnValue:
    wanted = asked()
    with reading() as reader:
        page = rows.list_overdue(
            reader.connection, reader.scope, now=reader.now, where=wanted.where, after=wanted.after, limit=ROWS
        )
        above = () if wanted.after else rows.list_escalated(
            reader.connection, reader.scope, where=wanted.where, limit=MOST_ESCALATED
        )  # fmt: skip
        return render(
            "overdue.html",
            reader,
            title=_("安全看板") if wanted.process == SECURITY else _("逾期督办"),
            tasks=[_task(reader, row) for row in page.rows],
            escalated=[_escalated(reader, row) for row in above],
            board_url=url_for("pages.overdue", process=SECURITY) if wanted.process != SECURITY and _sees_board(reader) else None,
            all_url=url_for("pages.overdue") if wanted.process == SECURITY else None,
            filters=wanted.filters,
            **choices(reader),
            **wanted.pages(page.after),
        )


def _sees_board(reader: Reader) -> bool:
    """Whether there is such a process, of a regulation in which the reader reads more than what is theirs to do."""
    found = next((row for row in definitions.list_latest(reader.connection) if row[0] == SECURITY), None)
    scope = reader.scope
    return found is not None and (scope.everything or found[4] in scope.regulations or (found[4], SECURITY) in scope.processes)


def _task(reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    versions = reader.rules.catalogue.periods.get(row["deadline"] or "", ())
    return {
        **_case(reader, row),
        "id": row["id"],
        "url": url_for("pages.task", task_id=row["id"]),
        "step": wording.step(row["name"]),
        "due": reader.due(row),
        "holder": row["claimed_name"],
        "queues": _names(reader, row["queues"]),
        "told": [reader.role(role) for role in (versions[-1].escalates_to if versions else ())],
    }


def _escalated(reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_case(reader, row),
        "url": url_for("pages.case", case_id=row["case_id"]),
        "words": row["en"] if reader.english else row["zh"],
        "at": row["at"],
        "told": _names(reader, row["queues"]),
    }


def _case(reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": row["title"],
        "business_key": row["business_key"],
        "process_name": reader.processes.get(row["process"], row["process"]),
        "unit_name": row["unit_name"] or "",
    }


def _names(reader: Reader, queues: Iterable[str]) -> list[str]:
    return [queue_name(reader, queue) for queue in queues]
