"""工作台: what waits for me, and what I have done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from service.store import reads
from service.web.pages.facts import amount_of
from service.web.pages.frame import render
from service.web.pages.listing import ROWS, Asked, asked, choices
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

SORTS = ("due", "received", "-received")
DONE = "done"


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", "inbox", inbox)


def inbox() -> ResponseReturnValue:
    wanted = asked()
    with reading() as reader:
        page = _done(reader, wanted) if wanted.view == DONE else _todo(reader, wanted)
        return render(
            "inbox.html",
            reader,
            tasks=[_row(reader, row) for row in page.rows],
            tabs=[
                {"label": _("待办"), "url": url_for("pages.inbox"), "current": wanted.view != DONE, "count": _count(reader)},
                {"label": _("已办"), "url": url_for("pages.inbox", view=DONE), "current": wanted.view == DONE, "count": None},
            ],
            filters=wanted.filters,
            **choices(reader),
            **wanted.pages(page.after),
        )


def _todo(reader: Reader, wanted: Asked) -> reads.Page:
    sort = wanted.sort if wanted.sort in SORTS else "due"
    return reads.list_todo(
        reader.connection, account=reader.actor.account, queues=reader.queues, where=wanted.where, sort=sort,
        after=wanted.after, limit=ROWS, principals=reader.actor.principals,
    )  # fmt: skip


def _done(reader: Reader, wanted: Asked) -> reads.Page:
    return reads.list_done(reader.connection, account=reader.actor.account, where=wanted.where, after=wanted.after, limit=ROWS)


def _count(reader: Reader) -> int:
    return reads.count_todo(
        reader.connection, account=reader.actor.account, queues=reader.queues, principals=reader.actor.principals
    )


def _row(reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    open_ = row["status"] in reads.OPEN
    return {
        "id": row["id"],
        "url": url_for("pages.task", task_id=row["id"]),
        "title": row["title"],
        "business_key": row["business_key"],
        "process_name": reader.processes.get(row["process"], row["process"]),
        "step": row["name"],
        "unit_name": row["unit_name"] or "",
        "amount": amount_of(row["facts"]),
        "received_at": row["opened_at"],
        "closed_at": row["closed_at"],
        "due": reader.due(row) if open_ else None,
        "claimed_by": row["claimed_name"],
        "mine": row["claimed_by"] == reader.actor.account,
    }
