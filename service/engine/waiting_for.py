"""Why a case waits: one sentence per waiting thing, and who can solve it. Open this when "为什么在等" is wrong. Reads only.

Sentences are in `waiting_words`, causes in `waiting_causes`, people's part of the reckoning in `waiting_people`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.access import Actor
from service.engine import waiting, waiting_words
from service.engine.due import read_trigger
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.reads import may_read_case
from service.engine.waiting_causes import Asked, Cause, Solver, WaitingFor
from service.engine.waiting_people import list_people
from service.engine.waiting_words import Said
from service.store import Connection, cases, demo_clock
from service.store import reads as rows
from service.store.cases import CaseRow
from service.store.definitions import list_latest

__all__ = ["Cause", "Solver", "WaitingFor", "list_senders", "list_waiting_for"]

#: First attempts of the others take a moment and are told by what they belong to.
_STEPS = (waiting.SERVICE, waiting.START_CHILD)
#: Timers beside a step or a whole case: the case does not wait for them.
_BESIDE = ("boundaryEvent", "startEvent")


def list_waiting_for(
    machine: Machine, connection: Connection, row: CaseRow, actor: Actor, *, deep: bool = True
) -> tuple[WaitingFor, ...]:
    """List what an open case waits for; empty for an ended one, never for an open one. The caller has asked `get_case`.

    `deep`: with what its child cases wait for.
    """
    if row.status not in ("running", "suspended"):
        return ()
    asked = Asked(machine=machine, connection=connection, row=row, actor=actor, deep=deep)
    found = list(_clock(asked)) if deep else []
    if row.status == "suspended":
        return (*found, _suspended(asked))
    jobs = rows.list_case_jobs(connection, [row.id])
    others = rows.list_case_subscriptions(connection, [row.id])
    listed = [*list_people(asked), *_jobs(asked, jobs), *_messages(asked, others), *_children(asked, others)]
    joins = list(_joins(asked))
    moving = listed or any(job["state"] != "parked" for job in jobs if asked.elements.get(job["element"] or "") is None)
    return (*found, *listed, *joins) if moving else (*found, *joins, _stalled(asked))


def _clock(asked: Asked) -> Iterator[WaitingFor]:
    target = demo_clock.read(asked.connection)[1]
    if target is not None:
        yield WaitingFor(cause=Cause.CLOCK, case=asked.row.id, said=waiting_words.clock(target), due_at=target)


def _suspended(asked: Asked) -> WaitingFor:
    link = asked.last(Event.CASE_SUSPENDED)
    who, since, reason = ("", asked.now, "") if link is None else (link.actor, link.at, str(link.payload["reason"]))
    said = waiting_words.suspended(asked.name(who), since, reason)
    return WaitingFor(cause=Cause.SUSPENDED, case=asked.row.id, said=said, since=since)


def _stalled(asked: Asked) -> WaitingFor:
    return WaitingFor(cause=Cause.STALLED, case=asked.row.id, said=waiting_words.stalled())


def _jobs(asked: Asked, jobs: tuple[dict[str, Any], ...]) -> Iterator[WaitingFor]:
    for job in jobs:
        element, kind = asked.elements.get(job["element"] or ""), job["kind"]
        step = asked.step(job["element"], kind)
        common: dict[str, Any] = {
            "case": asked.row.id, "element": job["element"], "step": step, "job": job["id"],
            "error": job["error"] if asked.administers else None,
        }  # fmt: skip
        if job["state"] == "parked":
            link = asked.last(Event.JOB_PARKED, element=job["element"])
            said = waiting_words.parked(step, job["attempts"])
            yield WaitingFor(cause=Cause.PARKED, said=said, since=link.at if link else None, **common)
        elif job["state"] == "todo" and job["error"]:
            said = waiting_words.back_off(step, job["attempts"], job["retries"], job["due_at"])
            yield WaitingFor(cause=Cause.BACK_OFF, said=said, since=job["created_at"], due_at=job["due_at"], **common)
        elif kind == waiting.TIMER:
            if element is None or element.kind in _BESIDE:
                continue
            if job["due_at"] <= asked.now:
                yield WaitingFor(cause=Cause.AUTOMATIC, said=waiting_words.automatic(step), **common)
                continue
            said = waiting_words.timer(step, job["due_at"])
            common |= {"due_at": job["due_at"], "since": job["created_at"], "why": _derivation(asked, job)}
            yield WaitingFor(cause=Cause.TIMER, said=said, **common)
        elif kind in _STEPS:
            yield WaitingFor(cause=Cause.AUTOMATIC, said=waiting_words.automatic(step), since=job["created_at"], **common)


def _derivation(asked: Asked, job: Mapping[str, Any]) -> tuple[Said, ...]:
    if not job["deadline"]:
        return ()
    context = asked.machine.rules.reckon(job["deadline"], read_trigger(job["trigger"])).context
    return tuple(Said(one["zh"], one["en"]) for one in context["derivation"])


def _messages(asked: Asked, others: tuple[dict[str, Any], ...]) -> Iterator[WaitingFor]:
    for one in others:
        element = asked.elements.get(one["element"])
        if one["kind"] != "message" or element is None or element.kind in _BESIDE or element.event_sub_process:
            continue
        step = asked.step(element.id)
        senders = list_senders(asked.machine, asked.connection, one["name"])
        said = waiting_words.message(step, one["name"], one["correlation"], senders)
        yield WaitingFor(
            cause=Cause.MESSAGE, case=asked.row.id, said=said, element=element.id, step=step, since=one["created_at"]
        )


def list_senders(machine: Machine, connection: Connection, message: str) -> tuple[tuple[str, str], ...]:
    """The (process, step) of published diagrams that send a message, in their own words."""
    found: list[tuple[str, str]] = []
    for latest in list_latest(connection):
        definition = machine.library.latest(connection, latest[0])
        for element in definition.process.elements.values():
            throws = element.kind in ("intermediateThrowEvent", "endEvent", "sendTask") and element.definition is not None
            if throws and element.definition is not None and element.definition.name == message:
                found.append((definition.name, element.name or element.id))
    return tuple(dict.fromkeys(found))


def _children(asked: Asked, others: tuple[dict[str, Any], ...]) -> Iterator[WaitingFor]:
    for one in others:
        row = cases.find_case(asked.connection, one["child"]) if one["kind"] == "child" and one["child"] else None
        if row is None:
            continue
        seen = may_read_case(asked.connection, asked.machine.book, asked.actor, row)
        name = asked.machine.definition(asked.connection, row).name if seen else None
        step = asked.step(one["element"])
        inner = list_waiting_for(asked.machine, asked.connection, row, asked.actor, deep=False) if seen and asked.deep else ()
        yield WaitingFor(
            cause=Cause.CHILD, case=asked.row.id, said=waiting_words.child(step, name, row.business_key), element=one["element"],
            step=step, since=one["created_at"], child=row.id if seen else None, inner=inner,
        )  # fmt: skip


def _joins(asked: Asked) -> Iterator[WaitingFor]:
    for join in asked.work.run.joins():
        still = [one for one in join.open if asked.elements[one].kind not in _BESIDE]
        element = asked.elements.get(join.element)
        said = waiting_words.join(element.name if element else None, join.arrived, [asked.step(one) for one in still])
        yield WaitingFor(
            cause=Cause.JOIN, case=asked.row.id, said=said, element=join.element, step=(element.name or "") if element else ""
        )
