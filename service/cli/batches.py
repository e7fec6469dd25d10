"""`chengxu job` and `chengxu batch`: incidents, their retry, and what was done to many at once."""

from __future__ import annotations

import click

from service.cli.surroundings import database_option, json_option, opened, show
from service.engine.batches import get_progress
from service.engine.people import get_actor
from service.store import batch_subjects
from service.store import batches as rows
from service.store.batch_subjects import Selection

_BY = click.option("--by", required=True, metavar="ACCOUNT", help="In whose name; a monitor.")
_MOST = 500


@click.group()
def job() -> None:
    """List and retry parked jobs."""


@job.command("list")
@click.option("--type", "handler", help="Only of this handler.")
@click.option("--process")
@json_option
@database_option
def list_jobs(handler: str | None, process: str | None, as_json: bool, database: str | None) -> None:
    """List the parked jobs, each with its error; at most 500."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        chosen = Selection(type=handler, process=process)
        found = batch_subjects.list_subjects(connection, "job", chosen, limit=_MOST)
        states = rows.job_states(connection, [one for one, _ in found])
        titles = batch_subjects.list_titles(connection, [case for _, case in found if case])
    shown = [
        {
            "id": one, "case": case, "business_key": titles.get(case or "", ("", ""))[1],
            "title": titles.get(case or "", ("", ""))[0], "error": states[one][1],
        }
        for one, case in found
    ]  # fmt: skip
    show(shown, ["id", "business_key", "title", "error"], as_json=as_json, empty="没有停放的作业。")


@job.command("retry")
@click.argument("job_ids", nargs=-1)
@click.option("--type", "handler", help="All that are parked of this handler.")
@click.option("--process", help="All that are parked in cases of this process.")
@click.option("--reason", required=True)
@_BY
@database_option
def retry(job_ids: tuple[str, ...], handler: str | None, process: str | None, reason: str, by: str, database: str | None) -> None:
    """Retry parked jobs, as a batch that the worker carries out; prints its id."""
    if not job_ids and not handler and not process:
        raise click.UsageError("请给出作业编号，或 --type、--process。/ Give job ids, or --type or --process.")
    chosen = None if job_ids else Selection(type=handler, process=process)
    with opened(database) as (engine, _):
        batch = engine.ask_batch("retry_job", subjects=job_ids, select=chosen, arguments={}, reason=reason, by=by)
    click.echo(batch.id)


@click.group()
def batch() -> None:
    """Look at batches."""


@batch.command("list")
@json_option
@database_option
def list_batches(as_json: bool, database: str | None) -> None:
    """List the last hundred batches."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        found = rows.list_batches(connection, after=None, limit=100)
    shown = [
        {
            "id": one.id, "kind": one.kind, "state": one.state, "total": one.total, "asked_by": one.asked_by,
            "created_at": one.created_at, "reason": one.reason,
        }
        for one in found
    ]  # fmt: skip
    show(shown, ["id", "kind", "state", "total", "asked_by", "reason"], as_json=as_json, empty="没有批量操作。")


@batch.command("show")
@click.argument("batch_id")
@click.option("--state", help="Only items in this state: todo, waiting, done, failed, skipped.")
@_BY
@json_option
@database_option
def show_batch(batch_id: str, state: str | None, by: str, as_json: bool, database: str | None) -> None:
    """Show how far a batch is, and the first 500 items with what became of each."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        progress = get_progress(engine.machine, connection, batch_id, get_actor(connection, by))
        found = rows.list_items(connection, batch_id, state=state, after=0, limit=_MOST)
    if not as_json:
        counts = "，".join(f"{name} {number}" for name, number in sorted(progress.counts.items()))
        click.echo(f"{progress.batch.kind}  {progress.batch.state}  {counts} / {progress.batch.total}")
    shown = [
        {
            "seq": one.seq, "subject": one.subject, "case": one.case_id, "business_key": one.business_key, "state": one.state,
            "zh": one.zh, "en": one.en,
        }
        for one in found
    ]  # fmt: skip
    show(shown, ["seq", "subject", "business_key", "state", "zh"], as_json=as_json, empty="没有这样的条目。")
