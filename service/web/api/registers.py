"""Registers: what they hold, every version of an entry, sheets in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.wrappers import Response
from werkzeug.datastructures import FileStorage

from service.engine import account_import
from service.engine.register_asking import read_wanted
from service.engine.register_import import Action, Report, ensure_may_import, import_rows, may_import
from service.engine.register_reading import get_record, get_sight, list_sights, versions_of
from service.engine.register_schema import RegisterSchema
from service.engine.sheets import read_upload
from service.errors import Invalid
from service.sdk import Record
from service.store.register_lists import list_records
from service.tagged import plain
from service.web import current
from service.web.answers import reply
from service.web.api.register_shapes import (
    EntryListShape,
    ImportFile,
    ImportQuery,
    RecordShape,
    RegisterListShape,
    RegisterQuery,
    ReportShape,
    changes_of,
)
from service.web.api.routing import endpoint, make_blueprint
from service.web.auth import current_actor, require_account
from service.web.bodies import takes_file
from service.web.register_sheets import send_sheet

blueprint = make_blueprint("registers", "Master data with versions.")


@endpoint(blueprint, "GET", "/registers", answer=RegisterListShape)
def list_registers() -> Response:
    """List the registers that the account sees anything of, with their fields."""
    machine, actor = current.engine().machine, current_actor()
    sights = list_sights(actor, machine.book, machine.rules.registers)
    return reply({"items": [_described(sight.schema, may_import(actor, sight.schema)) for sight in sights]})


@endpoint(blueprint, "GET", "/registers/<name>", answer=EntryListShape, query=RegisterQuery)
def list_entries(query: Mapping[str, Any], name: str) -> Response:
    """List the entries that the account may read. Any searchable field is a parameter of its own name."""
    machine = current.engine().machine
    sight = get_sight(current_actor(), machine, name)
    wanted = read_wanted(sight, q=query["q"], sort=query["sort"], equals=query["fields_"])
    with machine.store.read() as connection:
        page = list_records(connection, name, wanted, after=query["after"] or query["cursor"], limit=query["limit"])
    return reply({"items": [_entry(sight.schema, record) for record in page.records], "after": page.after})


@endpoint(blueprint, "GET", "/registers/<name>/export", answer=None, content_type="application/octet-stream", query=RegisterQuery)
def export_entries(query: Mapping[str, Any], name: str) -> Response:
    """Give the entries that the account may read, narrowed as in the list, as an xlsx sheet."""
    sight = get_sight(current_actor(), current.engine().machine, name)
    wanted = read_wanted(sight, q=query["q"], sort=query["sort"], equals=query["fields_"])
    return send_sheet(sight.schema, wanted, english=False)


@endpoint(blueprint, "POST", "/registers/<name>/import", answer=ReportShape, query=ImportQuery, files=ImportFile)
@takes_file
def import_entries(query: Mapping[str, Any], files: Mapping[str, FileStorage], name: str) -> Response:
    """Import the file `file`, all rows or none. Try it first: the report of the dry run has the digest that the import needs."""
    machine = current.engine().machine
    schema = account_import.SCHEMA if name == account_import.ACCOUNT else get_sight(current_actor(), machine, name).schema
    ensure_may_import(current_actor(), schema)
    if not query["dry_run"] and not query["digest"]:
        raise Invalid(
            "请先试导入（dry_run=true），再带上其 digest 导入。", message_en="Try it first, and give the digest of the dry run."
        )
    rows, faults = read_upload(schema, files["file"].filename or "", files["file"].stream)
    report = import_rows(
        machine, schema, rows, faults, by=require_account().name, dry_run=query["dry_run"], digest=query["digest"]
    )
    return reply(_report(schema, report))


@endpoint(blueprint, "GET", "/registers/<name>/<path:key>", answer=RecordShape)
def show_entry(name: str, key: str) -> Response:
    """Show an entry with its versions, the newest first: who wrote each, when, in which case, and what it changed."""
    machine, actor = current.engine().machine, current_actor()
    sight = get_sight(actor, machine, name)
    with machine.store.read() as connection:
        record = get_record(connection, sight, key)
        versions = versions_of(machine, connection, actor, record)
    return reply(
        {
            **_entry(sight.schema, record),
            "versions": [
                {
                    "version": one.number, "at": one.at, "actor": one.actor, "actor_name": one.actor_name,
                    "case": {"id": one.case_id, "title": one.case_title} if one.case_id else None,
                    "changes": changes_of(sight.schema.fields, plain(list(one.changes))),
                }
                for one in versions
            ],
        }
    )  # fmt: skip


def _described(schema: RegisterSchema, imports: bool) -> dict[str, Any]:
    return {
        "name": schema.name, "zh": schema.zh, "en": schema.en, "regulation": schema.regulation, "title": schema.title,
        "key": {"id": schema.key.id, "zh": schema.key.zh, "en": schema.key.en}, "may_import": imports,
        "fields": [
            {
                "id": field.id, "type": field.type, "zh": field.zh, "en": field.en, "required": field.required,
                "searchable": field.id in schema.indexing.fields,
                "choices": [{"value": value, "zh": zh, "en": en} for value, (zh, en) in field.choices.items()],
            }
            for field in schema.fields.values()
        ],
    }  # fmt: skip


def _entry(schema: RegisterSchema, record: Record) -> dict[str, Any]:
    return {
        "register": record.register, "key": record.key, "version": record.version,
        "title": schema.title_of(record.key, record.data), "data": plain(dict(record.data)),
    }  # fmt: skip


def _report(schema: RegisterSchema, report: Report) -> dict[str, Any]:
    return {
        "register": report.register, "done": report.done, "digest": report.digest,
        "counts": {action.value: report.count(action) for action in Action},
        "lines": [
            {
                "row": line.row, "key": line.key, "title": line.title, "action": line.action.value,
                "changes": changes_of(schema.fields, plain(list(line.changes))),
            }
            for line in report.lines
        ],
        "faults": [
            {"row": one.row, "key": one.key, "field": one.field, "message": one.zh, "message_en": one.en}
            for one in report.faults
        ],
        "passwords": dict(report.passwords),
    }  # fmt: skip
