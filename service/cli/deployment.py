"""`chengxu deploy`: publish a folder of diagrams, forms and handlers."""

from __future__ import annotations

import os
from pathlib import Path

import click

from service import bootstrap
from service.cli.surroundings import OPERATOR, database_option, json_option, read_settings, say, show_json
from service.engine.bundle import read_bundle
from service.engine.publishing import publish


@click.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@database_option
def deploy(folder: Path | None, as_json: bool, database: str | None) -> None:
    """Publish FOLDER (without one: what is shipped). It holds processes/, forms/ and, if need be, handlers/.

    Handlers are code, so that a server loads them only from folders that its administrator names in CHENGXU_HANDLERS.
    """
    settings = read_settings(database)
    if folder is None:
        engine, published = bootstrap.prepare(settings)
    else:
        store = bootstrap.make_store(settings)
        engine = bootstrap.make_engine(settings, store)
        own = folder.absolute() / "handlers"
        if own.is_dir() and own.resolve() not in {known.resolve() for known in settings.handler_folders}:
            names = os.pathsep.join([*(str(known) for known in settings.handler_folders[1:]), str(own)])
            say(
                [
                    "处理程序只从 CHENGXU_HANDLERS 指定的目录加载；请用以下设置（重新）启动服务：",
                    "Handlers load only from the folders named in CHENGXU_HANDLERS; (re)start the server with:",
                    f"  CHENGXU_HANDLERS={names}",
                ]
            )
        published = publish(engine.machine, read_bundle(folder), by=OPERATOR, handlers=bootstrap.handler_names(own))
    engine.machine.store.close()
    for warning in published.warnings:
        say([f"warning: {warning}"])
    rows = [{"process": key, "version": version, "new": new} for key, version, new in published.processes]
    say([f"处理程序目录 handler folders: {os.pathsep.join(str(known) for known in settings.handler_folders)}"])
    if as_json:
        show_json({"processes": rows, "handlers": [str(known) for known in settings.handler_folders]})
    else:
        for row in rows:
            click.echo(f"{row['process']} v{row['version']} {'已发布 published' if row['new'] else '未变化 unchanged'}")
