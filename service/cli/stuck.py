"""`chengxu stuck`: what stands still, why, since when, and who can solve it."""

from __future__ import annotations

import click

from service.cli.surroundings import database_option, json_option, opened, show_json
from service.engine import stuck as monitor
from service.engine.stuck import Cause, Trouble
from service.store import people
from service.store.stuck import StuckFilter

_PAGE = 200


@click.command()
@click.option("--cause", type=click.Choice([cause.value for cause in Cause]), help="Only this cause.")
@click.option("--process", help="Only cases of this process.")
@json_option
@database_option
def stuck(cause: str | None, process: str | None, as_json: bool, database: str | None) -> None:
    """Look at every open case now, and list what stands still, the longest first."""
    with opened(database) as (engine, _):
        monitor.sweep(engine.machine, whole=True)
        where, after = StuckFilter(cause=cause, process=process), None
        found: list[Trouble] = []
        with engine.machine.store.read() as connection:
            while True:
                page, after = monitor.list_troubles(connection, where, after=after, limit=_PAGE)
                found += page
                if after is None:
                    break
            names = people.display_names(connection, sorted({account for one in found for account in one.who}))
    if as_json:
        show_json([_document(one, names) for one in found])
        return
    for one in found:
        click.echo(f"{one.since:%Y-%m-%d %H:%M}  {one.business_key or '-'}  {one.title}")
        click.echo(f"    {one.zh}")
        click.echo(f"    由{_who(one, names)}{one.remedy.zh}。 / {one.en}")
    click.echo(f"{len(found)} 项。" if found else "没有停住的案件。/ Nothing stands still.")


def _who(one: Trouble, names: dict[str, str]) -> str:
    return "、".join(names.get(account, account) for account in one.who) or one.remedy.solver_zh


def _document(one: Trouble, names: dict[str, str]) -> dict[str, object]:
    return {
        "cause": one.cause, "sentence": one.zh, "sentence_en": one.en, "since": one.since, "case": one.case_id,
        "business_key": one.business_key, "title": one.title, "process": one.process, "element": one.element, "unit": one.unit,
        "task": one.task_id, "job": one.job_id, "legal_due": one.legal_due,
        "who": [names.get(account, account) for account in one.who] or [one.remedy.solver_zh], "action": one.remedy.act,
    }  # fmt: skip
