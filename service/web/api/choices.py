"""Search in the lists that forms offer, for what is not among the entries that a form gets at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.wrappers import Response

from service.access import Actor
from service.engine import offering
from service.engine.machine import Machine
from service.engine.reads import view_task
from service.engine.register_reading import get_sight
from service.engine.starting import ensure_may_start
from service.errors import NotFound
from service.store import Connection
from service.web import current
from service.web.answers import reply
from service.web.api.asks import ChoiceQuery
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import OptionListShape
from service.web.auth import current_actor

blueprint = make_blueprint("choices", "Entries of registers to choose from in forms.")


@endpoint(blueprint, "GET", "/choices/<name>", answer=OptionListShape, query=ChoiceQuery)
def search_choices(query: Mapping[str, Any], name: str) -> Response:
    """Find at most 20 entries of a list by words.

    With `task` or `process` it is what that form offers to whoever may open it; else what the account reads of the register.
    """
    if name not in offering.REGISTERS:
        raise _no_list()
    machine, actor = current.engine().machine, current_actor()
    with machine.store.read() as connection:
        within = _within(machine, connection, actor, name, task=query["task"], process=query["process"])
        items = offering.search(connection, name, query["q"], within=within)
    return reply({"items": items})


def _within(
    machine: Machine, connection: Connection, actor: Actor, name: str, *, task: str | None, process: str | None
) -> tuple[str, frozenset[str]] | None:
    if task:
        view = view_task(machine, connection, task, actor)
        lists, unit = offering.offered_by(view.definition, view.form), view.case.unit
    elif process:
        definition = machine.library.latest(connection, process)
        unit = ensure_may_start(machine, definition, actor)
        lists = offering.offered_by(definition, definition.form_of(definition.start))
    else:
        return get_sight(actor, machine, offering.REGISTERS[name].register).within
    if name not in lists:
        raise _no_list()
    return offering.of_unit(name, unit)


def _no_list() -> NotFound:
    return NotFound("没有这个选项清单。", message_en="There is no such list of choices.")
