"""`chengxu account` and `chengxu token`: who may sign in, with what, and in which roles."""

from __future__ import annotations

import sys

import click

from service import bootstrap
from service.cli.surroundings import OPERATOR, database_option, json_option, opened, say, show, show_json
from service.engine import administering
from service.store import people

_BY = click.option("--by", required=True, metavar="ACCOUNT", help="In whose name; another system administrator.")
_REASON = click.option("--reason", required=True)
_ROLE = click.option("--role", required=True, help="A role id.")
_UNIT = click.option("--unit", required=True, help="A unit id.")


@click.group()
def account() -> None:
    """List, create, disable and enable accounts; grant and revoke roles."""


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
