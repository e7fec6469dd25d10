"""Start a case: by a person who files a form, by a call activity, or by a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from service.access import Actor
from service.access.duties import SUBMITTER
from service.engine import filling, kernel, offering, searching
from service.engine import work as works
from service.engine.definitions import Definition
from service.engine.ending import end_if_over, pass_escalations
from service.engine.events import Event
from service.engine.kernel.expression import attribute
from service.engine.machine import Machine
from service.engine.people import SYSTEM, Actors, get_actor
from service.engine.reconcile import reconcile
from service.engine.work import Within, Work
from service.errors import Finding, Invalid, NotAllowed
from service.store import Connection, cases, entries, new_id, people
from service.store.cases import CaseRow
from service.store.history import GENESIS, continue_chain

#: As many characters as the column holds.
LONGEST_KEY = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A case that was started."""

    id: str
    business_key: str
    status: str
    title: str
    root: str
    findings: tuple[Finding, ...]


def start_case(
    machine: Machine, process: str, answers: Mapping[str, Any], *, by: str, within: Within[Started] | None = None
) -> Started:
    """File the start form of a process. NotAllowed, InvalidAnswers, NotFound leave nothing behind."""
    with machine.store.write() as connection:
        machine.refresh_rules(connection)
        actor = get_actor(connection, by)
        definition = machine.library.latest(connection, process)
        unit = ensure_may_start(machine, definition, actor)
        form = definition.form_of(definition.start)
        given = first_variables(connection, unit)
        lists = offering.admitted(connection, definition, form, unit=unit, chosen=[given, answers])
        seen = {**given, **lists}
        clean = filling.validate(connection, form, answers, variables=seen, lookup=machine.lookup, account=by, family=tuple)
        work = _new_case(
            machine, connection, definition, variables={**given, **clean}, unit=unit, by=by, start_event=None,
            business_key=None, actors=Actors(),
        )  # fmt: skip
        work.actors.add(SUBMITTER, by)
        work.note(
            Event.CASE_STARTED, element=definition.start.id, process=process, version=definition.version, answers=clean,
            walked=works.walked(work.run),
        )  # fmt: skip
        findings = _settle_new(machine, work)
        entries.file_attachments(connection, filling.file_ids(form, clean), case_id=work.row.id)
        entries.delete_draft(connection, account=by, subject=f"start:{process}")
        row = work.row
        started = Started(
            id=row.id,
            business_key=row.business_key,
            status=row.status,
            title=row.title,
            root=row.root,
            findings=tuple(findings),
        )
        if within is not None:
            within(connection, started)
    machine.wake()
    return started


def first_variables(connection: Connection, unit: str) -> dict[str, Any]:
    """What every case knows before its form is filled in: the unit that files, its name and its level."""
    found = next((row for row in people.list_units(connection) if row["id"] == unit), {"name": unit, "level": ""})
    return {"unit_id": unit, "unit_name": found["name"], "unit_level": found["level"]}


def start_child(
    machine: Machine, connection: Connection, parent: Work, *, process: str, variables: Mapping[str, Any], token: str
) -> CaseRow:
    """Start the child case of a call activity, in the transaction that holds the parent."""
    definition = machine.library.latest(connection, process)
    if parent.row.regulation:  # a shared procedure is done under the regulation of the case that calls it
        definition = replace(definition, regulation=parent.row.regulation)
    actors = Actors()
    actors.merge(parent.actors.everywhere())
    unit = str(variables.get("unit_id") or parent.row.unit)  # a call activity may hand its work to another unit
    work = _new_case(
        machine, connection, definition, variables={"unit_id": unit, **variables}, unit=unit,
        by=parent.row.started_by, start_event=None, business_key=parent.row.business_key, actors=actors,
        parent=parent.row, token=token,
    )  # fmt: skip
    if not definition.setting("title"):
        work.row.title = parent.row.title
    work.note(
        Event.CASE_STARTED, element=definition.start.id, process=process, version=definition.version, parent=parent.row.id,
        walked=works.walked(work.run),
    )  # fmt: skip
    _settle_new(machine, work)
    return work.row


def start_by_message(
    machine: Machine, connection: Connection, definition: Definition, *, element: kernel.Element, payload: Mapping[str, Any],
    message: str, sender: str,
) -> CaseRow:  # fmt: skip
    """Start a case at a message start event; its variables are the payload."""
    unit = str(payload.get("unit_id") or "")
    work = _new_case(
        machine, connection, definition, variables=dict(payload), unit=unit, by=sender, start_event=element.id,
        business_key=None, actors=Actors(),
    )  # fmt: skip
    work.note(
        Event.CASE_STARTED, element=element.id, process=definition.key, version=definition.version, message=message,
        walked=works.walked(work.run),
    )  # fmt: skip
    _settle_new(machine, work, element)
    return work.row


def start_by_timer(
    machine: Machine, connection: Connection, definition: Definition, *, element: kernel.Element, at: datetime
) -> CaseRow:
    """Start a case at a timer start event; it knows the time as `scheduled_for`."""
    source = definition.setting("unit", element)
    unit = str(attribute(source)(_Lookup(machine.lookup)) or "") if source else ""
    variables = {"scheduled_for": at, **first_variables(connection, unit)}
    work = _new_case(
        machine, connection, definition, variables=variables, unit=unit, by=SYSTEM,
        start_event=element.id, business_key=None, actors=Actors(),
    )  # fmt: skip
    work.note(
        Event.CASE_STARTED, element=element.id, process=definition.key, version=definition.version, due=at,
        walked=works.walked(work.run),
    )  # fmt: skip
    _settle_new(machine, work, element)
    return work.row


def ensure_may_start(machine: Machine, definition: Definition, actor: Actor) -> str:
    """Return the unit for which the actor starts; NotAllowed for who holds neither its lane's role nor one of its `starters`."""
    lane = definition.start.lane
    role = machine.book.find(lane) if lane else None
    if lane and role is None:
        raise NotAllowed(
            f"“{definition.name}”由其他流程调用，不能直接发起。",
            message_en=f"{definition.key} is called by other processes and not started by people.",
            rule="start-role",
        )
    more = (machine.book.find(id.strip()) for id in (definition.setting("starters") or "").split(","))
    roles = [one for one in (role, *more) if one is not None]
    ids = {one.id for one in roles}
    held = sorted(membership.unit for membership in actor.memberships if not roles or membership.role in ids)
    if not held or not machine.book.may_act(actor):
        wanted = "、".join(one.zh for one in roles) or "任一角色"
        raise NotAllowed(
            f"只有“{wanted}”可以发起“{definition.name}”。",
            message_en=f"Only {', '.join(one.en for one in roles) or 'a member of a unit'} may start {definition.key}.",
            rule="start-role",
        )
    return held[0]


def _new_case(
    machine: Machine,
    connection: Connection,
    definition: Definition,
    *,
    variables: Mapping[str, Any],
    unit: str,
    by: str,
    start_event: str | None,
    business_key: str | None,
    actors: Actors,
    parent: CaseRow | None = None,
    token: str | None = None,
) -> Work:
    at, case_id = machine.clock.now(), new_id()
    start = definition.process.elements[start_event] if start_event else None
    if business_key is None:
        business_key = _business_key(machine, connection, definition.setting("business_key", start) or "C", variables, at)
    row = CaseRow(
        id=case_id, business_key=business_key, process=definition.key, version=definition.version, digest=definition.digest,
        regulation=definition.regulation, parent=parent.id if parent else None, parent_token=token,
        root=parent.root if parent else case_id, status="running", outcome=None, title=definition.name, unit=unit,
        started_by=by, started_at=at, ended_at=None, actors="{}", facts="{}", flags="[]", state=b"", variables=b"", revision=0,
        history_seq=0, history_head=GENESIS, reads_up=definition.process.values("reads_up") != ("false",),
    )  # fmt: skip
    host = works.make_host(
        connection,
        row,
        definition,
        world=machine.world,
        at=at,
    )
    run = kernel.Run.start(definition.process, dict(variables), host, start_event=start_event)
    return Work(
        connection=connection, row=row, definition=definition, run=run, host=host,
        chain=continue_chain(connection, case_id, 0, GENESIS), actors=actors,
        at=at, machine=machine.clock.machine(), calendar=machine.rules.calendar.version,
        next_notice=machine.rules.next_notice, actor=by,
    )  # fmt: skip


def _business_key(machine: Machine, connection: Connection, setting: str, variables: Mapping[str, Any], at: datetime) -> str:
    """The key of what the case is about: FEEL over its first variables, or else a prefix with the next number of the year."""
    if setting.startswith("="):
        value = attribute(setting)(_Lookup(machine.lookup, variables))
        if not value or len(str(value)) > LONGEST_KEY:
            raise Invalid(
                f"业务编号 {setting} 没有得到值，案件未发起。",
                message_en=f"The business key {setting} gives {value!r}; no case was started.",
            )
        return str(value)
    number = cases.next_number(connection, f"{setting}-{at.year}")
    return f"{setting}-{at.year}-{number:04d}"


@dataclass(frozen=True, slots=True)
class _Lookup:
    """FEEL before there is a case: its first variables, then the functions of the house."""

    lookup: Callable[[str], Any]
    variables: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        return self.variables[name] if name in self.variables else self.lookup(name)


def _settle_new(machine: Machine, work: Work, start: kernel.Element | None = None) -> list[Finding]:
    """Insert the row first, because tasks refer to it; then everything as in any other command."""
    source = work.definition.setting("title", start)
    if source:
        work.row.title = searching.title_of(work, source)
    work.row.state, work.row.variables = work.run.dump()
    cases.insert_case(work.connection, work.row)
    findings = work.apply_collected()
    reconcile(work, (), machine.book)
    pass_escalations(work)
    end_if_over(work)
    work.finish()
    return findings
