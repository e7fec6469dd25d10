"""A register as a file to download, for the API and for pages."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from flask import send_file
from flask.wrappers import Response

from service.engine.register_schema import RegisterSchema
from service.engine.sheets import write_sheet
from service.sdk import Record
from service.store import Connection
from service.store.reads import MAX_LIMIT, unit_names
from service.store.register_lists import Wanted, list_records
from service.web import current

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_sheet(schema: RegisterSchema, wanted: Wanted, *, english: bool) -> Response:
    """Send all entries that are wanted as an xlsx sheet."""
    stream = BytesIO()
    with current.engine().machine.store.read() as connection:
        records = _all(connection, schema.name, wanted)
        write_sheet(schema, records, units=unit_names(connection), english=english, stream=stream)
    return send_stream(stream, schema.label(english=english))


def send_stream(stream: BytesIO, name: str) -> Response:
    """Send a sheet that was written, under a name without its ending."""
    stream.seek(0)
    response = send_file(stream, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx", max_age=0)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _all(connection: Connection, register: str, wanted: Wanted) -> Iterator[Record]:
    after: str | None = None
    while True:
        page = list_records(connection, register, wanted, after=after, limit=MAX_LIMIT)
        yield from page.records
        if page.after is None:
            return
        after = page.after


def send_template(schema: RegisterSchema, *, english: bool) -> Response:
    """Send an empty sheet with the columns of a register."""
    stream = BytesIO()
    write_sheet(schema, (), units={}, english=english, stream=stream)
    return send_stream(stream, schema.label(english=english))
