"""`chengxu law`: what the catalogue says today, official texts beside our summaries, and figures changed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
import yaml

from service.cli.surroundings import OPERATOR, database_option, json_option, opened, opened_demo, say, show, show_json
from service.engine.facade import Engine
from service.errors import Invalid, NotFound
from service.law import Article, Catalogue, Parameter, Period
from service.sdk import Write
from service.store.registers import Registers, write_register

#: The register that holds the official texts that an installer adds, by article id: {"text": …}. None is shipped.
TEXTS = "law_text"
KINDS = ("regulation", "article", "fragment", "period", "parameter", "role")


@click.group()
def law() -> None:
    """Look up articles, periods and parameters; import official texts."""


@law.command("list")
@click.option("--regulation", help="Only what stands in this regulation (pj-2020, js-138, platform).")
@click.option("--kind", type=click.Choice(KINDS), help="Only entries of this kind.")
@json_option
@database_option
def list_command(regulation: str | None, kind: str | None, as_json: bool, database: str | None) -> None:
    """List the entries of the catalogue; of periods and parameters, each version."""
    with opened(database) as (engine, _):
        rows = [
            row
            for row in _rows(engine.machine.rules.catalogue)
            if kind in (None, row["kind"]) and regulation in (None, row["regulation"])
        ]
    show(rows, ["kind", "id", "zh", "value", "from", "practice"], as_json=as_json, empty="目录中没有这样的条目。")


@law.command("show")
@click.argument("id")
@json_option
@database_option
def show_command(id: str, as_json: bool, database: str | None) -> None:
    """Show the article, fragment, period or parameter ID in both languages, with the official text if there is one."""
    with opened(database) as (engine, _):
        catalogue = engine.machine.rules.catalogue
        found = [row for row in _rows(catalogue) if row["id"] == id]
        if not found:
            raise NotFound(f"目录中没有 {id}。", message_en=f"The catalogue has no {id}.")
        with engine.machine.store.read() as connection:
            text = Registers(connection).read(TEXTS, id)
    official = text.data["text"] if text else None
    if as_json:
        show_json({"id": id, "versions": found, "official_text": official})
        return
    for row in found:
        for key, value in row.items():
            if value not in (None, "", [], ()):
                click.echo(f"{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    if official:
        click.echo(f"official_text: {official}")


@law.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@database_option
def import_command(file: Path, as_json: bool, database: str | None) -> None:
    """Put the official texts of FILE (YAML: article id to text) beside the summaries."""
    texts = read_texts(file.read_text("utf-8"))
    with opened(database) as (engine, _):
        stored = store_texts(engine, texts, by=OPERATOR)
    if as_json:
        show_json({"stored": list(stored)})
    else:
        say([f"已导入 {len(stored)} 条官方文本，{len(texts) - len(stored)} 条没有变化。"])


@law.group()
def parameter() -> None:
    """Change figures that no article gives."""


@parameter.command("set")
@click.argument("name")
@click.argument("value")
@click.option("--by", required=True, metavar="ACCOUNT", help="A system administrator.")
@click.option("--reason", required=True, help="Why; it stands in the record.")
@click.option("--from", "start", metavar="DAY", help="The first day on which it counts (2027-01-01); today when left out.")
@click.option("--open-cases", is_flag=True, help="Cases that have started go by it too.")
@json_option
@database_option
def set_command(
    name: str, value: str, by: str, reason: str, start: str | None, open_cases: bool, as_json: bool, database: str | None
) -> None:
    """Set the practice parameter NAME to VALUE from a day on."""
    with opened_demo(database) as (engine, _):
        day = read_day(start) if start is not None else engine.machine.clock.now().date()
        change = engine.set_parameter(name, value, from_date=day, applies_to_open_cases=open_cases, reason=reason, by=by)
    if as_json:
        shown = {"value": change.value, "from": change.start, "applies_to_open_cases": change.applies_to_open_cases}
        show_json({"name": name, **shown})
    else:
        say([f"{name} 自 {change.start} 起为 {change.value}。"])


def read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"日期“{text}”无法识别，请写成 2027-01-01。", message_en=f"{text} is no day: write 2027-01-01.") from error


def read_texts(source: str) -> dict[str, str]:
    """Read {article id: text} from YAML. Invalid when it is anything else."""
    try:
        document = yaml.safe_load(source)
    except yaml.YAMLError as error:
        raise Invalid(f"文件不是有效的 YAML：{error}", message_en=f"The file is not YAML: {error}") from error
    if (
        not isinstance(document, dict)
        or not document
        or not all(isinstance(key, str) and isinstance(value, str) and value.strip() for key, value in document.items())
    ):
        raise Invalid(
            "文件应为“条文编号: 文本”的映射，文本不为空。",
            message_en="The file must map article ids to texts that are not empty.",
        )
    return {key: value.strip() for key, value in document.items()}


def store_texts(engine: Engine, texts: Mapping[str, str], *, by: str) -> tuple[str, ...]:
    """Store the texts that are new or changed, all or none; returns their ids. Invalid names every id that is no article."""
    catalogue = engine.machine.rules.catalogue
    if unknown := [id for id in texts if id not in catalogue.articles and id not in catalogue.fragments]:
        named = "、".join(unknown)
        raise Invalid(f"目录中没有这些条文：{named}。", message_en=f"The catalogue has no article {', '.join(unknown)}.")
    stored = []
    with engine.machine.store.write() as connection:
        known = Registers(connection)
        for id, text in texts.items():
            entry = known.read(TEXTS, id)
            if entry is None or entry.data["text"] != text:
                write = Write(register=TEXTS, key=id, data={"text": text}, expected=entry.version if entry else 0)
                write_register(connection, write, actor=by, case_id=None, at=engine.machine.clock.now())
                stored.append(id)
    return tuple(stored)


def _rows(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for regulation in catalogue.regulations.values():
        yield {
            "kind": "regulation", "id": regulation.id, "regulation": regulation.id, "zh": regulation.zh, "en": regulation.en,
            "value": regulation.number, "from": regulation.in_force,
        }  # fmt: skip
    for article in catalogue.articles.values():
        yield _text(article, "article")
    for fragment in catalogue.fragments.values():
        yield _text(fragment, "fragment")
    for periods in catalogue.periods.values():
        yield from map(_period, periods)
    for parameters in catalogue.parameters.values():
        yield from map(_parameter, parameters)
    for role in catalogue.roles.values():
        yield {
            "kind": "role", "id": role.id, "regulation": role.regulation, "zh": role.zh, "en": role.en,
            "articles": list(role.articles),
        }  # fmt: skip


def _text(article: Article, kind: str) -> dict[str, Any]:
    return {
        "kind": kind, "id": article.id, "regulation": article.regulation, "ref": article.ref, "heading": article.heading,
        "zh": article.zh, "en": article.en,
    }  # fmt: skip


def _period(period: Period) -> dict[str, Any]:
    return {
        "kind": "period", "id": period.id, "regulation": period.regulation, "zh": period.zh, "en": period.en,
        "value": str(period.length), "unit": period.unit.value, "roll": period.roll, **_dated(period),
        "reminders": [lead.label for lead in period.leads], "actor": period.actor, "reminds": list(period.reminds),
        "escalates_to": list(period.escalates_to),
    }  # fmt: skip


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "kind": "parameter", "id": parameter.id, "regulation": parameter.regulation, "zh": parameter.zh, "en": parameter.en,
        "value": parameter.value, **_dated(parameter), "applies_to_open_cases": parameter.applies_to_open_cases,
    }  # fmt: skip


def _dated(entry: Period | Parameter) -> dict[str, Any]:
    return {
        "from": entry.start, "until": entry.until, "practice": entry.practice, "articles": list(entry.articles),
    }  # fmt: skip
