"""Correct what a form of a case says, for an administrator who is asked to mend a slip. The form's own validator judges it.

Not to be corrected are a signed form (who signed it answers for it), what is sealed or closed to some, files, fields that the
form reckons itself, and choices that decide where the case goes: those are decided by whoever does the step, who can have it
sent back. Rules and registers that have already looked at the old values do not look again; the history shows both values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service import feel, tagged
from service.engine import filling, kernel, offering, reads
from service.engine.definitions import Definition
from service.engine.events import Event
from service.engine.lifecycle import ensure_monitor
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.engine.reopening import history_of, last_done
from service.engine.seals import closed_names
from service.engine.sending_back import ensure_reason
from service.engine.work import Work
from service.errors import Finding, Invalid, InvalidAnswers, NotAllowed, NotFound
from service.forms import Form
from service.forms.model import Kind
from service.store import Connection, cases
from service.store.cases import CaseRow

_CHOICES = (Kind.CHECK, Kind.ONE, Kind.MANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a filed form. `why_not` (zh, en) says why it is not to be corrected; `value` is None where it is closed."""

    key: str
    label: str
    value: Any
    why_not: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A form that the case has filed, with what it says now. `why_not` (zh, en) holds for all of it."""

    element: str
    name: str
    by: str
    fields: tuple[Field, ...]
    why_not: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value, before and after."""

    field: str
    label: str
    before: Any
    after: Any


def list_filed(machine: Machine, case_id: str, *, by: str) -> tuple[Filed, ...]:
    """List the forms that a case has filed, in the order of the diagram. Errors: NotFound, NotAllowed."""
    with machine.store.read() as connection:
        ensure_monitor(machine, get_actor(connection, by))
        work = machine.load(connection, _found(cases.find_case(connection, case_id)), actor=by)
        links, values = history_of(work), work.run.variables(None)
        found = []
        for element in work.definition.process.elements.values():
            form, done = work.definition.form_of(element), last_done(links, element.id)
            if form is None or done is None:
                continue
            closed = closed_fields(work, form)
            fields = tuple(
                Field(
                    key=key, label=form.labels.get(key, key), why_not=closed.get(key),
                    value=None if _is_sealed(work, key) else tagged.plain(values.get(key)),
                )
                for key in form.keys
            )  # fmt: skip
            why_not = _not_at_all(work.definition, element, done.payload or {})
            found.append(
                Filed(element=element.id, name=element.name or element.id, by=done.actor, fields=fields, why_not=why_not)
            )
    return tuple(found)


def foresee_correction(
    machine: Machine, case_id: str, *, element: str, answers: Mapping[str, Any], by: str
) -> tuple[Change, ...]:
    """Say what a correction would change, and change nothing. Errors as of `correct_variables`."""
    with machine.store.read() as connection:
        return foresee_within(machine, connection, case_id, element=element, answers=answers, by=by)


def foresee_within(
    machine: Machine, connection: Connection, case_id: str, *, element: str, answers: Mapping[str, Any], by: str
) -> tuple[Change, ...]:
    """Say what a correction would change, by a connection of the caller's that only reads."""
    ensure_monitor(machine, get_actor(connection, by))
    work = machine.begin(connection, _found(cases.find_case(connection, case_id)), actor=by)
    return _changes(connection, work, element, answers, by)


def correct_variables(
    machine: Machine, case_id: str, *, element: str, answers: Mapping[str, Any], reason: str, by: str
) -> tuple[Change, ...]:
    """Correct some fields of a filed form. Errors: NotFound, NotAllowed (with why), Conflict, InvalidAnswers by field."""
    with machine.store.write() as connection:
        return correct_within(machine, connection, case_id, element=element, answers=answers, reason=reason, by=by)


def correct_within(
    machine: Machine, connection: Connection, case_id: str, *, element: str, answers: Mapping[str, Any], reason: str, by: str
) -> tuple[Change, ...]:
    """Correct in a transaction of the caller's."""
    ensure_monitor(machine, get_actor(connection, by))
    ensure_reason(reason)
    work = machine.begin(connection, _found(cases.lock_case(connection, case_id)), actor=by)
    changes = _changes(connection, work, element, answers, by)
    work.run.set_variables(None, {one.field: one.after for one in changes})
    told = {one.field: {"before": one.before, "after": one.after} for one in changes}
    work.note(Event.VARIABLES_CORRECTED, element=element, changes=told, reason=reason.strip())
    work.finish()
    return changes


def closed_fields(work: Work, form: Form) -> dict[str, tuple[str, str]]:
    """The fields of a form that an administrator must leave alone, each with why."""
    steering = _steering(work.definition)
    files = {key.partition(".")[0] for key in form.file_keys}
    found: dict[str, tuple[str, str]] = {}
    for question in form.root.questions:
        key = question.path[0]
        if _is_sealed(work, key):
            found[key] = (
                "密封或限制查看的内容，运维人员不得查看或更正。",
                "It is sealed or closed to some: not for administrators.",
            )
        elif key in files:
            found[key] = ("文件属于案卷，不能更换。", "Files are part of the record.")
        elif question.locked or question.kind is Kind.COMPUTED:
            found[key] = ("由表单计算或只读。", "The form reckons it, or it is read only.")
        elif question.kind in _CHOICES and key in steering:
            found[key] = (
                "它决定案件的走向，是办理人的决定；请退回该步骤更正。",
                "It decides where the case goes, which is for whoever does the step: have it sent back.",
            )
    return found


def _changes(connection: Connection, work: Work, element_id: str, answers: Mapping[str, Any], by: str) -> tuple[Change, ...]:
    element = work.definition.process.elements.get(element_id)
    form = None if element is None else work.definition.form_of(element)
    done = last_done(history_of(work), element_id)
    if element is None or form is None or done is None:
        raise NotFound("案件没有填报过这张表单。", message_en="The case has not filed this form.")
    if whole := _not_at_all(work.definition, element, done.payload or {}):
        raise NotAllowed(whole[0], message_en=whole[1], rule="not-correctable")
    _ensure_open(form, answers, closed_fields(work, form))
    known = work.run.variables(None)
    now = {key: tagged.plain(known[key]) for key in form.keys if key in known}
    lists = offering.admitted(connection, work.definition, form, unit=work.row.unit, chosen=[known, answers])

    variables = {**known, **lists}

    def validate(given: Mapping[str, Any]) -> dict[str, Any]:
        return filling.validate(
            connection, form, given, variables=variables, lookup=work.host.lookup, account=by,
            family=lambda: reads.family_ids(connection, work.row.root),
        )  # fmt: skip

    wanted = {**now, **answers}
    try:
        clean = validate(wanted)
    except InvalidAnswers as error:
        _ensure_no_fault(error, validate, now, answers)
        clean = filling.settled(form, wanted, variables=variables, lookup=work.host.lookup)
    after = filling.replacing(form, clean)
    changes = tuple(
        Change(field=key, label=form.labels.get(key, key), before=known.get(key), after=after[key])
        for key in after
        if after[key] != known.get(key)
    )
    if any(_is_sealed(work, one.field) for one in changes):
        raise NotAllowed(
            "这项更正会牵动密封或限制查看的内容。", message_en="This correction would touch what is sealed.", rule="sealed"
        )
    if not changes:
        raise Invalid("没有任何变化。", message_en="Nothing would change.")
    return changes


def _ensure_no_fault(
    error: InvalidAnswers, validate: Callable[[Mapping[str, Any]], object], now: Mapping[str, Any], answers: Mapping[str, Any]
) -> None:
    """Raise what the corrections are to blame for: what was wrong before (a date gone by, say) does not stand in the way."""
    try:
        validate(now)
        known = set[tuple[str, str]]()
    except InvalidAnswers as before:
        known = {(one.field, one.rule) for one in before.findings}
    fresh = [one for one in error.findings if one.field.partition(".")[0] in answers or (one.field, one.rule) not in known]
    if fresh:
        raise InvalidAnswers(fresh) from error


def _ensure_open(form: Form, answers: Mapping[str, Any], closed: Mapping[str, tuple[str, str]]) -> None:
    if not answers:
        raise Invalid("请填写要更正的字段。", message_en="Name a field to correct.")
    unknown = ("这张表单没有这个字段。", "This form has no such field.")
    findings = [
        Finding(field=key, rule="not-correctable", message=why[0], message_en=why[1])
        for key in answers
        if (why := closed.get(key) if key in form.keys else unknown) is not None
    ]
    if findings:
        raise InvalidAnswers(findings)


def _not_at_all(definition: Definition, element: kernel.Element, payload: Mapping[str, Any]) -> tuple[str, str] | None:
    if payload.get("signature") or "true" in element.values("sign"):
        return (
            "该表单已签署，签署人对内容负责，不能代为更正；请退回该步骤由签署人重新办理。",
            "This form is signed, and who signed it answers for it: have the step sent back.",
        )
    around = _around(definition, element)
    if element.outputs or any(one.multi is not None or one.inputs for one in around) or element.multi is not None:
        return (
            "该步骤的答案由多人或按映射汇总，不能单独更正。",
            "The answers of this step are gathered or mapped, and not kept as such.",
        )
    return None


def _around(definition: Definition, element: kernel.Element) -> Iterator[kernel.Element]:
    """The sub-processes around a step, whose variables may be their own."""
    parent = definition.process.elements.get(element.parent or "")
    while parent is not None:
        yield parent
        parent = definition.process.elements.get(parent.parent or "")


def _is_sealed(work: Work, key: str) -> bool:
    return key in closed_names(work.definition.seals, work.run, work.at)


def _steering(definition: Definition) -> frozenset[str]:
    """The variables by which gateways choose."""
    found = (feel.attribute(flow.condition) for flow in definition.process.flows.values() if flow.condition)
    return frozenset(name for one in found for name in getattr(one, "names", ()))


def _found(row: CaseRow | None) -> CaseRow:
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    return row
