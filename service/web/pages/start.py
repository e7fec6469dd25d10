"""发起: the processes that I may start, and the form that starts one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from service.engine.reads import get_case
from service.web import auth, current
from service.web.pages import foretold, laws, offered, receipt
from service.web.pages.form_card import start_card
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.startable import list_startable, look_at
from service.web.translations import gettext as _


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/start", "start", start)
    blueprint.add_url_rule("/start/<process>", "start_form", start_form)
    blueprint.add_url_rule("/start/<process>/discard", "discard_start", discard_start, methods=["POST"])
    blueprint.add_url_rule("/cases/<case_id>/filed", "case_filed", case_filed)


def start() -> ResponseReturnValue:
    with reading() as reader:
        groups: dict[tuple[str, bool], list[dict[str, Any]]] = {}
        mine = [one.definition for one in list_startable(reader.connection, reader.actor) if one.refused is None]
        for definition in mine:
            group = (definition.regulation, offered.is_about_existing(definition))
            groups.setdefault(group, []).append(offered.offer(reader, definition))
        return render(
            "start.html",
            reader,
            unfiled=offered.unfiled_of(reader, startable=[definition.key for definition in mine]),
            groups=[
                {
                    "title": _regulation(reader, regulation),
                    "kind": _("针对已有项目的事项") if about else _("新的事项"),
                    "processes": found,
                }
                for (regulation, about), found in sorted(groups.items())
            ],
        )


def start_form(process: str) -> ResponseReturnValue:
    with reading() as reader:
        definition = reader.machine.library.latest(reader.connection, process)
        found = look_at(definition, reader.actor)
        found.ensure()
        return render(
            "start_form.html",
            reader,
            process=offered.offer(reader, definition),
            form={
                **start_card(reader, definition, unit=found.unit),
                "foretold": foretold.after_start(reader, definition, unit=found.unit),
            },
            laws=laws.laws_of(definition.start.values("article"), reader.rules.catalogue, lang=reader.lang),
        )


def discard_start(process: str) -> ResponseReturnValue:
    """Delete the draft of an application, with the files that only it carries."""
    account, machine = auth.require_account().name, current.engine().machine
    with machine.store.read() as connection:
        definition = machine.library.latest(connection, process)
    form = definition.form_of(definition.start)
    if form is not None:
        current.engine().discard_draft(f"start:{process}", form, {}, by=account)
    flash(_("草稿已删除。"))
    return redirect(url_for("pages.start"), 303)


def case_filed(case_id: str) -> ResponseReturnValue:
    """Say that a case was filed, with what its rules remarked, and show it."""
    with reading() as reader:
        row = get_case(reader.machine, reader.connection, case_id, reader.actor)
        flash(_("已提交，编号 %(key)s。", key=row.business_key))
        receipt.remember(row.id)
    return redirect(url_for("pages.case", case_id=case_id), 303)


def _regulation(reader: Reader, regulation: str) -> str:
    known = reader.rules.catalogue.regulations.get(regulation)
    if known is None:
        return _("通用")
    return known.en if reader.english else known.zh
