"""What commands share: the database option, settings, an engine, output as a table or as JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson

from service import bootstrap, tagged
from service.engine.facade import Engine
from service.errors import Invalid
from service.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

#: Who acts when the administrator uses the command line without naming an account.
OPERATOR = "operator"


def database_option(command: Command) -> Command:
    return click.option("--database", metavar="URL", help="sqlite:///FILE or postgresql://… (CHENGXU_DATABASE)")(command)


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")(command)


def read_settings(database: str | None = None, **more: str | None) -> Settings:
    """Read the settings from the environment; options win over it."""
    given = {"CHENGXU_DATABASE": database, **more}
    if database is not None and database.startswith("sqlite:///") and not database.startswith("sqlite:////"):
        given["CHENGXU_DATABASE"] = f"sqlite:///{Path(database.removeprefix('sqlite:///')).absolute()}"
    return Settings.from_environment({**os.environ, **{name: value for name, value in given.items() if value is not None}})


@contextmanager
def opened(database: str | None) -> Iterator[tuple[Engine, Settings]]:
    """An engine on a ready database, closed at the end."""
    settings = read_settings(database)
    store = bootstrap.make_store(settings)
    try:
        yield bootstrap.make_engine(settings, store), settings
    finally:
        store.close()


@contextmanager
def opened_demo(database: str | None) -> Iterator[tuple[Engine, Settings]]:
    """The same; a database that holds demonstration accounts is a demonstration, whatever the environment says."""
    settings = read_settings(database)
    store = bootstrap.make_store(settings)
    try:
        if bootstrap.is_demo(store):
            settings = replace(settings, demo=True)
        yield bootstrap.make_engine(settings, store), settings
    finally:
        store.close()


def read_answers(text: str | None) -> dict[str, Any]:
    """Read answers given as JSON, or as @FILE, or as - for standard input. Invalid when that is no JSON object."""
    if text is None:
        return {}
    if text == "-":
        source = sys.stdin.read()
    elif text.startswith("@"):
        source = Path(text[1:]).read_text("utf-8")
    else:
        source = text
    try:
        answers = orjson.loads(source)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"答复不是有效的 JSON：{error}", message_en=f"The answers are not JSON: {error}") from error
    if not isinstance(answers, dict):
        raise Invalid("答复应为 JSON 对象。", message_en="The answers must be a JSON object.")
    return answers


def show_json(document: Any) -> None:
    click.echo(orjson.dumps(tagged.plain(document), option=orjson.OPT_INDENT_2).decode())


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Print rows as JSON or as an aligned table."""
    if as_json:
        show_json([{key: value for key, value in row.items() if not isinstance(value, bytes)} for row in rows])
        return
    if not rows:
        click.echo(empty)
        return
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(_width(line[index]) for line in [list(columns), *cells]) for index in range(len(columns))]
    for line in [list(columns), *cells]:
        click.echo("  ".join(_pad(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(str(item) for item in value)
    return "" if value is None else str(tagged.plain(value))


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line, err=True)
