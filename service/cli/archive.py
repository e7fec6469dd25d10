"""`chengxu archive`: put ended cases away after their retention period, list them, take them out again."""

from __future__ import annotations

import click

from service.cli.surroundings import database_option, json_option, opened, say, show
from service.engine import archiving
from service.engine.lifecycle import check_reason
from service.engine.people import get_actor
from service.engine.searching import split_terms
from service.engine.stuck.reading import ensure_may_see
from service.errors import ChengxuError
from service.store import archive_lists
from service.store.archive_lists import ArchiveFilter

_BY = click.option("--by", required=True, metavar="ACCOUNT", help="In whose name; a monitor or a system administrator.")
_MOST = 500


@click.group()
def archive() -> None:
    """Archive cases that ended long ago, list them, restore them."""


@archive.command()
@click.option("--dry-run", is_flag=True, help="Only list what would be archived, the oldest first; at most 500.")
@click.option("--held", is_flag=True, help="With --dry-run: list what is old enough and can not be archived, instead.")
@click.option("--reason", default="")
@_BY
@json_option
@database_option
def run(dry_run: bool, held: bool, reason: str, by: str, as_json: bool, database: str | None) -> None:
    """Archive every case whose retention period is over, as the worker does every day."""
    with opened(database) as (engine, _):
        machine = engine.machine
        with machine.store.read() as connection:
            actor = get_actor(connection, by)
            if dry_run:
                ensure_may_see(machine, actor)
                found = archive_lists.list_due(connection, archiving.age_of(machine), held=held, limit=_MOST)
                show(found, ["id", "business_key", "title", "ended_at"], as_json=as_json, empty="没有到期的案件。")
                return
        archiving.ensure_archivist(actor)
        check_reason(reason)
        number = archiving.archive_due(machine, reason=reason.strip(), by=by)
    say([f"已归档 {number} 个案件（连同其下级）。"])


@archive.command("list")
@click.option("--words", default="", help="Only cases that these words find.")
@click.option("--process")
@_BY
@json_option
@database_option
def list_command(words: str, process: str | None, by: str, as_json: bool, database: str | None) -> None:
    """List what is archived, the latest first; at most 500."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        ensure_may_see(engine.machine, get_actor(connection, by))
        where = ArchiveFilter(terms=tuple(split_terms(words)), process=process)
        found = archive_lists.list_archived_families(connection, where, after=None, limit=_MOST)
    show(found, ["id", "business_key", "title", "ended_at", "at", "number"], as_json=as_json, empty="没有归档的案件。")


@archive.command()
@click.argument("case_ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that is archived, before going back to an older version.")
@click.option("--reason", required=True)
@_BY
@database_option
def restore(case_ids: tuple[str, ...], everything: bool, reason: str, by: str, database: str | None) -> None:
    """Restore archived cases, each with the cases above and below it."""
    if bool(case_ids) is everything:
        raise click.UsageError("请给出案件编号，或者 --all。/ Give ids of cases, or --all.")
    failed = 0
    with opened(database) as (engine, _):
        machine = engine.machine
        if everything:
            with machine.store.read() as connection:
                case_ids = archive_lists.list_roots(connection)
        for case_id in case_ids:
            try:
                with machine.store.write() as connection:
                    number = archiving.restore_within(machine, connection, case_id, reason=reason, by=by)
            except ChengxuError as error:
                failed += 1
                say([f"{case_id}: {error.message}"])
                continue
            say([f"{case_id}: 已恢复 {number} 件。"])
    if failed:
        raise SystemExit(1)
