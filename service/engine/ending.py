"""The end of a command: reconcile, tell the parent, write. The same for every command."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import orjson

from service.access import RoleBook
from service.engine.events import Event
from service.engine.milestones import tell_followers
from service.engine.reconcile import reconcile
from service.engine.waiting import CHILD_ENDED, ESCALATE
from service.engine.work import Work
from service.errors import Finding
from service.store import cases
from service.store.cases import Waiting


def settle(work: Work, book: RoleBook, *, rows: Sequence[Waiting] | None = None, settled: Collection[str] = ()) -> list[Finding]:
    """Reconcile the case with its rows and write everything. Returns the findings that handlers left."""
    findings = work.apply_collected()
    known = cases.waiting(work.connection, work.row.id) if rows is None else rows
    reconcile(work, known, book, settled=settled)
    pass_escalations(work)
    end_if_over(work)
    tell_followers(work)
    work.finish()
    return findings


def pass_escalations(work: Work) -> None:
    """Escalations that nothing in a child case caught go up to the call activity."""
    for escalated in work.run.escalated if work.row.parent is not None else ():
        work.job(
            ESCALATE, case_id=work.row.parent, token=work.row.parent_token, element=escalated.element,
            payload={"code": escalated.code, "variables": dict(escalated.variables)},
        )  # fmt: skip


def end_if_over(work: Work) -> None:
    """Mark the case as completed when nothing in it can go on, and tell its parent."""
    snapshot = work.run.snapshot()
    if not snapshot.ended or work.row.status != "running":
        return
    work.row.status = "completed"
    work.row.outcome = snapshot.outcomes[-1] if snapshot.outcomes else None
    work.row.ended_at = work.at
    work.note(Event.CASE_ENDED, outcome=work.row.outcome)
    if work.row.parent is not None:
        work.job(
            CHILD_ENDED,
            case_id=work.row.parent,
            token=work.row.parent_token,
            payload={
                "case": work.row.id,
                "process": work.row.process,
                "outcome": work.row.outcome,
                "variables": work.run.variables(None),
                "actors": work.actors.everywhere(),
                "error": snapshot.error,
                "flags": orjson.loads(work.row.flags),
            },
        )
