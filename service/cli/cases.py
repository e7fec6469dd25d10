"""`chengxu case`: start, show and list cases."""

from __future__ import annotations

from typing import Any

import click

from service import tagged
from service.cli.surroundings import database_option, json_option, opened, read_answers, show, show_json
from service.engine import reads
from service.engine.people import get_actor
from service.engine.waiting_for import list_waiting_for
from service.store import reads as rows
from service.store.reads import TaskFilter
from service.worker import Worker


@click.group()
def case() -> None:
    """Start, show and list cases."""


@case.command()
@click.argument("process")
@click.option("--by", required=True, metavar="ACCOUNT", help="Who files it.")
@click.option("--answers", metavar="JSON|@FILE|-", help="The answers of the start form.")
@json_option
@database_option
def start(process: str, by: str, answers: str | None, as_json: bool, database: str | None) -> None:
    """Start a case of PROCESS and run what follows by itself."""
    with opened(database) as (engine, _):
        started = engine.start_case(process, read_answers(answers), by=by)
        Worker(engine).drain()
        if as_json:
            show_json(
                {
                    "id": started.id, "business_key": started.business_key, "status": started.status,
                    "findings": [finding.as_json() for finding in started.findings],
                }
            )  # fmt: skip
        else:
            click.echo(f"{started.business_key}  {started.id}  {started.title}")


@case.command("list")
@click.option("--by", required=True, metavar="ACCOUNT", help="Whose view: only what this account may read is listed.")
@click.option("--process")
@click.option("--status")
@json_option
@database_option
def list_command(by: str, process: str | None, status: str | None, as_json: bool, database: str | None) -> None:
    """List cases, newest first."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        scope = reads.scope_of(get_actor(connection, by), engine.machine.book)
        page = rows.list_cases(
            connection, scope, where=TaskFilter(process=process), status=status, mine=False, roots=False, after=None, limit=200
        )
    show(page.rows, ["business_key", "id", "process", "status", "outcome", "title"], as_json=as_json, empty="没有案件。")


@case.command("show")
@click.argument("case_id")
@click.option("--by", required=True, metavar="ACCOUNT")
@json_option
@database_option
def show_command(case_id: str, by: str, as_json: bool, database: str | None) -> None:
    """Show one case: its variables, what it waits for, its history."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        actor = get_actor(connection, by)
        row = reads.get_case(engine.machine, connection, case_id, actor)
        document: dict[str, Any] = {
            "id": row.id, "business_key": row.business_key, "process": row.process, "version": row.version,
            "status": row.status, "outcome": row.outcome, "title": row.title, "unit": row.unit, "parent": row.parent,
            "variables": reads.visible_variables(engine.machine, connection, row, actor),
            "tasks": [
                {key: task[key] for key in ("id", "element", "name", "status", "queue")}
                for task in rows.list_case_tasks(connection, [row.id])
                if task["status"] in rows.OPEN
            ],
            "children": [
                {key: child[key] for key in ("id", "process", "status", "outcome")}
                for child in rows.list_family(connection, row.root)
                if child["parent"] == row.id
            ],
            "history": [
                {"seq": link.seq, "kind": link.kind, "element": link.element, "actor": link.actor, "at": link.at}
                for link in reads.visible_history(engine.machine, connection, row, actor)
            ],
        }  # fmt: skip
    if as_json:
        show_json(document)
        return
    click.echo(f"{row.business_key} {row.title}: {row.status} {row.outcome or ''}")
    for task in document["tasks"]:
        click.echo(f"  待办 {task['element']} {task['name']} ({task['queue']}) {task['id']}")
    for name, value in document["variables"].items():
        click.echo(f"  {name} = {tagged.plain(value)}")
    for link in document["history"]:
        click.echo(f"  {link['at']:%Y-%m-%d %H:%M} {link['kind']} {link['element'] or ''} {link['actor']}")


@case.command("why")
@click.argument("case_id")
@click.option("--by", required=True, metavar="ACCOUNT", help="Whose view; only administrators see the errors of failed steps.")
@click.option("--english", is_flag=True, help="Say it in English.")
@json_option
@database_option
def why_command(case_id: str, by: str, english: bool, as_json: bool, database: str | None) -> None:
    """Tell why a case waits, and who can solve it."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        actor = get_actor(connection, by)
        row = reads.get_case(engine.machine, connection, case_id, actor)
        found = list_waiting_for(engine.machine, connection, row, actor)
    if as_json:
        show_json(
            [
                {
                    "cause": one.cause, "solver": one.solver, "element": one.element, "message": one.said.zh,
                    "message_en": one.said.en, "who": list(one.who), "since": one.since, "due_at": one.due_at,
                    "child": one.child, "error": one.error,
                }
                for one in found
            ]
        )  # fmt: skip
        return
    if not found:
        click.echo("This case has ended and waits for nothing." if english else "案件已结束，不再等待。")
    for one in found:
        for depth, each in ((0, one), *((1, inner) for inner in one.inner)):
            click.echo("  " * depth + (each.said.en if english else each.said.zh))
            if each.error:
                click.echo("  " * (depth + 1) + each.error)
