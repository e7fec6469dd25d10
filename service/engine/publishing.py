"""Publish what a folder holds: lint it as a whole, then store what has changed, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from service.access import RoleBook
from service.engine import kernel, recomputing, scheduling
from service.engine.bundle import Bundle, Draft, definitions
from service.engine.events import Event
from service.engine.lint import Known, check
from service.engine.machine import Machine
from service.engine.register_publishing import check_schemas, store_schemas
from service.errors import InvalidDefinition, Problem
from service.law import Calendar, Catalogue
from service.sdk import HANDLERS
from service.store import Connection, people
from service.store import definitions as rows
from service.store.history import Entry, record_outside_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a deployment changed: (process id, version, whether it is new), and what lint has to say without refusing."""

    processes: tuple[tuple[str, int, bool], ...]
    warnings: tuple[Problem, ...]


def lint_bundle(bundle: Bundle, *, known: Mapping[str, Any] | None = None) -> tuple[Problem, ...]:
    """Lint a folder by itself, or on top of `known` (regulation documents that are deployed already). Needs no database."""
    own = dict(regulations_of(bundle))
    stored = dict((known or {}).get("regulations", {}))
    try:
        catalogue = Catalogue.from_yaml_data({**stored, **own}.values())
    except InvalidDefinition as error:
        return (*bundle.problems, *error.problems)
    found = check(
        bundle,
        Known(
            roles=frozenset(catalogue.roles),
            handlers=frozenset(HANDLERS) | frozenset((known or {}).get("handlers", ())),
            periods=frozenset(catalogue.periods),
            articles=frozenset(catalogue.articles),
            processes=frozenset((known or {}).get("processes", ())),
            decisions=frozenset(),
            memberships=(known or {}).get("memberships"),
        ),
    )
    return (*check_schemas(bundle.registers), *found)


def publish(machine: Machine, bundle: Bundle, *, by: str, handlers: Collection[str] = ()) -> Published:
    """Publish a bundle; InvalidDefinition with every problem, and nothing published, when lint finds an error.

    `handlers` names those that the servers will load although this process has not.
    """
    at = machine.clock.now()
    with machine.store.read() as connection:
        stored = rows.list_regulations(connection)  # {id: document}
        processes = [row[0] for row in rows.list_latest(connection)]
        memberships = people.list_memberships(connection)
    problems = lint_bundle(
        bundle, known={"regulations": stored, "processes": processes, "handlers": handlers, "memberships": memberships or None}
    )
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InvalidDefinition(errors)
    with machine.store.write() as connection:
        entries = [
            *_store_regulations(connection, bundle, at=at, by=by),
            *store_schemas(connection, bundle.registers, by=by, at=at),
        ]
        book = RoleBook.of(Catalogue.from_yaml_data(rows.list_regulations(connection).values()).roles.values())
        done = []
        for draft in definitions(bundle):
            version, changed = _store(connection, draft, bundle, book, at=at, by=by)
            done.append((draft.key, version, changed))
            if changed:
                payload = {"key": draft.key, "version": version, "digest": draft.digest}
                entries.append(Entry(kind=Event.DEFINITION_PUBLISHED.value, actor=by, at=at, payload=payload))
        record_outside_cases(connection, entries)
    machine.reload_rules()
    scheduling.schedule_starts(machine)
    return Published(processes=tuple(done), warnings=tuple(problem for problem in problems if problem.severity != "error"))


def store_calendar(
    machine: Machine, documents: Sequence[Mapping[str, Any]], *, by: str, reason: str | None = None
) -> tuple[int, ...]:
    """Store the years of a calendar; returns those that are new or changed."""
    at = machine.clock.now()
    changed, why = [], {"reason": reason} if reason else {}
    with machine.store.write() as connection:
        for document in documents:
            year, digest = int(document["year"]), _digest(document)
            days = [(row.day, row.working, row.name) for row in Calendar.from_years([document]).rows]
            notice = document.get("notice") or {}
            source = f"{notice.get('title', '')} {notice.get('number', '')}".strip()[:200]
            if rows.put_calendar_year(connection, year, source, digest, days):
                changed.append(year)
        record_outside_cases(
            connection,
            [Entry(kind=Event.CALENDAR_STORED.value, actor=by, at=at, payload={"year": year, **why}) for year in changed],
        )
    machine.reload_rules()
    if changed:
        recomputing.request(machine)
    return tuple(changed)


def _store_regulations(connection: Connection, bundle: Bundle, *, at: datetime, by: str) -> Iterable[Entry]:
    for name, document in regulations_of(bundle):
        digest = _digest(document)
        if rows.put_regulation(connection, name, digest, document, at=at):
            yield Entry(kind=Event.REGULATION_STORED.value, actor=by, at=at, payload={"id": name, "digest": digest})


def _store(connection: Connection, draft: Draft, bundle: Bundle, book: RoleBook, *, at: datetime, by: str) -> tuple[int, bool]:
    latest = rows.find_latest(connection, draft.key)
    if latest is not None and latest.digest == draft.digest:
        return latest.version, False
    process = kernel.parse(draft.xml, process=draft.key)
    starts = [
        element.definition.name
        for element in process.elements.values()
        if element.kind == "startEvent" and element.parent is None and element.definition is not None
        and element.definition.kind == "message" and element.definition.name
    ]  # fmt: skip
    version = rows.insert_definition(
        connection, key=draft.key, digest=draft.digest, name=process.name or draft.key,
        regulation=_regulation_of(draft, bundle, process, book), xml=draft.xml, forms=draft.forms,
        decisions=draft.decisions, message_starts=starts, by=by,
        at=at,
    )  # fmt: skip
    return version, True


def _regulation_of(draft: Draft, bundle: Bundle, process: kernel.Process, book: RoleBook) -> str:
    """The regulation that stands in the same folder; else the one whose roles do the work."""
    folder = draft.file.rpartition("/")[0]
    for file, document in bundle.regulations.items():
        if file.rpartition("/")[0] == folder and isinstance(document, Mapping) and "regulation" in document:
            return str(document["regulation"]["id"])
    for element in process.elements.values():
        for text in (element.lane, element.candidate_groups):
            role = book.find((text or "").strip('="').partition("@")[0])
            if role is not None:
                return role.regulation
    return ""


def regulations_of(bundle: Bundle) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Each regulation file with its id; a file without a regulation (roles and periods of several) goes by its folder."""
    for file, document in bundle.regulations.items():
        if isinstance(document, Mapping):
            regulation = document.get("regulation")
            yield (str(regulation["id"]) if isinstance(regulation, Mapping) else file.rpartition("/")[0]), document


def _digest(document: Any) -> str:
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS, default=_plain)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
