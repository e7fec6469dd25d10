"""`chengxu scenario`: play scenario files against an engine of their own or a running server, and say what they walk."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import click

from service import bootstrap
from service.cli.surroundings import OPERATOR, database_option, json_option, opened, read_settings, show_json
from service.engine.bundle import read_bundle
from service.engine.register_import import import_entries
from service.errors import Invalid, InvalidDefinition, NotFound
from service.scenario import Ground, Report, Scenario, as_json, as_lines, play, read
from service.scenario.coverage import cover
from service.scenario.over_http import HttpDriver

_files = click.argument("files", nargs=-1, type=click.Path(path_type=Path))
_folder = click.option(
    "--folder", "folders", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of procedures that are not shipped; its handlers are run.",
)  # fmt: skip


@click.group()
def scenario() -> None:
    """Play scenarios: given, when, then in YAML."""


@scenario.command()
@_files
@click.option("--http", metavar="URL", help="Play against this server, which runs with --demo, instead of an engine of its own.")
@click.option("--tokens", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON: {account: bearer token}.")
@click.option("--password", envvar="CHENGXU_DEMO_PASSWORD", help="What everybody signs with (CHENGXU_DEMO_PASSWORD).")
@database_option
@_folder
@json_option
def run(
    files: tuple[Path, ...], http: str | None, tokens: Path | None, password: str | None, database: str | None,
    folders: tuple[Path, ...], as_json: bool,
) -> None:  # fmt: skip
    """Play FILES (without any: all of tests/scenarios); exit code 1 when a step fails.

    Over HTTP the tokens come from --tokens, or are made in the server's own database when --database names it; then register
    entries that nobody may import over HTTP are imported there, too.
    """
    scenarios = [read(path) for path in _list(files)]
    if http is None:
        reports = _play_here(scenarios, folders)
    else:
        token_of, store = _token_source(tokens, database), _importer(database)
        reports = []
        for each in scenarios:
            driver = HttpDriver(http, token_of, reader=each.reader, password=password, import_entry=store)
            reports.append(play(each, driver))
    _show(reports, json_wanted=as_json)
    sys.exit(0 if all(report.passed for report in reports) else 1)


@scenario.command()
@_files
def check(files: tuple[Path, ...]) -> None:
    """Say what is wrong with the way FILES are written, without playing them."""
    faults = 0
    for path in _list(files):
        try:
            read(path)
        except InvalidDefinition as error:
            faults += len(error.problems)
            for problem in error.problems:
                click.echo(str(problem))
    sys.exit(1 if faults else 0)


@scenario.command()
@_files
@click.option("--flows", is_flag=True, help="Say of every flow which files walk it.")
@click.option("--strict", is_flag=True, help="Exit code 1 when a flow is walked by none.")
@_folder
@json_option
def coverage(files: tuple[Path, ...], flows: bool, strict: bool, folders: tuple[Path, ...], as_json: bool) -> None:
    """Play FILES and say how many sequence flows of which diagrams each walks, and which flows none of them does."""
    walked: dict[str, dict[str, set[str]]] = {}
    with Ground(folders) as ground:
        for each in [read(path) for path in _list(files)]:
            taken = walked.setdefault(each.file, {})
            with ground.driver(each) as driver:
                play(each, driver)
                taken.update(driver.list_walked(by=each.reader))
    bundles = [read_bundle(folder) for folder in (read_settings().root, *folders)]
    found = [one for bundle in bundles for one in cover(bundle, walked)]
    if as_json:
        show_json([one.as_json() for one in found])
    else:
        for line in (line for one in found for line in one.as_lines(flows=flows)):
            click.echo(line)
        total, missing = sum(len(one.flows) for one in found), sum(len(one.missing) for one in found)
        click.echo(f"{total} 条顺序流，{missing} 条没有场景走过。 / {total} flows, {missing} walked by none.", err=True)
    if strict and any(one.missing for one in found):
        sys.exit(1)


def _play_here(scenarios: Sequence[Scenario], folders: Sequence[Path]) -> list[Report]:
    reports = []
    with Ground(folders) as ground:
        for each in scenarios:
            with ground.driver(each) as driver:
                reports.append(play(each, driver))
    return reports


def _list(files: Sequence[Path]) -> list[Path]:
    if files:
        return list(files)
    found = sorted((read_settings().root / "tests" / "scenarios").glob("*.yaml"))
    if not found:
        raise NotFound("请指明场景文件。", message_en="Name the scenario files.")
    return found


def _importer(database: str | None) -> Callable[[str, str, Mapping[str, Any]], None] | None:
    """How to store an entry of a register that nobody may import into over HTTP."""
    if database is None:
        return None

    def store(register: str, key: str, data: Mapping[str, Any]) -> None:
        with opened(database) as (engine, _):
            import_entries(engine.machine, engine.machine.rules.registers.get(register), {key: data}, by=OPERATOR)

    return store


def _token_source(tokens: Path | None, database: str | None) -> Callable[[str], str]:
    """How to come by the bearer token of an account."""
    if tokens is not None:
        try:
            known = json.loads(tokens.read_text("utf-8"))
        except ValueError as error:
            raise Invalid(f"{tokens.name} 不是有效的 JSON。", message_en=f"{tokens.name} is not JSON.") from error

        def look_up(account: str) -> str:
            if not isinstance(known, dict) or account not in known:
                raise NotFound(f"{tokens.name} 中没有 {account} 的令牌。", message_en=f"There is no token of {account}.")
            return str(known[account])

        return look_up
    if database is None:
        raise Invalid(
            "请给出 --tokens 文件，或用 --database 指明服务器的数据库。",
            message_en="Give --tokens FILE, or name the server's database by --database.",
        )

    @cache
    def make(account: str) -> str:
        with opened(database) as (engine, _):
            return bootstrap.create_token(engine, account, label="scenario", by=OPERATOR)

    return make


def _show(reports: Sequence[Report], *, json_wanted: bool) -> None:
    if json_wanted:
        show_json([as_json(report) for report in reports])
        return
    for report in reports:
        for line in as_lines(report):
            click.echo(line)
    failed = sum(not report.passed for report in reports)
    click.echo(f"{len(reports)} 个场景，{failed} 个不通过。 / {len(reports)} scenarios, {failed} failed.", err=True)
