"""Why a case waits, for its page, and what its diagram marks. The reckoning itself is in `engine.waiting_for`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from service.engine.definitions import Definition
from service.engine.waiting_for import Cause, Solver, WaitingFor, list_waiting_for
from service.engine.waiting_words import Said
from service.store import reads
from service.store.cases import CaseRow
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

#: Jobs that do a step themselves; the others only carry the case on and are done in a moment.
STEPS = ("service",)
#: What nobody will solve unless somebody is told.
TROUBLE = frozenset({Cause.NOBODY, Cause.BARRED, Cause.PARKED, Cause.STALLED, Cause.SUSPENDED})


def waiting_for(reader: Reader, row: CaseRow) -> list[dict[str, Any]]:
    """List {words, solver, since, due, why, url, error, trouble, inner} of everything that an open case waits for."""
    found = list_waiting_for(reader.machine, reader.connection, row, reader.actor)
    dues = {task["id"]: reader.due(task) for task in reads.list_case_tasks(reader.connection, [row.id]) if task["due_at"]}
    return [_line(reader, one, dues) for one in found]


def _line(reader: Reader, one: WaitingFor, dues: dict[str, dict[str, Any] | None]) -> dict[str, Any]:
    due = dues.get(one.task or "")
    return {
        "words": _in(reader, one.said), "solver": solver_words(one), "since": one.since, "due": due,
        # What a due badge tells by itself is not told twice.
        "why": [] if due else [_in(reader, sentence) for sentence in one.why],
        "url": _url(one), "error": one.error, "trouble": one.cause in TROUBLE,
        "inner": [_line(reader, inner, {}) for inner in one.inner], "element": one.element,
    }  # fmt: skip


def _in(reader: Reader, said: Said) -> str:
    return said.en if reader.english else said.zh


def _url(one: WaitingFor) -> str | None:
    if one.task is not None:
        return url_for("pages.task", task_id=one.task)
    return url_for("pages.case", case_id=one.child) if one.child is not None else None


def solver_words(one: WaitingFor) -> str:
    """Who can make an end of the waiting, in a word."""
    return {
        Solver.PEOPLE: _("由人办理"), Solver.ADMINISTRATOR: _("由管理员处理"), Solver.TIME: _("到时自动继续"),
        Solver.SYSTEM: _("系统自动办理"), Solver.SENDER: _("由发出方"), Solver.OTHERS: _("等其他环节"),
    }[one.solver]  # fmt: skip


def queue_name(reader: Reader, queue: str) -> str:
    """Whom a queue stands for: 需求单位负责人（市教育局）, or a person."""
    role, _at, unit = queue.partition("@")
    if not role:
        return reader.people([unit]).get(unit, unit)
    name = reader.role(role)
    return _("%(role)s（%(unit)s）", role=name, unit=reader.units.get(unit, unit)) if unit else name


def marks(reader: Reader, case_id: str, definition: Definition, walked: Iterable[str]) -> dict[str, list[str]]:
    """What the diagram of one case shows: {walked, active, failed} element ids."""
    jobs = reads.list_case_jobs(reader.connection, [case_id])
    active = {task["element"] for task in reads.list_case_tasks(reader.connection, [case_id]) if task["status"] in reads.OPEN}
    active |= {one["element"] for one in reads.list_case_subscriptions(reader.connection, [case_id])}
    active |= {job["element"] for job in jobs if job["kind"] in STEPS}
    kinds = {one.id: one.kind for one in definition.process.elements.values()}
    active |= {job["element"] for job in jobs if kinds.get(job["element"]) == "intermediateCatchEvent"}
    failed = {job["element"] for job in jobs if job["state"] == "parked" and job["element"]}
    shown = {one for one in active - failed if kinds.get(one) not in ("startEvent", "boundaryEvent", "subProcess")}
    return {"walked": list(dict.fromkeys(walked)), "active": sorted(shown), "failed": sorted(failed)}
