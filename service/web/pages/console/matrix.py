"""谁能做什么: roles across, steps down; what each role starts and does, and who holds it. For reading and printing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service.engine.duty_matrix import ProcessDuties, StepDuty, read_matrix
from service.engine.list_sheets import MOST_ROWS, write_list
from service.errors import NotFound
from service.store.people_lists import list_roles_held
from service.web.pages.console.people_tabs import people_tabs
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.register_sheets import send_stream
from service.web.translations import gettext as _

#: Stands for the regulation of processes that several regulations share.
SHARED = "shared"
#: Of how many holders of a role the page gives the names.
_NAMES = 8


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/matrix", "console_matrix", show)
    blueprint.add_url_rule("/console/matrix.xlsx", "console_matrix_sheet", sheet)


def show() -> ResponseReturnValue:
    with reading() as reader:
        matrix = read_matrix(reader.machine, reader.connection, reader.actor)
        regulation, shown, processes = _chosen(reader, matrix)
        roles = _roles(shown)
        held = list_roles_held(reader.connection)
        return render(
            "console/matrix.html", reader, tabs=people_tabs(),
            filters={"regulation": regulation, "process": request.args.get("process")},
            regulations=[{"id": one, "name": _regulation(reader, one)} for one in _regulations(matrix)],
            choices=[{"id": one.definition.key, "name": one.definition.name} for one in processes],
            title=_regulation(reader, regulation),
            roles=[
                {
                    "id": role, "name": reader.role(role),
                    "holders": [f"{name}（{unit}）" for _account, name, unit in held.get(role, [])][:_NAMES],
                    "number": len(held.get(role, [])), "url": url_for("pages.console_people", role=role),
                }
                for role in roles
            ],
            processes=[
                {
                    "name": one.definition.name, "url": url_for("pages.console_process", process=one.definition.key),
                    "steps": [
                        {"name": _step(step), "cells": [_mark(step, role) for role in roles], "named": _named(step)}
                        for step in one.steps
                    ],
                }
                for one in shown
            ],
            sheet_url=url_for("pages.console_matrix_sheet", regulation=regulation, process=request.args.get("process")),
        )  # fmt: skip


def sheet() -> ResponseReturnValue:
    with reading() as reader:
        matrix = read_matrix(reader.machine, reader.connection, reader.actor)
        _regulation_id, shown, _processes = _chosen(reader, matrix)
        roles, stream, title = _roles(shown), BytesIO(), _("谁能做什么")
        header = [_("流程"), _("环节"), *(reader.role(role) for role in roles), _("案件指定的人")]
        write_list(title, header, _rows(shown, roles), more=_("只导出了前 %(n)s 条，请先筛选。", n=MOST_ROWS), stream=stream)
        return send_stream(stream, f"{title} {reader.now.date().isoformat()}")


def _rows(shown: Sequence[ProcessDuties], roles: Sequence[str]) -> Iterator[list[Any]]:
    for one in shown:
        for step in one.steps:
            marks = [mark["words"] if (mark := _mark(step, role)) else "" for role in roles]
            yield [one.definition.name, _step(step), *marks, _named(step) or ""]


def _chosen(reader: Reader, matrix: Sequence[ProcessDuties]) -> tuple[str, Sequence[ProcessDuties], Sequence[ProcessDuties]]:
    """The regulation of the address, what is shown of it, and all its processes."""
    known, process = _regulations(matrix), request.args.get("process")
    named = next((_of(one) for one in matrix if one.definition.key == process), None)
    regulation = request.args.get("regulation") or named or next((one for one in known if one != SHARED), SHARED)
    if regulation not in known and known:
        raise NotFound(f"没有流程执行法规 {regulation[:40]}。", message_en=f"No procedure carries out {regulation[:40]}.")
    processes = [one for one in matrix if _of(one) == regulation and one.steps]
    chosen = process if process in {one.definition.key for one in processes} else None
    return regulation, [one for one in processes if chosen in (None, one.definition.key)], processes


def _of(one: ProcessDuties) -> str:
    return one.definition.regulation or SHARED


def _regulations(matrix: Sequence[ProcessDuties]) -> list[str]:
    return list(dict.fromkeys(_of(one) for one in matrix if one.steps))


def _roles(shown: Sequence[ProcessDuties]) -> list[str]:
    """The roles that have something to do there, in the order in which it comes to them."""
    return list(dict.fromkeys(role for one in shown for step in one.steps for role in sorted(step.roles)))


def _mark(step: StepDuty, role: str) -> dict[str, str] | None:
    if role not in step.roles:
        return None
    if step.starts:
        return {"sign": "▶", "words": _("发起")}
    return {"sign": "◆", "words": _("签署")} if step.signs else {"sign": "●", "words": _("办理")}


def _step(step: StepDuty) -> str:
    return step.element.name or (_("发起") if step.starts else step.element.id)


def _named(step: StepDuty) -> str | None:
    return _("案件指定的人") if step.named or not (step.roles or step.starts) else None


def _regulation(reader: Reader, regulation: str) -> str:
    if regulation == SHARED:
        return _("通用流程")
    known = reader.rules.catalogue.regulations.get(regulation)
    return regulation if known is None else known.en if reader.english else known.zh
