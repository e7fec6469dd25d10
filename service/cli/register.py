"""`chengxu register`: what the registers hold, and entries from YAML files and xlsx sheets."""

from __future__ import annotations

from pathlib import Path

import click

from service import tagged
from service.cli.surroundings import OPERATOR, database_option, json_option, opened, say, show, show_json
from service.engine import account_import
from service.engine.facade import Engine
from service.engine.register_import import Action, Report, import_rows
from service.engine.register_schema import RegisterSchema
from service.engine.register_values import RefusedImport
from service.engine.sheets import read_upload
from service.store.registers import Registers


@click.group()
def register() -> None:
    """List and import register entries."""


@register.command("list")
@click.argument("name")
@json_option
@database_option
def list_command(name: str, as_json: bool, database: str | None) -> None:
    """List the entries of the register NAME."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        schema = engine.machine.rules.registers.get(name)
        records = Registers(connection).search(name)
    if as_json:
        show_json([{"key": one.key, "version": one.version, "data": tagged.plain(dict(one.data))} for one in records])
        return
    rows = [{"key": one.key, "version": one.version, "title": one.data.get(schema.title)} for one in records]
    show(rows, ["key", "version", "title"], as_json=False, empty="台账中没有记录。")


@register.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check, and tell what would change.")
@json_option
@database_option
def import_command(name: str, file: Path, dry_run: bool, as_json: bool, database: str | None) -> None:
    """Import entries of the register NAME from FILE, all or none. NAME may be `account`.

    FILE is an .xlsx sheet whose first row names the fields, or YAML (key to fields).
    """
    with opened(database) as (engine, _), file.open("rb") as stream:
        schema = _schema(engine, name)
        rows, faults = read_upload(schema, file.name, stream)
        report = import_rows(engine.machine, schema, rows, faults, by=OPERATOR, dry_run=dry_run)
    if report.faults:
        raise RefusedImport([fault.problem for fault in report.faults])
    _tell(report, dry_run=dry_run, as_json=as_json)


def _tell(report: Report, *, dry_run: bool, as_json: bool) -> None:
    changed = [line.key for line in report.lines if line.action is not Action.UNCHANGED]
    unchanged = len(report.lines) - len(changed)
    if as_json:
        told = {"changed": changed, "unchanged": unchanged, "dry_run": dry_run}
        show_json({**told, "passwords": dict(report.passwords)} if report.passwords else told)
        return
    for line in report.lines:
        if line.action is not Action.UNCHANGED:
            click.echo(f"{'+' if line.action is Action.NEW else '~'} {line.key}  {line.title}")
    for account, password in report.passwords.items():
        click.echo(f"{account} {password}")
    say([f"{'将' if dry_run else '已'}写入 {len(changed)} 条，{unchanged} 条没有变化。"])


def _schema(engine: Engine, name: str) -> RegisterSchema:
    return account_import.SCHEMA if name == account_import.ACCOUNT else engine.machine.rules.registers.get(name)
