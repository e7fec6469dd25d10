"""工作台: what waits for me, what I have done and started, what I was sent and follow; and each of these as a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service.clock import SHANGHAI
from service.engine.list_sheets import MOST_ROWS, write_list
from service.errors import Finding
from service.store import new_id
from service.store.reads import MAX_LIMIT
from service.web.pages import list_words, worklists
from service.web.pages.frame import render
from service.web.pages.list_views import listed_views
from service.web.pages.listing import ROWS, Asked, asked, choices
from service.web.pages.reading import Reader, reading
from service.web.pages.worklists import SORTS, WORKLISTS, Worklist
from service.web.register_sheets import send_stream
from service.web.translations import gettext as _


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", "inbox", inbox)
    blueprint.add_url_rule("/lists/export", "list_export", export)


def inbox() -> ResponseReturnValue:
    wanted = asked()
    with reading() as reader:
        worklist, sort, faults = _understood(wanted)
        narrowed = wanted.wanted(reader.now)
        page = worklist.page(reader, list_words.ensure_step(reader, narrowed.where), sort, wanted.after, ROWS)
        count = worklists.counts(reader)
        kept: dict[str, Any] = {name: value for name, value in wanted.filters.items() if value}
        return render(
            "inbox.html",
            reader,
            list=worklist.id,
            of_tasks=worklist.of_tasks,
            rows=worklists.rows_of(reader, worklist, page),
            columns=worklists.columns_of(reader, worklist),
            tabs=[
                {
                    "label": worklists.label_of(one), "count": count[one], "current": one == worklist.id,
                    "url": url_for("pages.inbox", view=None if one == "todo" else one),
                }
                for one in WORKLISTS
            ],
            views=listed_views(reader, wanted),
            own_units=[{"id": unit, "name": reader.units.get(unit, unit)} for unit in sorted(reader.actor.units)],
            query=wanted.query,
            filters=wanted.filters,
            words=list_words.words_of(reader, wanted),
            steps=list_words.steps_of(reader, wanted.process),
            dues=list_words.dues(),
            faults=[one.message_en if reader.english else one.message for one in (*faults, *narrowed.faults)],
            since=new_id(),
            here_url=url_for("pages.inbox", **kept),
            export_url=url_for("pages.list_export", **kept),
            **choices(reader),
            **wanted.pages(page.after),
        )  # fmt: skip


def export() -> ResponseReturnValue:
    """Send the filtered list as a sheet, at most `MOST_ROWS` rows."""
    wanted = asked()
    with reading() as reader:
        worklist, sort, _faults = _understood(wanted)
        where = list_words.ensure_step(reader, wanted.wanted(reader.now).where)
        stream, label = BytesIO(), worklists.label_of(worklist.id)
        columns = worklists.columns_of(reader, worklist)
        header = [_("事项"), *(column["label"] for column in columns), *([_("环节")] if worklist.of_tasks else [])]
        pages = _all(reader, worklist, where, sort)
        rows = ([row["title"], *(_value(row, column["id"]) for column in columns), *_step(row)] for row in pages)
        more = _("只导出了前 %(n)s 条，请先筛选。", n=MOST_ROWS)
        write_list(label, header, rows, more=more, stream=stream)
        day = reader.now.astimezone(SHANGHAI).date()
    return send_stream(stream, f"{label} {day.isoformat()}")


def _all(reader: Reader, worklist: Worklist, where: Any, sort: str) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        page = worklist.page(reader, where, sort, after, MAX_LIMIT)
        yield from worklists.rows_of(reader, worklist, page)
        if page.after is None:
            return
        after = page.after


def _value(row: dict[str, Any], column: str) -> Any:
    value = row.get(column)
    if column == "due" and value is not None:
        return value["effective"]
    return value if isinstance(value, datetime) or column == "amount" else (value or "")


def _step(row: dict[str, Any]) -> list[Any]:
    return [row["step"]] if row["step"] is not None else []


def _understood(wanted: Asked) -> tuple[Worklist, str, list[Finding]]:
    """The list and its order; what there is not becomes 待办 by due date, and is said so."""
    faults = []
    if wanted.view is not None and wanted.view not in WORKLISTS:
        faults.append(list_words.unknown("view", request.args["view"][:40]))
    if wanted.sort is not None and wanted.sort not in SORTS:
        faults.append(list_words.unknown("sort", wanted.sort[:40]))
    sort = wanted.sort if wanted.sort in SORTS else "due"
    return WORKLISTS.get(wanted.view or "todo", WORKLISTS["todo"]), sort or "due", faults
