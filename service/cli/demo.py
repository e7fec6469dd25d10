"""`chengxu demo`: what only a demonstration wants, such as thousands of projects at once."""

from __future__ import annotations

import sys
import time

import click

from service import bootstrap
from service.cli.surroundings import OPERATOR, database_option, json_option, read_settings, say, show_json
from service.seeding import Progress, Sown, sow

#: Seconds between two lines of progress where nobody looks at a terminal.
_PATIENCE = 5.0


@click.group()
def demo() -> None:
    """Fill a demonstration."""


@demo.command()
@click.option(
    "--projects", type=click.IntRange(1, 100_000), default=1_000, show_default=True, help="How many projects are added."
)
@click.option("--clock", metavar="TIME", help="Where the clock of an empty demonstration starts (CHENGXU_CLOCK).")
@json_option
@database_option
def seed(projects: int, clock: str | None, as_json: bool, database: str | None) -> None:
    """Add projects at every stage of their life, from filing to operation; prepares an empty database first.

    A few projects are really taken to each stage by the shipped procedures, in a database of their own; the others are copies
    of these with other numbers, names, units, firms and amounts. All of them can be worked on like any other.
    """
    settings = read_settings(database, CHENGXU_DEMO="1", CHENGXU_CLOCK=clock)
    engine, _ = bootstrap.prepare(settings)
    try:
        if not bootstrap.is_demo(engine.machine.store):
            say([f"演示账号的密码 demo password: {bootstrap.seed_demo(engine, settings)}"])
        if settings.clock is not None and bootstrap.is_untouched(engine):
            engine.set_clock(settings.clock, by=OPERATOR)
        sown = sow(engine, settings, projects=projects, watch=_Line())
    finally:
        engine.machine.store.close()
    if as_json:
        show_json({stage: {"count": len(keys), "keys": keys} for stage, keys in sown.projects.items()})
    say(_told(sown))


def _told(sown: Sown) -> list[str]:
    count = sum(map(len, sown.projects.values()))
    stages = "、".join(f"{stage} {len(keys)}" for stage, keys in sown.projects.items())
    return [
        f"已生成 {count} 个项目：{stages}。",
        f"{count} projects were added: patterns {sown.played:.0f} s, copies {sown.copied:.0f} s.",
    ]


class _Line:
    """Progress on stderr: one line that is written over on a terminal, otherwise a line every few seconds."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._shown_at = float("-inf")

    def __call__(self, progress: Progress) -> None:
        over = progress.done == progress.total
        if not (self._on_terminal or over or time.monotonic() - self._shown_at >= _PATIENCE):
            return
        self._shown_at = time.monotonic()
        if not self._on_terminal:
            click.echo(_words(progress), err=True)
            return
        click.echo(f"\r\x1b[2K{_words(progress)}", err=True, nl=over)


def _words(progress: Progress) -> str:
    if progress.step == "play":
        return f"样板 patterns {progress.done}/{progress.total} {progress.now}".rstrip()
    return (
        f"项目 projects {progress.done}/{progress.total}　{progress.rate:.0f}/s　剩余 left {progress.left:.0f} s　{progress.now}"
    )
