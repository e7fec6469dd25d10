"""`chengxu alert`: the rules by which people are told of stuck cases, and a test of one."""

from __future__ import annotations

import click

from service.cli.surroundings import database_option, json_option, opened, show_json
from service.engine import alerting
from service.engine.alerting import RuleView
from service.engine.alerting.reading import name_recipients
from service.engine.alerting.words import cause_of
from service.store import alerts


@click.group()
def alert() -> None:
    """Alerts over stuck cases."""


@alert.command("list")
@json_option
@database_option
def list_(as_json: bool, database: str | None) -> None:
    """List the rules, what each meets now, and what is raised."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        views = alerting.list_rules(engine.machine, connection)
        names = name_recipients(connection, [one for view in views for one in view.rule.recipients])
    if as_json:
        show_json([_document(view) for view in views])
        return
    for view in views:
        rule = view.rule
        click.echo(f"{rule.id}  {rule.name}  {_state(view)}")
        click.echo(f"    {cause_of(rule.cause).zh}：现在 {view.met.number} 件，达到 {rule.least} 件告警")
        click.echo(f"    → {'、'.join(names[one] for one in rule.recipients)}")
    click.echo(f"{len(views)} 条规则。" if views else "没有告警规则。/ There are no rules of alerts.")


@alert.command("test")
@click.argument("rule")
@click.option("--by", required=True, metavar="ACCOUNT", help="In whose name; a monitor or system administrator.")
@database_option
def test(rule: str, by: str, database: str | None) -> None:
    """Send what a rule would tell now, as a test."""
    with opened(database) as (engine, _):
        number = alerting.try_rule(engine.machine, rule, by=by)
    click.echo(f"{number} 条测试消息已排队，由工作进程发送。/ {number} messages are queued for a worker.")


def _state(view: RuleView) -> str:
    if not view.rule.enabled:
        return "已停用"
    if view.alert is not None and view.alert.state == alerts.RAISED:
        return f"正在告警（自 {view.alert.raised_at:%Y-%m-%d %H:%M}）"
    return "正常"


def _document(view: RuleView) -> dict[str, object]:
    rule = view.rule
    raised_at = view.alert.raised_at if view.alert is not None and view.alert.state == alerts.RAISED else None
    return {
        "id": rule.id, "name": rule.name, "cause": rule.cause, "process": rule.process, "unit": rule.unit, "least": rule.least,
        "older": rule.older, "every": rule.every, "enabled": rule.enabled, "recipients": [list(one) for one in rule.recipients],
        "number": view.met.number, "oldest": view.met.oldest, "raised_at": raised_at, "held_until": view.quiet_until,
    }  # fmt: skip
