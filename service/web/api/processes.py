"""Processes and their start forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.wrappers import Response

from service.engine import reads
from service.tagged import plain
from service.web import current, gate
from service.web.answers import reply
from service.web.api.asks import Draft
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import ProcessListShape, SavedShape, StartShape
from service.web.auth import current_actor, require_account
from service.web.schemas import form_schema, saved
from service.web.startable import Startable, list_startable, look_at

blueprint = make_blueprint("processes", "What can be started.")


@endpoint(blueprint, "GET", "/processes", answer=ProcessListShape)
def list_processes() -> Response:
    """List the published processes, and which of them the account may start."""
    with current.engine().machine.store.read() as connection:
        found = list_startable(connection, current_actor())
    return reply({"items": [_line(one) for one in found]})


@endpoint(blueprint, "GET", "/processes/<process>", answer=StartShape)
def show_process(process: str) -> Response:
    """Show a process with its start form and one's own draft of it."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        found = look_at(machine.library.latest(connection, process), current_actor())
        view = reads.view_start(machine, connection, process, current_actor()) if found.refused is None else None
    return reply(
        {
            **_line(found),
            "form": form_schema(found.definition.form_of(found.start)) if found.start is not None else None,
            "variables": plain(view.variables) if view is not None else {},
            "draft": saved(view.draft, view.draft_at) if view is not None else None,
            "articles": found.start.values("article") if found.start is not None else (),
            "refused": found.refused.message if found.refused is not None else None,
        }
    )


@endpoint(blueprint, "PUT", "/processes/<process>/draft", answer=SavedShape, body=Draft)
def save_start_draft(body: Mapping[str, Any], process: str) -> Response:
    """Keep what has been entered into a start form, unchecked.

    A form may have a first question (property `gate`); before its opening answer nothing else is kept, and a closing answer
    deletes the draft and its files.
    """
    engine = current.engine()
    with engine.machine.store.read() as connection:
        found = look_at(engine.machine.library.latest(connection, process), current_actor())
    found.ensure()
    form = found.definition.form_of(found.definition.start)
    at = gate.save_draft(form, f"start:{process}", body["variables"], by=require_account().name)
    return reply({"saved_at": at})


def _line(one: Startable) -> dict[str, Any]:
    made = one.definition
    return {
        "id": made.key, "name": made.name, "version": made.version, "regulation": made.regulation,
        "startable": one.refused is None,
    }  # fmt: skip
