"""案件: the cases that I may read, and the answer of the search box."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from service.store import reads
from service.web.pages import timeline, wording
from service.web.pages.facts import amount_of
from service.web.pages.frame import render
from service.web.pages.listing import ROWS, asked, choices
from service.web.pages.reading import Reader, reading
from service.web.pages.worklists import open_tasks


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases", "cases", cases)


def cases() -> ResponseReturnValue:
    wanted = asked()
    with reading() as reader:
        page = reads.list_cases(
            reader.connection, reader.scope, where=wanted.where, status=wanted.status, mine=False, roots=True,
            after=wanted.after, limit=ROWS,
        )  # fmt: skip
        tasks = open_tasks(reader, [row["id"] for row in page.rows])
        return render(
            "cases.html",
            reader,
            cases=[_row(reader, row, tasks.get(row["id"], [])) for row in page.rows],
            filters=wanted.filters,
            statuses=wording.states(),
            **choices(reader),
            **wanted.pages(page.after),
        )


def _row(reader: Reader, row: Mapping[str, Any], tasks: list[dict[str, Any]]) -> dict[str, Any]:
    words, tone = wording.state(row["status"], timeline.outcome_name(reader.definition(row), row["outcome"]))
    first = min((task for task in tasks if task["due_at"] is not None), key=lambda task: task["due_at"], default=None)
    return {
        "id": row["id"],
        "url": url_for("pages.case", case_id=row["id"]),
        "title": row["title"],
        "business_key": row["business_key"],
        "process_name": reader.processes.get(row["process"], row["process"]),
        "unit_name": row["unit_name"] or "",
        "amount": amount_of(row["facts"]),
        "status_words": words,
        "status_tone": tone,
        "archived": row["archived_at"] is not None,
        "where": "、".join(dict.fromkeys(wording.step(task["name"]) for task in tasks)) or None,
        "started_at": row["started_at"],
        "due": reader.due(first) if first is not None else None,
    }
