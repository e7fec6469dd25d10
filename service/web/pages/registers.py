"""台账: the registers that I may read, their entries, one entry with its versions, and sheets in and out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import account_import
from service.engine.register_asking import read_wanted
from service.engine.register_import import may_import
from service.engine.register_reading import Sight, get_record, get_sight, list_sights, versions_of
from service.engine.register_schema import RegisterSchema
from service.errors import InvalidAnswers
from service.store.register_lists import Wanted, list_records
from service.web import auth
from service.web.bodies import takes_file
from service.web.pages import register_imports, register_words
from service.web.pages.frame import render
from service.web.pages.listing import ROWS
from service.web.pages.reading import Reader, reading
from service.web.register_sheets import send_sheet, send_template
from service.web.translations import gettext as _


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/registers", "registers", registers)
    blueprint.add_url_rule("/registers/<name>", "register", register)
    blueprint.add_url_rule("/registers/<name>/export", "register_export", export)
    blueprint.add_url_rule("/registers/<name>/template", "register_template", template)
    blueprint.add_url_rule("/registers/<name>/import", "register_import", import_page)
    blueprint.add_url_rule("/registers/<name>/import", "register_import_post", import_post, methods=["POST"])
    blueprint.add_url_rule("/registers/<name>/records/<path:key>", "register_record", record)


def registers() -> ResponseReturnValue:
    with reading() as reader:
        sights = list_sights(reader.actor, reader.machine.book, reader.rules.registers)
        listed = [_line(reader, sight) for sight in sights]
        if may_import(reader.actor, account_import.SCHEMA):
            listed.append(_accounts(reader))
        return render("registers.html", reader, registers=listed)


def register(name: str) -> ResponseReturnValue:
    with reading() as reader:
        sight = get_sight(reader.actor, reader.machine, name)
        given = {field.id: text for field in sight.schema.filters if (text := request.args.get(field.id, "").strip()[:200])}
        q, after = request.args.get("q", "").strip()[:200], request.args.get("after") or None
        page = list_records(reader.connection, name, _wanted(sight, q, given), after=after, limit=ROWS)
        kept: dict[str, Any] = {**({"q": q} if q else {}), **given}
        return render(
            "register.html",
            reader,
            register=_line(reader, sight),
            columns=register_words.columns(reader, sight.schema),
            records=[register_words.row(reader, sight.schema, one) for one in page.records],
            filters=register_words.filters(reader, sight.schema, given),
            q=q,
            export_url=url_for("pages.register_export", name=name, **kept),
            first_url=url_for("pages.register", name=name, **kept) if after else None,
            next_url=url_for("pages.register", name=name, **kept, after=page.after) if page.after else None,
        )


def record(name: str, key: str) -> ResponseReturnValue:
    with reading() as reader:
        sight = get_sight(reader.actor, reader.machine, name)
        found = get_record(reader.connection, sight, key)
        versions = versions_of(reader.machine, reader.connection, reader.actor, found)
        return render(
            "register_record.html",
            reader,
            register=_line(reader, sight),
            record=register_words.whole(reader, sight.schema, found),
            versions=[register_words.version(reader, sight.schema, one) for one in versions],
        )


def export(name: str) -> ResponseReturnValue:
    with reading() as reader:
        sight = get_sight(reader.actor, reader.machine, name)
        given = {field.id: text for field in sight.schema.filters if (text := request.args.get(field.id, "").strip()[:200])}
        wanted = _wanted(sight, request.args.get("q", "").strip()[:200], given)
        english = reader.english
    return send_sheet(sight.schema, wanted, english=english)


def template(name: str) -> ResponseReturnValue:
    with reading() as reader:
        return send_template(register_imports.get_schema(reader, name), english=reader.english)


def import_page(name: str) -> ResponseReturnValue:
    with reading() as reader:
        return _import_page(reader, register_imports.get_schema(reader, name))


@takes_file
def import_post(name: str) -> ResponseReturnValue:
    with reading() as reader:
        schema = register_imports.get_schema(reader, name)
    answer = register_imports.take(schema, request.form, request.files.get("file"), by=auth.require_account().name)
    if answer.report is not None and answer.report.done and not answer.report.passwords:
        flash(_("已导入：新增 %(new)s 条，更新 %(changed)s 条。", **register_imports.counts(answer.report)))
        return redirect(url_for("pages.registers" if name == account_import.ACCOUNT else "pages.register", name=name), 303)
    with reading() as reader:
        return _import_page(reader, schema, answer), 422 if answer.faults else 200


def _import_page(reader: Reader, schema: RegisterSchema, answer: register_imports.Answer | None = None) -> str:
    return render(
        "register_import.html",
        reader,
        name=schema.name,
        title=schema.label(english=reader.english),
        back_url=_back(schema.name),
        fields=register_words.described(reader, schema),
        **register_imports.in_words(reader, schema, answer or register_imports.Answer()),
    )


def _back(name: str) -> str:
    return url_for("pages.registers") if name == account_import.ACCOUNT else url_for("pages.register", name=name)


def _wanted(sight: Sight, q: str, given: dict[str, str]) -> Wanted:
    """What the address asks for; values that no field can have find nothing instead of an error page."""
    try:
        return read_wanted(sight, q=q, equals=given)
    except InvalidAnswers:
        return Wanted(q=q, within=(sight.schema.indexing.fields[0], frozenset()))


def _line(reader: Reader, sight: Sight) -> dict[str, Any]:
    schema = sight.schema
    imports = may_import(reader.actor, schema)
    return {
        "name": schema.name,
        "title": schema.label(english=reader.english),
        "url": url_for("pages.register", name=schema.name),
        "law": register_words.law(reader, schema),
        "own": sight.within is not None,
        "import_url": url_for("pages.register_import", name=schema.name) if imports else None,
    }


def _accounts(reader: Reader) -> dict[str, Any]:
    url = url_for("pages.register_import", name=account_import.ACCOUNT)
    title = account_import.SCHEMA.label(english=reader.english)
    return {"name": account_import.ACCOUNT, "title": title, "url": url, "law": None, "own": False, "import_url": url}
