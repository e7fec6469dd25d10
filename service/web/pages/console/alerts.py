"""告警: what is raised now and since when, the rules with what they meet, and each message with its delivery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import alerting
from service.engine.alerting import RuleView
from service.engine.alerting.reading import delivery_state, name_recipients
from service.engine.alerting.rules import may_rule
from service.engine.stuck.reading import ensure_may_see
from service.errors import Finding, InvalidAnswers, NotFound
from service.store import alert_rules, alerts
from service.store.alert_rules import RuleRow
from service.store.alerts import RAISED, AlertRow, MessageRow
from service.web import auth, current
from service.web.pages.console.alert_form import Entered, form_of, period_words
from service.web.pages.console.stuck import cause_words
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

#: Messages of a page, and alerts that have ended.
ROWS, ENDED_ROWS = 50, 10
_TONES = {"sent": "good", "failed": "bad", "retrying": "bad"}


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/alerts", "console_alerts", show)
    blueprint.add_url_rule("/console/alerts/new", "console_alert_new", new)
    blueprint.add_url_rule("/console/alerts/new", "console_alert_make", make, methods=["POST"])
    blueprint.add_url_rule("/console/alerts/<rule_id>", "console_alert", edit)
    blueprint.add_url_rule("/console/alerts/<rule_id>", "console_alert_change", change, methods=["POST"])
    blueprint.add_url_rule("/console/alerts/<rule_id>/<verb>", "console_alert_act", act, methods=["POST"])


def show() -> ResponseReturnValue:
    after = request.args.get("after", "")[:24]
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        views = alerting.list_rules(reader.machine, reader.connection)
        ended, _more = alerts.list_alerts(reader.connection, after=None, limit=ENDED_ROWS)
        found, next_ = alerts.list_messages(reader.connection, after=after or None, limit=ROWS)
        return render(
            "console/alerts.html", reader,
            raised=[_raised(reader, view) for view in views if view.alert is not None and view.alert.state == RAISED],
            rules=list(_rules(reader, views)),
            ended=list(_ended(reader, [one for one in ended if one.state != RAISED])),
            messages=list(_messages(reader, found)),
            sets=may_rule(reader.actor), mail_on=reader.machine.outlets.mail is not None,
            first_url=url_for("pages.console_alerts") if after else None,
            next_url=url_for("pages.console_alerts", after=next_) if next_ else None,
        )  # fmt: skip


def new() -> ResponseReturnValue:
    with reading() as reader:
        alerting.rules.ensure_may_rule(reader.actor)
        return _page(reader, None, Entered.fresh())


def make() -> ResponseReturnValue:
    return _save(None)


def edit(rule_id: str) -> ResponseReturnValue:
    with reading() as reader:
        alerting.rules.ensure_may_rule(reader.actor)
        rule = _get(reader, rule_id)
        return _page(reader, rule, Entered.of(rule))


def change(rule_id: str) -> ResponseReturnValue:
    return _save(rule_id)


def act(rule_id: str, verb: str) -> ResponseReturnValue:
    """Test, rest, wake or remove a rule. A reason that is missing is asked for on the page of the rule."""
    machine, account, reason = current.engine().machine, auth.require_account().name, request.form.get("reason", "")
    try:
        if verb == "test":
            number = alerting.try_rule(machine, rule_id, by=account)
            flash(_("%(n)s 条测试消息已排队；稍候刷新本页，在发送记录中查看结果。", n=number))
        elif verb in ("enable", "disable"):
            alerting.set_enabled(machine, rule_id, verb == "enable", reason=reason, by=account)
            flash(_("规则已启用。") if verb == "enable" else _("规则已停用，正在告警的同时结束。"))
        elif verb == "remove":
            alerting.remove_rule(machine, rule_id, reason=reason, by=account)
            flash(_("规则已删除。"))
        else:
            raise NotFound()
    except InvalidAnswers as error:
        with reading() as reader:
            rule = _get(reader, rule_id)
            faults = [Finding(field=f"{verb}-reason", rule=one.rule, message=one.message, message_en=one.message_en)
                      for one in error.findings]  # fmt: skip
            return _page(reader, rule, Entered.of(rule), findings=faults), 422
    return redirect(url_for("pages.console_alerts"), 303)


def _save(rule_id: str | None) -> ResponseReturnValue:
    """Make or change a rule; with `look` only say what it would meet."""
    machine, account, entered = current.engine().machine, auth.require_account().name, Entered.read(request.form)
    try:  # this page answers a refusal of its fields with itself
        if request.form.get("act") == "look":
            with reading() as reader:
                alerting.rules.ensure_may_rule(reader.actor)
                return _page(reader, None if rule_id is None else _get(reader, rule_id), entered, look=True)
        if rule_id is None:
            alerting.make_rule(machine, entered.draft(), reason=entered.reason, by=account)
        else:
            alerting.change_rule(machine, rule_id, entered.draft(), reason=entered.reason, by=account)
    except InvalidAnswers as error:
        with reading() as reader:
            rule = None if rule_id is None else _get(reader, rule_id)
            return _page(reader, rule, entered, findings=error.findings), 422
    flash(_("告警规则已保存，下一次巡检起生效。"))
    return redirect(url_for("pages.console_alerts"), 303)


def _get(reader: Reader, rule_id: str) -> RuleRow:
    rule = alert_rules.find_rule(reader.connection, rule_id)
    if rule is None or rule.removed_at is not None:
        raise NotFound(_("没有这条告警规则。"))
    return rule


def _page(reader: Reader, rule: RuleRow | None, entered: Entered, *, findings: Sequence[Finding] = (), look: bool = False) -> str:
    foreseen = None
    if look or (rule is not None and not findings):
        met, worst = alerting.foresee(reader.machine, reader.connection, entered.draft())
        foreseen = {"number": met.number, "oldest": met.oldest, "meets": met.number >= (entered.draft().least or 1),
                    "worst": [_worst(one) for one in worst]}  # fmt: skip
    errors = [{"field": one.field, "message": one.message_en if reader.english else one.message} for one in findings]
    return render(
        "console/alert_rule.html", reader,
        rule=None if rule is None else {
            "id": rule.id, "name": rule.name, "enabled": rule.enabled, "made_at": rule.made_at,
            "made_by": reader.people([rule.made_by]).get(rule.made_by, rule.made_by),
        },
        form=form_of(reader, entered), foreseen=foreseen, errors=errors,
        mail_on=reader.machine.outlets.mail is not None,
    )  # fmt: skip


def _worst(one: Any) -> dict[str, Any]:
    return {
        "cause": cause_words().get(one["cause"], one["cause"]), "key": one["business_key"] or _("不属于案件的作业"),
        "since": one["since"], "url": url_for("pages.case", case_id=one["case_id"]) if one["case_id"] else None,
    }  # fmt: skip


def _cause(cause: str) -> str:
    return cause_words().get(cause, cause) if cause else _("任何原因")


def _raised(reader: Reader, view: RuleView) -> dict[str, Any]:
    alert = view.alert
    assert alert is not None
    if alert.told_at is not None:
        told = _("%(when)s 已发送", when=f"{alert.told_at:%m-%d %H:%M}")
    elif view.quiet_until is not None:
        told = _("静默中，%(when)s 仍如此则发送", when=f"{view.quiet_until:%m-%d %H:%M}")
    else:
        told = _("即将发送")
    return {
        "name": view.rule.name, "url": url_for("pages.console_alert", rule_id=view.rule.id), "cause": _cause(view.rule.cause),
        "number": alert.number, "oldest": alert.oldest, "raised_at": alert.raised_at, "told": told,
        "stuck_url": url_for("pages.console_stuck", **_narrowed(view.rule)),
    }  # fmt: skip


def _narrowed(rule: RuleRow) -> dict[str, Any]:
    return {name: value for name in ("cause", "process", "unit") if (value := getattr(rule, name))}


def _rules(reader: Reader, views: Sequence[RuleView]) -> Iterator[dict[str, Any]]:
    names = name_recipients(reader.connection, [one for view in views for one in view.rule.recipients])
    for view in views:
        rule = view.rule
        where = [reader.processes.get(rule.process, rule.process), reader.units.get(rule.unit, rule.unit)]
        when = [_("%(n)s 件起", n=rule.least)]
        if rule.older:
            when.append(_("持续 %(period)s以上", period=period_words(rule.older)))
        if rule.every:
            when.append(_("每 %(period)s重复", period=period_words(rule.every)))
        yield {
            "id": rule.id, "name": rule.name, "url": url_for("pages.console_alert", rule_id=rule.id),
            "what": " · ".join([_cause(rule.cause), *(one for one in where if one)]), "when": " · ".join(when),
            "quiet": _quiet(rule), "whom": [names[one] for one in rule.recipients], "number": view.met.number,
            "meets": view.met.number >= rule.least, "enabled": rule.enabled,
            "test_url": url_for("pages.console_alert_act", rule_id=rule.id, verb="test"),
        }  # fmt: skip


def _quiet(rule: RuleRow) -> str:
    found = []
    if rule.quiet_from is not None and rule.quiet_until is not None:
        found.append(f"{_clock(rule.quiet_from)}–{_clock(rule.quiet_until)}")
    if rule.quiet_rest:
        found.append(_("非工作日"))
    return _("、").join(found)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _ended(reader: Reader, rows: Sequence[AlertRow]) -> Iterator[dict[str, Any]]:
    names = alert_rules.rule_names(reader.connection, [one.rule_id for one in rows])
    for one in rows:
        lasted = (one.ended_at or reader.now) - one.raised_at
        yield {
            "name": names[one.rule_id], "raised_at": one.raised_at, "ended_at": one.ended_at,
            "lasted": period_words(max(int(lasted / timedelta(minutes=1)), 1)),
            "told": _("已告知") if one.told_at is not None else _("静默时段内已解除，未发送"),
        }  # fmt: skip


def _messages(reader: Reader, rows: Sequence[MessageRow]) -> Iterator[dict[str, Any]]:
    names = alert_rules.rule_names(reader.connection, [one.rule_id for one in rows])
    whom = name_recipients(reader.connection, [(one.way, one.recipient) for one in rows])
    kinds = {"raised": _("首次告警"), "again": _("重复告警"), "over": _("已解除"), "test": _("测试")}
    states = {
        "sent": _("已送达"), "failed": _("未送达，已放弃"), "retrying": _("未送达，将重试"), "waiting": _("等待发送"),
        "left_out": _("未发送"), "cancelled": _("已取消"),
    }  # fmt: skip
    for one in rows:
        state = delivery_state(one)
        yield {
            "at": one.at, "name": names[one.rule_id], "kind": kinds[one.kind], "number": one.facts["number"],
            "way": _("邮件") if one.way == "mail" else _("推送"), "whom": whom[one.way, one.recipient],
            "state": states[state], "tone": _TONES.get(state, "plain"), "why": (one.en if reader.english else one.zh) or "",
            "next_at": one.due_at if state == "retrying" else None,
        }  # fmt: skip
