"""`chengxu calendar`: the holiday notices of the State Council."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from service.cli.surroundings import OPERATOR, database_option, opened, say, show
from service.engine.publishing import store_calendar
from service.errors import Invalid
from service.store import definitions
from service.worker import Worker


@click.group()
def calendar() -> None:
    """List and import the calendars of years."""


@calendar.command("list")
@database_option
def list_command(database: str | None) -> None:
    """List the years whose notice is loaded."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        _, years = definitions.read_calendar(connection)
    show([{"year": year, "digest": digest[:12]} for year, digest in sorted(years)], ["year", "digest"], as_json=False, empty="无")


@calendar.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@database_option
def import_command(files: tuple[Path, ...], database: str | None) -> None:
    """Import notices (YAML like processes/calendars/cn-2026.yaml); open due dates that they change are reckoned again."""
    documents = []
    for path in files:
        try:
            documents.append(yaml.safe_load(path.read_bytes()))
        except yaml.YAMLError as error:
            raise Invalid(f"{path.name} 不是有效的 YAML：{error}", message_en=f"{path.name} is not YAML: {error}") from error
    with opened(database) as (engine, _):
        changed = store_calendar(engine.machine, documents, by=OPERATOR)
        Worker(engine).drain()
    say([f"已载入 loaded: {', '.join(map(str, changed)) or '无变化 nothing new'}"])
