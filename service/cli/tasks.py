"""`chengxu task`: list, show, claim, release and complete tasks in somebody's name."""

from __future__ import annotations

import sys

import click

from service.access import actor_queues
from service.cli.surroundings import database_option, json_option, opened, read_answers, show, show_json
from service.engine import reads
from service.engine.people import get_actor
from service.store import reads as rows
from service.store.reads import TaskFilter
from service.worker import Worker


@click.group()
def task() -> None:
    """List and do tasks."""


@task.command("list")
@click.option("--by", required=True, metavar="ACCOUNT", help="Whose inbox.")
@click.option("--done", is_flag=True, help="What the account has completed.")
@click.option("--process")
@json_option
@database_option
def list_command(by: str, done: bool, process: str | None, as_json: bool, database: str | None) -> None:
    """List the tasks that an account may take."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        actor = get_actor(connection, by, on=engine.machine.clock.now().date())
        where = TaskFilter(process=process)
        if done:
            page = rows.list_done(connection, account=by, where=where, after=None, limit=200)
        else:
            queues = actor_queues(actor, engine.machine.book)
            page = rows.list_todo(
                connection, account=by, queues=queues, where=where, sort="due", after=None, limit=200,
                principals=actor.principals,
            )  # fmt: skip
    shown = [
        {
            "id": row["id"], "business_key": row["business_key"], "title": row["title"], "element": row["element"],
            "name": row["name"], "case": row["case_id"], "status": row["status"], "due": row["due_at"],
            "claimed_by": row["claimed_by"],
        }
        for row in page.rows
    ]  # fmt: skip
    show(shown, ["id", "business_key", "element", "name", "title", "due"], as_json=as_json, empty="没有待办。")


@task.command("show")
@click.argument("task_id")
@click.option("--by", required=True, metavar="ACCOUNT")
@database_option
def show_command(task_id: str, by: str, database: str | None) -> None:
    """Show a task with its form and its variables, as JSON."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        view = reads.view_task(engine.machine, connection, task_id, get_actor(connection, by))
    show_json(
        {
            "id": view.task.id, "element": view.task.element, "name": view.task.name, "status": view.task.status,
            "case": view.case.id, "form": view.form.schema if view.form else None, "variables": dict(view.variables),
            "due": view.due, "actions": list(view.actions), "sign": view.signs,
        }
    )  # fmt: skip


@task.command()
@click.argument("task_id")
@click.option("--by", required=True, metavar="ACCOUNT")
@database_option
def claim(task_id: str, by: str, database: str | None) -> None:
    """Hold a task for an account."""
    with opened(database) as (engine, _):
        engine.claim_task(task_id, by=by)


@task.command()
@click.argument("task_id")
@click.option("--by", required=True, metavar="ACCOUNT")
@database_option
def release(task_id: str, by: str, database: str | None) -> None:
    """Give a held task back."""
    with opened(database) as (engine, _):
        engine.release_task(task_id, by=by)


@task.command()
@click.argument("task_id")
@click.option("--by", required=True, metavar="ACCOUNT")
@click.option("--answers", metavar="JSON|@FILE|-", help="The answers of the form.")
@click.option("--password-stdin", is_flag=True, help="Read the signing password from standard input.")
@json_option
@database_option
def complete(task_id: str, by: str, answers: str | None, password_stdin: bool, as_json: bool, database: str | None) -> None:
    """Complete a task and run what follows by itself."""
    with opened(database) as (engine, _):
        signature = None
        if password_stdin:
            signature = engine.sign(by=by, password=sys.stdin.readline().rstrip("\n"))
        done = engine.complete_task(task_id, read_answers(answers), by=by, signature=signature)
        Worker(engine).drain()
    if as_json:
        findings = [finding.as_json() for finding in done.findings]
        show_json({"task": done.task, "case": done.case, "status": done.status, "findings": findings})
    else:
        click.echo(f"已办理 {done.task}；案件 {done.case}：{done.status}")
