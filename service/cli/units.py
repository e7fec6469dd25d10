"""`chengxu unit`: the units in which people hold roles."""

from __future__ import annotations

import click

from service.cli.surroundings import database_option, json_option, opened, say, show
from service.engine import administering
from service.store import administering as rows

_BY = click.option("--by", required=True, metavar="ACCOUNT", help="In whose name; a system administrator.")
_REASON = click.option("--reason", required=True)
_PAGE = 500


@click.group()
def unit() -> None:
    """List, create, rename, close and reopen units."""


@unit.command("list")
@click.option("--after", default="", metavar="ID", help="Go on after this id; a page has 500.")
@json_option
@database_option
def list_command(after: str, as_json: bool, database: str | None) -> None:
    """List units with how many memberships each has, by id."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        found = rows.list_units(connection, after=after, limit=_PAGE)
    show(found, ["id", "name", "members", "closed_on"], as_json=as_json, empty="没有单位。")


@unit.command()
@click.argument("unit_id")
@click.option("--name", required=True)
@_REASON
@_BY
@database_option
def create(unit_id: str, name: str, reason: str, by: str, database: str | None) -> None:
    """Create a unit."""
    with opened(database) as (engine, _):
        administering.create_unit(engine.machine, unit_id, name=name, reason=reason, by=by)
    say([f"已创建单位 {unit_id}。"])


@unit.command()
@click.argument("unit_id")
@click.option("--name", required=True)
@_REASON
@_BY
@database_option
def rename(unit_id: str, name: str, reason: str, by: str, database: str | None) -> None:
    """Give a unit another name."""
    with opened(database) as (engine, _):
        administering.rename_unit(engine.machine, unit_id, name=name, reason=reason, by=by)
    say([f"已更名单位 {unit_id}。"])


@unit.command()
@click.argument("unit_id")
@_REASON
@_BY
@database_option
def close(unit_id: str, reason: str, by: str, database: str | None) -> None:
    """Close a unit: nobody acts for it from now on; what its people hold goes back to its queue."""
    with opened(database) as (engine, _):
        released = administering.close_unit(engine.machine, unit_id, reason=reason, by=by)
    say([f"已停用单位 {unit_id}，退回待办 {released} 项。"])


@unit.command()
@click.argument("unit_id")
@_REASON
@_BY
@database_option
def reopen(unit_id: str, reason: str, by: str, database: str | None) -> None:
    """Reopen a closed unit."""
    with opened(database) as (engine, _):
        administering.reopen_unit(engine.machine, unit_id, reason=reason, by=by)
    say([f"已恢复单位 {unit_id}。"])
