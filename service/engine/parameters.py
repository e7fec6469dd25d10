"""Change a figure that no article gives, without a deployment: from a day on, by a system administrator, for a reason.

A version that was set by hand stands beside those of the regulation files and outlives their next deployment. Nothing takes
effect before the day on which it was set, and a case goes by what was in force when it started, unless the change says otherwise.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from service.access import Actor
from service.engine import scheduling
from service.engine.events import Event
from service.engine.machine import Machine, Rules
from service.engine.people import get_actor
from service.errors import Finding, Invalid, InvalidAnswers, NotAllowed
from service.law import Parameter
from service.law.entries import Value
from service.store import parameters
from service.store.history import Entry, record_outside_cases
from service.store.parameters import ParameterChange

#: The platform role that keeps the parameters.
SYSADMIN = "sysadmin"
LONGEST_REASON = 500
LONGEST_TEXT = 200
#: No figure of a procedure is as large, or has more decimal places.
LARGEST = Decimal(10) ** 15
MOST_PLACES = 6


def set_parameter(
    machine: Machine, name: str, value: Any, *, from_date: date, applies_to_open_cases: bool, reason: str, by: str
) -> ParameterChange:
    """Change a parameter from a day on.

    NotFound without such a parameter; NotAllowed for who is no system administrator, and for a figure of the law; InvalidAnswers
    names the fields `value`, `from` and `reason` that are wrong. What a timer starts by this parameter waits for its new time.
    """
    with machine.store.write() as connection:
        ensure_sysadmin(get_actor(connection, by))
        machine.refresh_rules(connection)
        at = machine.clock.now()
        today = at.date()
        held = current(machine, name, today)
        if not held.practice:
            raise NotAllowed(
                f"“{held.zh}”是法规规定的数值，只能随法规修改，不能在此更改。",
                message_en=f"{name} is given by the law ({', '.join(held.articles)}); only a change of law changes it.",
                rule="law-figure",
            )
        clean, findings = _checked(held, value)
        if from_date < today:
            findings.append(_finding("from", f"生效日期不得早于今天（{today}）", f"Not before today ({today})"))
        reason = reason.strip()
        if not reason or len(reason) > LONGEST_REASON:
            wanted = f"请填写原因（{LONGEST_REASON}字以内）", f"Give a reason of at most {LONGEST_REASON} characters"
            findings.append(_finding("reason", *wanted))
        if findings or clean is None:
            raise InvalidAnswers(findings)
        change_id = parameters.insert_change(
            connection, name=name, start=from_date, value=clean, applies_to_open_cases=applies_to_open_cases, reason=reason,
            actor=by, at=at,
        )  # fmt: skip
        rules = Rules.read(connection)
        try:
            scheduling.ensure_times(machine, connection, rules.catalogue, name)
        except Invalid as error:
            fault = _finding("value", f"“{held.zh}”：{error.message}", f"{held.en}: {error.message_en}")
            raise InvalidAnswers([fault]) from error
        scheduling.reschedule(machine, connection, rules.catalogue)
        payload = {
            "name": name, "before": held.value, "value": clean, "from": from_date,
            "applies_to_open_cases": applies_to_open_cases, "reason": reason,
        }  # fmt: skip
        record_outside_cases(connection, [Entry(kind=Event.PARAMETER_SET.value, actor=by, at=at, payload=payload)])
    machine.reload_rules()
    machine.wake()
    return ParameterChange(
        id=change_id, name=name, start=from_date, value=clean, applies_to_open_cases=applies_to_open_cases, reason=reason,
        actor=by, at=at,
    )  # fmt: skip


def current(machine: Machine, name: str, day: date) -> Parameter:
    """The version of a parameter in force on a day; the first one when none is yet. NotFound without such a parameter."""
    versions = machine.rules.catalogue.list_parameter_versions(name)
    return next((one for one in reversed(versions) if one.is_in_force(day)), versions[0])


def is_sysadmin(actor: Actor) -> bool:
    return SYSADMIN in actor.roles


def ensure_sysadmin(actor: Actor) -> None:
    if not is_sysadmin(actor):
        raise NotAllowed(
            "只有系统管理员可以更改参数。", message_en="Only a system administrator may change parameters.", rule=SYSADMIN
        )


def read_value(value: Any, held: Parameter) -> Value:
    """Read a value of the kind that a parameter has, from text too. Invalid for another kind and outside its limits."""
    clean = _read(value, held.value)
    if complaint := held.outside(clean):
        raise Invalid(complaint[0], message_en=complaint[1])
    return clean


def _read(value: Any, like: Value) -> Value:
    if isinstance(like, bool):
        found = {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else value
        if not isinstance(found, bool):
            raise Invalid("应为“是”或“否”（true 或 false）", message_en="must be true or false")
        return found
    if isinstance(like, str):
        if not isinstance(value, str) or not value.strip() or len(value.strip()) > LONGEST_TEXT:
            raise Invalid(f"应为文字（{LONGEST_TEXT}字以内）", message_en=f"must be a text of at most {LONGEST_TEXT} characters")
        return value.strip()
    number = _number(value)
    if number is None:
        raise Invalid("应为数字", message_en="must be a number")
    if isinstance(like, int):
        if number != number.to_integral_value():
            raise Invalid("应为整数", message_en="must be a whole number")
        return int(number)
    return number


def _number(value: Any) -> Decimal | None:
    """A number of reasonable size; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= LARGEST or number != round(number, MOST_PLACES):
        return None
    return number


def _checked(held: Parameter, value: Any) -> tuple[Value | None, list[Finding]]:
    try:
        return read_value(value, held), []
    except Invalid as error:  # one fault among others of the same form
        return None, [_finding("value", f"“{held.zh}”{error.message}", f"{held.en}: {error.message_en}")]


def _finding(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="parameter", message=zh, message_en=en)
