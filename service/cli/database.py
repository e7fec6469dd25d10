"""`chengxu db`: the database itself."""

from __future__ import annotations

import click

from service import bootstrap
from service.cli.surroundings import database_option, opened, read_settings, say
from service.engine.verifying_words import break_as_json
from service.store import Store
from service.store.migrating import is_current
from service.store.proving import prove_chain


@click.group()
def db() -> None:
    """Prepare and check the database."""


@db.command()
@database_option
def upgrade(database: str | None) -> None:
    """Migrate to this version and publish what is shipped."""
    engine, published = bootstrap.prepare(read_settings(database))
    engine.machine.store.close()
    changed = [f"{key} v{version}" for key, version, new in published.processes if new]
    say(
        [
            f"数据库已就绪；新发布：{'、'.join(changed) or '无'}。",
            f"The database is ready; published: {', '.join(changed) or 'nothing new'}.",
        ]
    )


@db.command()
@database_option
def status(database: str | None) -> None:
    """Tell whether the database is at the version of this code."""
    store = Store(read_settings(database).database)
    current = is_current(store)
    store.close()
    click.echo("current" if current else "needs: chengxu db upgrade")
    raise SystemExit(0 if current else 1)


@db.command()
@click.argument("case_id")
@database_option
def verify(case_id: str, database: str | None) -> None:
    """Prove the history chain of a case; `audit verify` proves all of them."""
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        found = prove_chain(connection, case_id).found
    click.echo("whole" if found is None else f"broken at link {found.seq}: {break_as_json(found)['message_en']}")
    raise SystemExit(0 if found is None else 1)
