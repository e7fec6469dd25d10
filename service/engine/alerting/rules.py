"""Make, change, rest, try and remove the rules of alerts. Monitors and system administrators do, each time for a reason.

Who is told must be somebody who may see the monitor of stuck cases: an alert names cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from service.access import Actor
from service.engine.alerting.evaluating import make_facts, tell
from service.engine.events import Event
from service.engine.lifecycle import MONITOR, check_reason
from service.engine.machine import Machine
from service.engine.parameters import SYSADMIN
from service.engine.people import get_actor
from service.engine.stuck.causes import Cause
from service.errors import Conflict, Finding, InvalidAnswers, NotAllowed, NotFound
from service.store import Connection, administrators, alert_rules, alerts, deliveries, new_id, webhooks
from service.store import definitions as definition_rows
from service.store import reads as rows
from service.store.alert_rules import MOST_RULES, RuleRow
from service.store.history import Entry, record_outside_cases
from service.store.webhooks import WebhookRow

RULERS = frozenset({MONITOR, SYSADMIN})
LONGEST_NAME = 80
MOST_CASES = 1_000_000
#: The longest age and the longest pause between two tellings, and the shortest.
LONGEST_AGE, LONGEST_PAUSE, SHORTEST_PAUSE = timedelta(days=365), timedelta(days=30), timedelta(minutes=15)
#: Of one rule; everybody of them gets a message of their own.
MOST_RECIPIENTS = 20
_DAY = 24 * 60
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A rule as it was entered; None where a number or a time could not be read. Minutes throughout, as in `RuleRow`."""

    name: str
    cause: str = ""
    process: str = ""
    unit: str = ""
    least: int | None = 1
    older: int | None = 0
    recipients: tuple[tuple[str, str], ...] = ()
    quiet: bool = False
    quiet_from: int | None = None
    quiet_until: int | None = None
    quiet_rest: bool = False
    every: int | None = 0


def may_rule(actor: Actor) -> bool:
    return not actor.roles.isdisjoint(RULERS)


def ensure_may_rule(actor: Actor) -> None:
    if not may_rule(actor):
        raise NotAllowed(
            "只有运维监控和系统管理人员可以设置告警。", rule="monitor",
            message_en="Only monitors and system administrators set alerts.",
        )  # fmt: skip


def make_rule(machine: Machine, draft: Draft, *, reason: str, by: str) -> str:
    """Make a rule, which watches at once; returns its id. NotAllowed; InvalidAnswers by field; Conflict for too many."""
    with _acting(machine, by) as connection:
        if len(alert_rules.list_rules(connection)) >= MOST_RULES:
            raise Conflict(f"最多 {MOST_RULES} 条告警规则。", message_en=f"There are at most {MOST_RULES} rules of alerts.")
        made = RuleRow(id=new_id(), made_by=by, made_at=machine.clock.now(), **_checked(machine, connection, draft, reason))
        alert_rules.insert_rule(connection, made)
        _record(machine, connection, Event.ALERT_RULE_MADE, by, made, reason, set=_told(made))
    return made.id


def change_rule(machine: Machine, rule_id: str, draft: Draft, *, reason: str, by: str) -> None:
    """Have a rule say something else. NotFound; NotAllowed; InvalidAnswers by field."""
    with _acting(machine, by) as connection:
        before = _get(connection, rule_id)
        after = replace(before, **_checked(machine, connection, draft, reason))
        alert_rules.put_rule(connection, after)
        old, new = _told(before), _told(after)
        changed = {name: {"before": old[name], "after": new[name]} for name in new if old[name] != new[name]}
        _record(machine, connection, Event.ALERT_RULE_CHANGED, by, after, reason, changes=changed)


def set_enabled(machine: Machine, rule_id: str, enabled: bool, *, reason: str, by: str) -> None:
    """Let a rule watch, or rest; what it has raised ends with no message. Conflict when it is so already."""
    with _acting(machine, by) as connection:
        check_reason(reason)
        rule = _get(connection, rule_id)
        if rule.enabled is enabled:
            words = "该规则已启用。" if enabled else "该规则已停用。"
            raise Conflict(words, message_en="This rule is in use already." if enabled else "This rule rests already.")
        alert_rules.put_rule(connection, replace(rule, enabled=enabled))
        alerts.end_alert(connection, rule_id, at=machine.clock.now())
        _record(machine, connection, Event.ALERT_RULE_ENABLED if enabled else Event.ALERT_RULE_DISABLED, by, rule, reason)


def remove_rule(machine: Machine, rule_id: str, *, reason: str, by: str) -> None:
    """Take a rule away; what it has told stays in the record. NotFound; NotAllowed; InvalidAnswers."""
    with _acting(machine, by) as connection:
        check_reason(reason)
        rule = _get(connection, rule_id)
        alert_rules.put_rule(connection, replace(rule, enabled=False, removed_at=machine.clock.now()))
        alerts.end_alert(connection, rule_id, at=machine.clock.now())
        _record(machine, connection, Event.ALERT_RULE_REMOVED, by, rule, reason)


def try_rule(machine: Machine, rule_id: str, *, by: str) -> int:
    """Send what a rule would tell now, as a test, quiet hours or not; returns to how many recipients. NotFound; NotAllowed."""
    with _acting(machine, by) as connection:
        rule = _get(connection, rule_id)
        met = alert_rules.match(connection, [rule], now=machine.clock.now())[rule.id]
        facts = make_facts(machine, connection, rule, met)
        number = tell(machine, connection, rule, "test", facts, alert_id=None)
        _record(machine, connection, Event.ALERT_TRIED, by, rule, "", recipients=number)
    machine.wake()
    return number


def list_people(machine: Machine, connection: Connection) -> dict[str, str]:
    """Map who may be told of stuck cases to their names, in use or not: monitors, system administrators, auditors."""
    audits = {role.id for role in machine.book.roles.values() if role.audits}
    return administrators.list_holders(connection, RULERS | audits)


def list_hooks(machine: Machine, connection: Connection) -> tuple[WebhookRow, ...]:
    """The webhooks in use of those people."""
    return webhooks.list_active(connection, tuple(list_people(machine, connection)))


def as_conditions(machine: Machine, draft: Draft) -> RuleRow:
    """The conditions of a draft, to hold against the monitor. InvalidAnswers for wrong numbers."""
    if findings := list(_number_faults(draft)):
        raise InvalidAnswers(findings)
    return RuleRow(
        id="", name=draft.name, cause=draft.cause, process=draft.process, unit=draft.unit, least=draft.least or 1,
        older=draft.older or 0, made_by="", made_at=machine.clock.now(),
    )  # fmt: skip


@contextmanager
def _acting(machine: Machine, by: str) -> Iterator[Connection]:
    with machine.store.write() as connection:
        ensure_may_rule(get_actor(connection, by))
        yield connection


def _get(connection: Connection, rule_id: str) -> RuleRow:
    rule = alert_rules.find_rule(connection, rule_id)
    if rule is None or rule.removed_at is not None:
        raise NotFound("没有这条告警规则。", message_en="There is no such rule of alerts.")
    return rule


def _checked(machine: Machine, connection: Connection, draft: Draft, reason: str) -> dict[str, Any]:
    findings = [
        *_name_faults(draft), *_place_faults(machine, connection, draft), *_number_faults(draft),
        *_quiet_faults(draft), *_recipient_faults(machine, connection, draft),
    ]  # fmt: skip
    try:
        check_reason(reason)
    except InvalidAnswers as error:
        findings += error.findings
    if findings:
        raise InvalidAnswers(findings)
    quiet = (draft.quiet_from, draft.quiet_until) if draft.quiet else (None, None)
    return {
        "name": draft.name.strip(), "cause": draft.cause, "process": draft.process, "unit": draft.unit, "least": draft.least,
        "older": draft.older, "recipients": tuple(dict.fromkeys(draft.recipients)), "quiet_from": quiet[0],
        "quiet_until": quiet[1], "quiet_rest": draft.quiet_rest, "every": draft.every,
    }  # fmt: skip


def _name_faults(draft: Draft) -> Iterator[Finding]:
    if not 1 <= len(draft.name.strip()) <= LONGEST_NAME:
        yield _fault("name", f"请填写名称，不超过 {LONGEST_NAME} 字。", f"Give a name of at most {LONGEST_NAME} characters.")


def _place_faults(machine: Machine, connection: Connection, draft: Draft) -> Iterator[Finding]:
    if draft.cause and draft.cause not in set(Cause):
        yield _fault("cause", "没有这种原因。", "There is no such cause.")
    if draft.process and draft.process not in {row[0] for row in definition_rows.list_latest(connection)}:
        yield _fault("process", "没有这个流程。", "There is no such process.")
    if draft.unit and draft.unit not in rows.unit_names(connection):
        yield _fault("unit", "没有这个单位。", "There is no such unit.")


def _number_faults(draft: Draft) -> Iterator[Finding]:
    if draft.least is None or not 1 <= draft.least <= MOST_CASES:
        yield _fault("least", f"请填写 1 至 {MOST_CASES:,} 的整数。", f"Give a whole number from 1 to {MOST_CASES:,}.")
    if draft.older is None or not 0 <= draft.older <= LONGEST_AGE / _MINUTE:
        yield _fault("older", "请填写 0 至 365 天。", "Give 0 to 365 days.")
    if draft.every is None or (draft.every and not SHORTEST_PAUSE <= draft.every * _MINUTE <= LONGEST_PAUSE):
        yield _fault("every", "请填写 15 分钟至 30 天，0 为不重复。", "Give 15 minutes to 30 days, or 0 for never again.")


def _quiet_faults(draft: Draft) -> Iterator[Finding]:
    if not draft.quiet:
        return
    for field, value in (("quiet_from", draft.quiet_from), ("quiet_until", draft.quiet_until)):
        if value is None or not 0 <= value < _DAY:
            yield _fault(field, "请填写时间，例如 22:00。", "Give a time such as 22:00.")
    if draft.quiet_from is not None and draft.quiet_from == draft.quiet_until:
        yield _fault("quiet_until", "静默的起止时间不能相同。", "Quiet hours cannot end when they begin.")


def _recipient_faults(machine: Machine, connection: Connection, draft: Draft) -> Iterator[Finding]:
    if not 1 <= len(set(draft.recipients)) <= MOST_RECIPIENTS:
        yield _fault(
            "recipients", f"请选择接收人或推送地址，不超过 {MOST_RECIPIENTS} 个。",
            f"Choose whom to tell: people or webhooks, at most {MOST_RECIPIENTS}.",
        )  # fmt: skip
        return
    addressed = deliveries.list_addressed(connection, tuple(list_people(machine, connection)))
    hooks = {hook.id for hook in list_hooks(machine, connection)}
    known = {deliveries.MAIL: set(addressed), deliveries.WEBHOOK: hooks}
    for way, whom in draft.recipients:
        if whom not in known.get(way, set()):
            yield _fault(
                "recipients", f"{whom} 不能接收告警：须有权查看卡住的案件，并有邮箱或使用中的推送地址。",
                f"{whom} cannot be told: it takes somebody who may see stuck cases, with a mail address or a webhook in use.",
            )  # fmt: skip


def _told(rule: RuleRow) -> dict[str, Any]:
    """What of a rule stands in the record."""
    names = ("name", "cause", "process", "unit", "least", "older", "quiet_from", "quiet_until", "quiet_rest", "every")
    return {**{name: getattr(rule, name) for name in names}, "recipients": [list(one) for one in rule.recipients]}


def _record(machine: Machine, connection: Connection, event: Event, by: str, rule: RuleRow, reason: str, **more: Any) -> None:
    payload = {"rule": rule.id, "name": rule.name, **more, **({"reason": reason.strip()} if reason.strip() else {})}
    entry = Entry(kind=event.value, actor=by, at=machine.clock.now(), payload=payload)
    record_outside_cases(connection, [entry])


def _fault(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="alert", message=zh, message_en=en)
