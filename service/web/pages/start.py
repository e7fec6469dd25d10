"""发起: the processes that I may start, and the form that starts one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from service.engine.definitions import Definition
from service.engine.reads import get_case
from service.web.pages import laws, receipt
from service.web.pages.form_card import start_card
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.startable import list_startable, look_at
from service.web.translations import gettext as _


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/start", "start", start)
    blueprint.add_url_rule("/start/<process>", "start_form", start_form)
    blueprint.add_url_rule("/cases/<case_id>/filed", "case_filed", case_filed)


def start() -> ResponseReturnValue:
    with reading() as reader:
        groups: dict[str, list[dict[str, Any]]] = {}
        for one in list_startable(reader.connection, reader.actor):
            if one.refused is None:
                groups.setdefault(one.definition.regulation, []).append(_offer(reader, one.definition))
        return render(
            "start.html",
            reader,
            groups=[{"title": _regulation(reader, name), "processes": offered} for name, offered in groups.items()],
        )


def start_form(process: str) -> ResponseReturnValue:
    with reading() as reader:
        definition = reader.machine.library.latest(reader.connection, process)
        found = look_at(definition, reader.actor)
        found.ensure()
        return render(
            "start_form.html",
            reader,
            process=_offer(reader, definition),
            form=start_card(reader, definition, unit=found.unit),
            laws=laws.laws_of(definition.start.values("article"), reader.rules.catalogue, lang=reader.lang),
            next_people=None,
        )


def case_filed(case_id: str) -> ResponseReturnValue:
    """Say that a case was filed, with what its rules remarked, and show it."""
    with reading() as reader:
        row = get_case(reader.machine, reader.connection, case_id, reader.actor)
        flash(_("已提交，编号 %(key)s。", key=row.business_key))
        receipt.remember(row.id)
    return redirect(url_for("pages.case", case_id=case_id), 303)


def _offer(reader: Reader, definition: Definition) -> dict[str, Any]:
    articles = definition.start.values("article")
    return {
        "id": definition.key,
        "name": definition.name,
        "summary": definition.start.name,
        "url": url_for("pages.start_form", process=definition.key),
        "article": laws.short_cite(articles, reader.rules.catalogue, within=definition.regulation, english=reader.english),
    }


def _regulation(reader: Reader, regulation: str) -> str:
    known = reader.rules.catalogue.regulations.get(regulation)
    if known is None:
        return _("通用")
    return known.en if reader.english else known.zh
