"""`chengxu clock`: move the demonstration's clock."""

from __future__ import annotations

from datetime import datetime

import click

from service.cli.surroundings import OPERATOR, database_option, json_option, opened_demo, show_json
from service.engine.facade import Engine
from service.engine.moving import later, read_moment
from service.worker import Worker


@click.group()
def clock() -> None:
    """Show and move the clock of a demonstration (CHENGXU_DEMO=1)."""


@clock.command()
@json_option
@database_option
def show(as_json: bool, database: str | None) -> None:
    """Show legal time."""
    with opened_demo(database) as (engine, _):
        _show(engine, as_json=as_json)


@clock.command("set")
@click.argument("moment")
@json_option
@database_option
def set_command(moment: str, as_json: bool, database: str | None) -> None:
    """Move to MOMENT, such as 2026-08-20T09:00+08:00; everything that falls due on the way happens."""
    with opened_demo(database) as (engine, _):
        _move(engine, read_moment(moment))
        _show(engine, as_json=as_json)


@clock.command()
@click.argument("period")
@json_option
@database_option
def advance(period: str, as_json: bool, database: str | None) -> None:
    """Move on by PERIOD, such as P10D."""
    with opened_demo(database) as (engine, _):
        _move(engine, later(engine.machine.clock.now(), period))
        _show(engine, as_json=as_json)


def _move(engine: Engine, target: datetime) -> None:
    engine.set_clock(target, by=OPERATOR)
    Worker(engine).drain()


def _show(engine: Engine, *, as_json: bool) -> None:
    state = engine.clock_state()
    if as_json:
        show_json({"now": state.now, "moving": state.moving})
    else:
        click.echo(f"{state.now:%Y-%m-%d %H:%M:%S %z}")
