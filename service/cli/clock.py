"""`chengxu clock`: move the demonstration's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from service import feel
from service.cli.surroundings import OPERATOR, database_option, json_option, opened, show_json
from service.clock import SHANGHAI
from service.engine.facade import Engine
from service.errors import Invalid
from service.law import add_months
from service.tagged import Months
from service.worker import Worker


@click.group()
def clock() -> None:
    """Show and move the clock of a demonstration (CHENGXU_DEMO=1)."""


@clock.command()
@json_option
@database_option
def show(as_json: bool, database: str | None) -> None:
    """Show legal time."""
    with opened(database) as (engine, _):
        _show(engine, as_json=as_json)


@clock.command("set")
@click.argument("moment")
@json_option
@database_option
def set_command(moment: str, as_json: bool, database: str | None) -> None:
    """Move to MOMENT, such as 2026-08-20T09:00+08:00; everything that falls due on the way happens."""
    with opened(database) as (engine, _):
        _move(engine, read_moment(moment))
        _show(engine, as_json=as_json)


@clock.command()
@click.argument("period")
@json_option
@database_option
def advance(period: str, as_json: bool, database: str | None) -> None:
    """Move on by PERIOD, such as P10D."""
    with opened(database) as (engine, _):
        _move(engine, later(engine.machine.clock.now(), period))
        _show(engine, as_json=as_json)


def read_moment(text: str) -> datetime:
    """Read an ISO 8601 time; without an offset it is Shanghai's."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(
            f"时间“{text}”无法识别，请写成 2026-08-20T09:00+08:00。",
            message_en=f"{text} is no time: write 2026-08-20T09:00+08:00.",
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def later(now: datetime, period: str) -> datetime:
    """Add an ISO 8601 duration such as P10D or P3M."""
    value = feel.compile("duration(text)")({"text": period})
    if isinstance(value, timedelta):
        return now + value
    if isinstance(value, Months):
        return datetime.combine(add_months(now.date(), value.count), now.timetz())
    raise Invalid(f"时长“{period}”无法识别，请写成 P10D。", message_en=f"{period} is no period: write P10D.")


def _move(engine: Engine, target: datetime) -> None:
    engine.set_clock(target, by=OPERATOR)
    Worker(engine).drain()


def _show(engine: Engine, *, as_json: bool) -> None:
    state = engine.clock_state()
    if as_json:
        show_json({"now": state.now, "moving": state.moving})
    else:
        click.echo(f"{state.now:%Y-%m-%d %H:%M:%S %z}")
