"""`chengxu new`: the first version of a process, a handler, a form or a register, with a scenario that tries it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import yaml

from service import bootstrap
from service.cli import scaffold
from service.cli.surroundings import read_settings, say
from service.engine.bundle import read_bundle
from service.engine.lint.document import read
from service.errors import Conflict, Invalid, NotFound

Command = TypeVar("Command", bound=Callable[..., Any])

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SHARED = "shared"

_regulation = click.option("--regulation", metavar="ID", help="A regulation or its folder, such as pj-2020; without one: shared.")
_folder = click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to put the files; without one: this checkout."
)
_title = click.option("--title", help="The Chinese name that people read.")


@click.group()
def new() -> None:
    """Write the first version of something, with a scenario that tries it. Overwrites nothing."""


@new.command()
@click.argument("name")
@_regulation
@_title
@click.option("--role", help="Who files the start form.")
@click.option("--reviewer", help="Who decides.")
@_folder
def process(
    name: str, regulation: str | None, title: str | None, role: str | None, reviewer: str | None, folder: Path | None
) -> None:
    """Draw a process NAME: a start form, a review, a decision; with its forms and a scenario that walks every flow."""
    _ensure_name(name)
    where = _where(regulation)
    for known in read_bundle(read_settings().root).diagrams:
        if Path(known).stem == name:
            raise Conflict(f"流程 {name} 已存在：{known}", message_en=f"There is a process {name} already: {known}")
    people = _people(where, role, reviewer)
    _write(scaffold.process(name, where, title or f"{name}（请命名）", people), folder)


@new.command()
@click.argument("name")
@_regulation
@_folder
def handler(name: str, regulation: str | None, folder: Path | None) -> None:
    """Write an inline handler NAME that refuses an amount of zero, with a scenario for both sides of that boundary."""
    _ensure_name(name)
    if name in bootstrap.handler_names(read_settings().root / "handlers"):
        raise Conflict(f"处理程序 {name} 已存在。", message_en=f"There is a handler {name} already.")
    _write(scaffold.handler(name, _where(regulation)), folder)


@new.command()
@click.argument("name")
@_title
@_folder
def form(name: str, title: str | None, folder: Path | None) -> None:
    """Write the form NAME, which is PROCESS.ELEMENT of a diagram that exists, with a scenario that fills it in."""
    root = folder or read_settings().root
    process_id, _, element_id = name.partition(".")
    if not element_id:
        raise Invalid("表单名称应为 流程.环节，如 project_application.intake_check。", message_en="A form is PROCESS.ELEMENT.")
    for file, data in read_bundle(root, handlers=False).diagrams.items():
        if Path(file).stem != process_id:
            continue
        element = read(file, data).elements.get(element_id)
        if element is None or element.kind not in ("userTask", "startEvent"):
            raise NotFound(
                f"{file} 中没有名为 {element_id} 的用户任务或开始事件；请先在图上画出。",
                message_en=f"{file} has no user task or start event {element_id}; draw it first.",
            )
        named = any(node.get("formId") == name for node in element.extensions("formDefinition"))
        where = Path(file).parent.name
        _write(scaffold.form(process_id, element_id, where, title or element.name or element_id, used=named), folder)
        if not named:
            say([f'请在图上为 {element_id} 设置 zeebe:formDefinition formId="{name}"。'])
        return
    raise NotFound(f"没有流程 {process_id}；请先新建流程。", message_en=f"There is no process {process_id}; make it first.")


@new.command()
@click.argument("name")
@_regulation
@_title
@_folder
def register(name: str, regulation: str | None, title: str | None, folder: Path | None) -> None:
    """Describe a register NAME with a few typed fields, with a scenario that reads an entry."""
    _ensure_name(name)
    if name in read_bundle(read_settings().root, handlers=False).registers:
        raise Conflict(f"台账 {name} 已存在。", message_en=f"There is a register {name} already.")
    where = _where(regulation)
    _write(scaffold.register(name, where, title or f"{name}（请命名）", _regulation_id(where)), folder)


def _write(files: Mapping[str, str], folder: Path | None) -> None:
    """Write all files or none; Conflict names those that exist."""
    root = folder or read_settings().root
    taken = [file for file in files if (root / file).exists()]
    if taken:
        raise Conflict(f"文件已存在，没有改动：{'、'.join(taken)}", message_en=f"Nothing was written: {', '.join(taken)} exist.")
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        click.echo(file)
    there = f" --folder {folder}" if folder else ""
    say([f"下一步 next: chengxu check{f' {folder}' if folder else ''}；chengxu scenario run{there} {root / file}"])


def _ensure_name(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) < 3:
        raise Invalid(
            f"名称“{name}”应为小写英文单词加下划线，如 site_visit。",
            message_en=f"'{name}' should be lower-case words with underscores, such as site_visit.",
        )


def _regulations() -> dict[str, str]:
    """The folder of each regulation that is shipped, by its id."""
    found = {}
    for file, document in read_bundle(read_settings().root, handlers=False).regulations.items():
        if isinstance(document, Mapping) and isinstance(document.get("regulation"), Mapping):
            found[str(document["regulation"]["id"])] = Path(file).parent.name
    return found


def _where(regulation: str | None) -> str:
    """The folder of a regulation, which may be given by its id or by the folder's own name."""
    known = _regulations()
    if regulation is None or regulation == _SHARED:
        return _SHARED
    if regulation in known.values():
        return regulation
    if regulation not in known:
        listed = "、".join(sorted(known))
        raise NotFound(f"没有法规 {regulation}；已有：{listed}", message_en=f"There is no regulation {regulation}; use {listed}.")
    return known[regulation]


def _regulation_id(where: str) -> str | None:
    return next((id for id, folder in _regulations().items() if folder == where), None)


def _people(where: str, role: str | None, reviewer: str | None) -> tuple[scaffold.Person, scaffold.Person]:
    """Who files and who decides: two roles with an account of the demonstration each."""
    root = read_settings().root
    accounts = yaml.safe_load((root / "processes" / "demo.yaml").read_text("utf-8"))["accounts"]
    holders = {held: each for each in reversed(accounts) for held in each["roles"]}
    roles: dict[str, Mapping[str, Any]] = {}
    for file, document in read_bundle(root, handlers=False).regulations.items():
        if where in (_SHARED, Path(file).parent.name) and isinstance(document, Mapping):
            roles |= {entry["id"]: entry for entry in document.get("roles") or ()}
    usable = [id for id, entry in roles.items() if id in holders and entry.get("acts", True)]
    starter = role or next(iter(usable), None)
    others = [id for id in usable if id != starter and roles[id].get("scope") == "all" and roles[id].get("reads") == "all"]
    decider = reviewer or next(iter(others), None)
    found = []
    for wanted in (starter, decider):
        if wanted is None or wanted not in roles or wanted not in holders:
            missing, missing_en = wanted or f"{where} 的角色", wanted or f"a role of {where}"
            raise NotFound(
                f"没有演示账号担任 {missing}，场景无人办理；请用 --role、--reviewer 指定，或在 processes/demo.yaml 中增加账号。",
                message_en=f"No account holds {missing_en}: choose by --role and --reviewer, or add accounts to demo.yaml.",
            )
        found.append(scaffold.Person(role=wanted, role_name=str(roles[wanted]["zh"]), account=str(holders[wanted]["name"])))
    return found[0], found[1]
