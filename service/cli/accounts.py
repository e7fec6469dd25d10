"""`chengxu account` and `chengxu token`: who may sign in, with what, and in which roles."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from service import bootstrap
from service.cli.surroundings import OPERATOR, database_option, json_option, opened, say, show, show_json
from service.engine import administering
from service.engine.people import get_actor
from service.engine.sight import look_through
from service.store import administering as admin_rows
from service.store import people

_BY = click.option("--by", required=True, metavar="ACCOUNT", help="In whose name; another system administrator.")
_REASON = click.option("--reason", required=True)
_ROLE = click.option("--role", required=True, help="A role id.")
_UNIT = click.option("--unit", required=True, help="A unit id.")


@click.group()
def account() -> None:
    """List, create, disable and enable accounts; grant and revoke roles; leave, passwords, what somebody sees."""


@account.command("list")
@json_option
@database_option
def list_command(as_json: bool, database: str | None) -> None:
    """List every account with its unit and roles."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        rows = people.list_accounts(connection)
    shown = [{key: row[key] for key in ("name", "display_name", "unit", "unit_name", "roles")} for row in rows]
    show(shown, ["name", "display_name", "unit_name", "roles"], as_json=as_json, empty="没有账号。")


@account.command()
@click.argument("name")
@click.option("--role", "roles", required=True, multiple=True, help="A role id; repeat for several.")
@click.option("--unit", required=True, help="A unit id.")
@click.option("--unit-name", help="The name of a unit that does not exist yet; creates it.")
@click.option("--display-name", help="The name that people read.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made up and printed.")
@json_option
@database_option
def create(
    name: str, roles: tuple[str, ...], unit: str, unit_name: str | None, display_name: str | None,
    password_stdin: bool, as_json: bool,
    database: str | None,
) -> None:  # fmt: skip
    """Create an account NAME with roles in a unit."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with opened(database) as (engine, _):
        made_up = bootstrap.create_account(
            engine,
            name,
            roles=roles,
            unit=unit,
            unit_name=unit_name,
            display_name=display_name,
            password=password,
            by=OPERATOR,
        )
    if as_json:
        document = {"name": name, "unit": unit, "roles": list(roles)}
        show_json(document if made_up is None else {**document, "password": made_up})
    else:
        say([f"已创建账号 {name}。"])
        if made_up is not None:
            click.echo(made_up)


@account.command()
@click.argument("name")
@_ROLE
@_UNIT
@_REASON
@_BY
@database_option
def grant(name: str, role: str, unit: str, reason: str, by: str, database: str | None) -> None:
    """Give the account NAME a role in a unit."""
    with opened(database) as (engine, _):
        administering.grant_role(engine.machine, name, role, unit, reason=reason, by=by)
    say([f"已授予 {name} 角色 {role}（{unit}）。"])


@account.command()
@click.argument("name")
@_ROLE
@_UNIT
@_REASON
@_BY
@database_option
def revoke(name: str, role: str, unit: str, reason: str, by: str, database: str | None) -> None:
    """Take a role in a unit from the account NAME; what it may hold no longer goes back to its queue."""
    with opened(database) as (engine, _):
        released = administering.revoke_role(engine.machine, name, role, unit, reason=reason, by=by)
    say([f"已收回 {name} 的角色 {role}（{unit}），退回待办 {released} 项。"])


@account.command()
@click.argument("name")
@_REASON
@_BY
@database_option
def disable(name: str, reason: str, by: str, database: str | None) -> None:
    """Let nobody sign in as NAME; ends its sessions and tokens and gives back what it holds."""
    with opened(database) as (engine, _):
        released = administering.disable_account(engine.machine, name, reason=reason, by=by)
    say([f"已停用账号 {name}，退回待办 {released} 项。"])


@account.command()
@click.argument("name")
@_REASON
@_BY
@database_option
def enable(name: str, reason: str, by: str, database: str | None) -> None:
    """Let NAME sign in again."""
    with opened(database) as (engine, _):
        administering.enable_account(engine.machine, name, reason=reason, by=by)
    say([f"已启用账号 {name}。"])


@account.command("reset-password")
@click.argument("name")
@_REASON
@_BY
@database_option
def reset_password(name: str, reason: str, by: str, database: str | None) -> None:
    """Make up a new password for NAME and print it once; ends its sessions."""
    with opened(database) as (engine, _):
        made_up = administering.reset_password(engine.machine, name, reason=reason, by=by)
    say([f"已重置账号 {name} 的密码："])
    click.echo(made_up)


@account.command()
@click.argument("name")
@click.option("--by", required=True, metavar="ACCOUNT", help="In whose name; a monitor, a system administrator or an auditor.")
@json_option
@database_option
def sees(name: str, by: str, as_json: bool, database: str | None) -> None:
    """Tell what the account NAME can see and do, as the engine itself decides it."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        sight = look_through(engine.machine, connection, name, by=get_actor(connection, by))
    document = {
        "account": sight.row.name, "display_name": sight.row.display_name, "active": sight.row.active, "acts": sight.acts,
        "roles": [{"role": role.id, "unit": unit} for role, unit in sight.held], "cases": sight.cases, "todo": sight.todo,
        "claimed": sight.claimed, "starts": [one.key for one in sight.starts],
        "does": [{"process": definition.key, "steps": number} for definition, number in sight.does],
        "protected": [{"process": one.definition.key, "field": ".".join(one.path)} for one in sight.protected],
    }  # fmt: skip
    if as_json:
        show_json(document)
        return
    click.echo(f"{sight.row.display_name} ({sight.row.name})" + ("" if sight.row.active else "：已停用"))
    for role, unit in sight.held:
        click.echo(f"  角色 {role.zh} {role.id}@{unit}")
    click.echo(f"  可查看案件 {sight.cases}，待办 {sight.todo}，已领取 {sight.claimed}")
    for one in sight.starts:
        click.echo(f"  可发起 {one.name} {one.key}")
    for definition, number in sight.does:
        click.echo(f"  可办理 {definition.name} {definition.key}：{number} 个环节")
    for closed in sight.protected:
        click.echo(f"  可查看受保护内容 {closed.definition.key} {'.'.join(closed.path)}")


@account.group()
def leave() -> None:
    """Note leave, list it, strike it: the monitor then knows who is away, and deputies stand in."""


@leave.command("add")
@click.argument("name")
@click.option("--from", "start", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The first day.")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
@_REASON
@_BY
@database_option
def add_leave(name: str, start: datetime, until: datetime, reason: str, by: str, database: str | None) -> None:
    """Note that the account NAME is on leave, both days included; prints the id of the leave."""
    with opened(database) as (engine, _):
        made = administering.note_absence(engine.machine, name, start=start.date(), until=until.date(), reason=reason, by=by)
    say([f"已登记 {name} 请假 {made.start} 至 {made.until}。"])
    click.echo(made.id)


@leave.command("list")
@click.argument("name")
@json_option
@database_option
def list_leave(name: str, as_json: bool, database: str | None) -> None:
    """List the leave of the account NAME, the newest first."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        found = admin_rows.list_absences(connection, name)
    rows = [{"id": one.id, "start": one.start, "until": one.until, "reason": one.reason} for one in found]
    show(rows, ["id", "start", "until", "reason"], as_json=as_json, empty="没有请假。")


@leave.command("strike")
@click.argument("leave_id")
@_REASON
@_BY
@database_option
def strike_leave(leave_id: str, reason: str, by: str, database: str | None) -> None:
    """Strike a leave, by its id: it did not, or does not, take place."""
    with opened(database) as (engine, _):
        administering.strike_absence(engine.machine, leave_id, reason=reason, by=by)
    say([f"已撤销请假 {leave_id}。"])


@click.group()
def token() -> None:
    """Create tokens for the HTTP API."""


@token.command("create")
@click.option("--account", "name", required=True, metavar="NAME")
@click.option("--label", default="", help="What it is for.")
@json_option
@database_option
def create_token(name: str, label: str, as_json: bool, database: str | None) -> None:
    """Create a bearer token; it is shown once and stored as a digest only."""
    with opened(database) as (engine, _):
        made = bootstrap.create_token(engine, name, label=label, by=OPERATOR)
    if as_json:
        show_json({"token": made})
    else:
        click.echo(made)
