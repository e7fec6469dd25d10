"""`chengxu audit`: prove the history, sign checkpoints over it, show the key that they are signed with."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from service.cli.surroundings import OPERATOR, database_option, json_option, opened, say, show_json
from service.engine.checkpoint_files import Checkpoint
from service.engine.checkpoints import make_checkpoint
from service.engine.machine import Machine
from service.engine.verifying import Flawed, Step, Summary, check_checkpoints, go_through, read_all, summarize
from service.engine.verifying_words import break_as_json, flaw_as_json
from service.store.checkpoints import count_chains
from service.store.proving import Signed, prove_chain

#: How many broken chains are named on the screen; with --json all are.
_MOST_SHOWN = 50


@click.group()
def audit() -> None:
    """Prove the history and sign checkpoints over it."""


@audit.command()
@click.option("--case", "case_id", metavar="CASE", help="Only the chain of this case, or of a day (day-2026-11-23).")
@click.option(
    "--checkpoints", "place", metavar="FILE|DIR", type=click.Path(path_type=Path),
    help="Checkpoints that were kept elsewhere; otherwise those in CHENGXU_CHECKPOINTS.",
)  # fmt: skip
@click.option("--key", metavar="HEX", help="The public key that they must be signed with; otherwise this machine's.")
@json_option
@database_option
def verify(case_id: str | None, place: Path | None, key: str | None, as_json: bool, database: str | None) -> None:
    """Prove all hash chains and name the first broken link of each that is broken. Exit code 1 when one is."""
    with opened(database) as (engine, _):
        machine = engine.machine
        found, flawed = _checkpoints(machine, place, key)
        began = time.monotonic()
        summary = _one(machine, case_id, found) if case_id else summarize(_told(machine, go_through(machine.store, found)))
        seconds = time.monotonic() - began
    whole = not summary.breaks and not flawed
    if as_json:
        show_json(_document(summary, flawed, whole=whole, checked=len(found), seconds=seconds))
    else:
        _show(summary, flawed, checked=len(found), seconds=seconds)
    raise SystemExit(0 if whole else 1)


@audit.command()
@json_option
@database_option
def checkpoint(as_json: bool, database: str | None) -> None:
    """Sign a checkpoint over all chains as they are now; the worker does so every day."""
    with opened(database) as (engine, _):
        made = make_checkpoint(engine.machine, by=OPERATOR)
        path = engine.machine.vault.folder / made.name if engine.machine.vault else None
    document = {
        "id": made.id, "file": str(path), "chains": made.chains, "links": made.links, "algorithm": made.algorithm,
        "digest": made.digest, "key": made.key,
    }  # fmt: skip
    if as_json:
        show_json(document)
    else:
        click.echo(f"{path}  {made.chains} chains  {made.links} links  {made.algorithm} {made.digest}")


@audit.command()
@database_option
def key(database: str | None) -> None:
    """Print the public key (Ed25519, hexadecimal) that checkpoints are signed with."""
    with opened(database) as (engine, _):
        vault = engine.machine.vault
        assert vault is not None
        click.echo(vault.public_key())


def _checkpoints(machine: Machine, place: Path | None, key: str | None) -> tuple[tuple[Checkpoint, ...], tuple[Flawed, ...]]:
    """The checkpoints to compare with, and what is wrong with them."""
    vault = machine.vault
    assert vault is not None
    folder = place or vault.folder
    found, flawed = read_all(folder) if place is not None or folder.is_dir() else ((), ())
    trusted = key or vault.find_public_key()
    flawed += check_checkpoints(machine.store, found, key=trusted, all_there=place is None and folder.is_dir())
    return found, flawed


def _one(machine: Machine, chain: str, found: tuple[Checkpoint, ...]) -> Summary:
    signed: list[Signed] = [head for one in found for head in one.heads() if head.chain == chain]
    with machine.store.read() as connection:
        proven = prove_chain(connection, chain, signed=signed)
    return Summary(chains=1, links=proven.links, erased=proven.erased, breaks=(proven.found,) if proven.found else ())


def _told(machine: Machine, steps: Iterator[Step]) -> Iterator[Step]:
    """Tell on stderr how far it is: on a terminal in one line, otherwise now and then."""
    with machine.store.read() as connection:
        total = count_chains(connection)
    live, done, next_told = sys.stderr.isatty(), 0, time.monotonic()
    for step in steps:
        done += len(step.proven)
        if time.monotonic() >= next_told or step.last:
            click.echo(f"\r{done}/{total}" if live else f"{done}/{total}", err=True, nl=not live or step.last)
            next_told = time.monotonic() + (0.2 if live else 5)
        yield step


def _document(summary: Summary, flawed: tuple[Flawed, ...], *, whole: bool, checked: int, seconds: float) -> dict[str, Any]:
    return {
        "whole": whole, "chains": summary.chains, "links": summary.links, "erased": summary.erased,
        "broken": [break_as_json(one) for one in summary.breaks], "checkpoints": checked,
        "flawed": [flaw_as_json(one) for one in flawed], "seconds": round(seconds, 3),
    }  # fmt: skip


def _show(summary: Summary, flawed: tuple[Flawed, ...], *, checked: int, seconds: float) -> None:
    for one in map(break_as_json, summary.breaks[:_MOST_SHOWN]):
        click.echo(f"{one['chain']}  {one['message']} / {one['message_en']}")
    for one in map(flaw_as_json, flawed[:_MOST_SHOWN]):
        click.echo(f"{one['checkpoint']}  {one['message']} / {one['message_en']}")
    rate = f"{summary.links / seconds:,.0f}" if seconds else "—"
    counted = f"{summary.chains} chains, {summary.links} links ({summary.erased} without content), {checked} checkpoints"
    say([f"{counted}; {seconds:.1f} s, {rate} links/s"])
    faults = len(summary.breaks) + len(flawed)
    click.echo("whole" if not faults else f"{len(summary.breaks)} chains broken, {len(flawed)} checkpoints flawed")
