"""归档: what is archived, what is due to be and what is kept from it; the way to archive and to restore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import archiving, batches
from service.engine.searching import split_terms
from service.engine.stuck.reading import ensure_may_see
from service.errors import ChengxuError, InvalidAnswers
from service.store import archive_lists
from service.store.archive_lists import ArchiveFilter
from service.web import auth, current
from service.web.pages import timeline, wording
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

ROWS = 50
#: Up to where cases that are due are counted.
COUNTED = 1000
LISTS = ("archived", "due", "held")
TERMS = 12


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/archive", "console_archive", show)
    blueprint.add_url_rule("/console/archive/run", "console_archive_run", run, methods=["POST"])


def show() -> ResponseReturnValue:
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        return _page(reader, request.args, "", [])


def run() -> ResponseReturnValue:
    """Archive everything that is due, as a batch with progress and a result for each."""
    engine, account, reason = current.engine(), auth.require_account().name, request.form.get("reason", "")[:400]
    with engine.machine.store.read() as connection:
        age = archiving.age_of(engine.machine)
        due = [row["id"] for row in archive_lists.list_due(connection, age, limit=batches.MOST)]
    try:  # this page answers a refusal with itself
        batch = engine.ask_batch("archive_case", subjects=due, select=None, arguments={}, reason=reason, by=account)
    except InvalidAnswers as error:
        with reading() as reader:
            ensure_may_see(reader.machine, reader.actor)
            return _page(reader, {"list": "due"}, reason, _errors(reader, error)), 422
    return redirect(url_for("pages.console_batch", batch_id=batch.id), 303)


def _page(reader: Reader, given: Mapping[str, str], reason: str, errors: list[dict[str, str]]) -> str:
    shown = given.get("list", "")
    shown = shown if shown in LISTS else "archived"
    filters = {name: given.get(name, "").replace("\x00", "").strip()[:80] for name in ("q", "process", "unit")}
    after, age = archive_lists.read_cursor(given.get("after", "")[:80]), archiving.age_of(reader.machine)
    if shown == "archived":
        terms = tuple(dict.fromkeys(split_terms(filters["q"])))[:TERMS]
        where = ArchiveFilter(terms=terms, process=filters["process"] or None, unit=filters["unit"] or None)
        rows = archive_lists.list_archived_families(reader.connection, where, after=after, limit=ROWS + 1)
    else:
        rows = archive_lists.list_due(reader.connection, age, held=shown == "held", after=after, limit=ROWS + 1)
    page = rows[:ROWS]
    size = archive_lists.measure_archive(reader.connection)
    counts = {
        "archived": str(size.families), "due": _counted(reader, age, held=False), "held": _counted(reader, age, held=True),
    }  # fmt: skip
    archivist = not archiving.ARCHIVISTS.isdisjoint(reader.actor.roles)
    kept: dict[str, Any] = {"list": shown, **{name: value for name, value in filters.items() if value}}
    names = {"archived": _("已归档"), "due": _("到期待归档"), "held": _("到期未能归档")}
    return render(
        "console/archive.html", reader, shown=shown, filters=filters, errors=errors, reason=reason,
        tabs=[
            {"label": label, "count": counts[one], "url": url_for("pages.console_archive", list=one), "current": one == shown}
            for one, label in names.items()
        ],
        months=archiving.months_of(reader.machine),
        parameter_url=url_for("pages.parameter", name=archiving.AFTER_MONTHS),
        cases=[_row(reader, row, shown) for row in page],
        size={"cases": size.cases, "plain": wording.size(size.plain), "stored": wording.size(size.stored)},
        processes=[{"id": key, "name": name} for key, name in sorted(reader.processes.items(), key=lambda one: one[1])],
        units=[{"id": key, "name": name} for key, name in sorted(reader.units.items(), key=lambda one: one[1])],
        picks={"kind": "restore_case" if shown == "archived" else "archive_case", "url": url_for("pages.console_batch_new")}
        if archivist and page and shown != "held" else None,
        run={"url": url_for("pages.console_archive_run"), "number": counts["due"]}
        if archivist and shown == "due" and page else None,
        first_url=url_for("pages.console_archive", **kept) if after else None,
        next_url=url_for("pages.console_archive", **kept, after=archive_lists.cursor_of(page[-1])) if len(rows) > ROWS else None,
    )  # fmt: skip


def _counted(reader: Reader, age: archive_lists.Age, *, held: bool) -> str:
    number = archive_lists.count_due(reader.connection, age, held=held, most=COUNTED)
    return f"{COUNTED}+" if number == COUNTED else str(number)


def _row(reader: Reader, row: Mapping[str, Any], shown: str) -> dict[str, Any]:
    words, tone = wording.state(row["status"], timeline.outcome_name(reader.definition(row), row["outcome"]))
    return {
        "id": row["id"], "url": url_for("pages.case", case_id=row["id"]), "title": row["title"], "number": row["business_key"],
        "process_name": reader.processes.get(row["process"], row["process"]), "unit_name": row["unit_name"] or "",
        "state": words, "tone": tone, "ended_at": row["ended_at"], "at": row.get("at"), "members": row.get("number"),
        "by": _("系统") if row.get("archived_by") == "system" else row.get("by_name") or row.get("archived_by"),
        "reason": row.get("reason"),
        "why": _why(reader, row["id"]) if shown == "held" else "",
    }  # fmt: skip


def _why(reader: Reader, case_id: str) -> str:
    """What keeps a case from being archived."""
    try:  # the refusal is the answer
        archiving.check_archive(reader.machine, reader.connection, case_id)
    except ChengxuError as error:
        return error.message_en if reader.english else error.message
    return ""


def _errors(reader: Reader, error: InvalidAnswers) -> list[dict[str, str]]:
    return [
        {"field": one.field, "message": (one.message_en or one.message) if reader.english else one.message}
        for one in error.findings
    ]
