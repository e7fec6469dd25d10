"""`chengxu register`: what the registers hold, and entries from YAML files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from service import tagged
from service.cli.surroundings import OPERATOR, database_option, json_option, opened, say, show, show_json
from service.engine.bundle import read_bundle
from service.engine.registering import import_entries
from service.errors import Invalid, NotFound
from service.settings import Settings
from service.store.registers import Registers


@click.group()
def register() -> None:
    """List and import register entries."""


@register.command("list")
@click.argument("name")
@json_option
@database_option
def list_command(name: str, as_json: bool, database: str | None) -> None:
    """List the entries of the register NAME."""
    with opened(database) as (engine, settings), engine.machine.store.read() as connection:
        title = str(_schema(settings, name).get("title", ""))
        records = Registers(connection).search(name)
    if as_json:
        show_json([{"key": one.key, "version": one.version, "data": tagged.plain(dict(one.data))} for one in records])
        return
    rows = [{"key": one.key, "version": one.version, "title": one.data.get(title)} for one in records]
    show(rows, ["key", "version", "title"], as_json=False, empty="台账中没有记录。")


@register.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check, and tell what would change.")
@json_option
@database_option
def import_command(name: str, file: Path, dry_run: bool, as_json: bool, database: str | None) -> None:
    """Import entries of the register NAME from FILE (YAML: key to fields); all or none."""
    entries = read_file(file.read_bytes())
    with opened(database) as (engine, settings):
        changed = import_entries(engine.machine, _schema(settings, name), entries, by=OPERATOR, dry_run=dry_run)
    if as_json:
        show_json({"changed": list(changed), "unchanged": len(entries) - len(changed), "dry_run": dry_run})
    else:
        say([f"{'将' if dry_run else '已'}写入 {len(changed)} 条，{len(entries) - len(changed)} 条没有变化。"])


def read_file(source: bytes) -> Mapping[str, Mapping[str, Any]]:
    """Read {key: {field: value}}. Invalid when it is anything else."""
    try:
        document = yaml.safe_load(source)
    except yaml.YAMLError as error:
        raise Invalid(f"文件不是有效的 YAML：{error}", message_en=f"The file is not YAML: {error}") from error
    if not isinstance(document, dict) or not all(isinstance(entry, dict) for entry in document.values()):
        raise Invalid("文件应为“编号: 字段”的映射。", message_en="The file must map keys to fields.")
    return {str(key): entry for key, entry in document.items()}


def _schema(settings: Settings, name: str) -> Mapping[str, Any]:
    found = read_bundle(settings.root, handlers=False).registers
    if name not in found:
        listed = "、".join(sorted(found))
        raise NotFound(f"没有台账 {name}。现有：{listed}", message_en=f"There is no register {name}. There are: {listed}")
    schema: Mapping[str, Any] = found[name]
    return schema
