"""The figures of the regulations, and changing those that no article gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask.wrappers import Response

from service.engine import parameters as engine_parameters
from service.law import Parameter
from service.store import parameters as rows
from service.web import current
from service.web.answers import reply
from service.web.api.asks import ParameterChange
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import ParameterListShape, ParameterShape
from service.web.auth import require_account

blueprint = make_blueprint("parameters", "The dated figures of the regulations.")


@endpoint(blueprint, "GET", "/parameters", answer=ParameterListShape)
def list_parameters() -> Response:
    """List every parameter with its value today and its versions, oldest first."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        changes = rows.list_changes(connection)
    items = [_shown(name, changes) for name in machine.rules.catalogue.parameters]
    return reply({"items": items})


@endpoint(blueprint, "GET", "/parameters/<name>", answer=ParameterShape)
def show_parameter(name: str) -> Response:
    """Show one parameter."""
    with current.engine().machine.store.read() as connection:
        changes = rows.list_changes(connection, name)
    return reply(_shown(name, changes))


@endpoint(blueprint, "POST", "/parameters/<name>", answer=ParameterShape, body=ParameterChange)
def set_parameter(body: Mapping[str, Any], name: str) -> Response:
    """Change a practice parameter from a day on; for system administrators."""
    current.engine().set_parameter(
        name, body["value"], from_date=body["from_"], applies_to_open_cases=body["applies_to_open_cases"], reason=body["reason"],
        by=require_account().name,
    )  # fmt: skip
    return show_parameter(name)


def _shown(name: str, changes: Iterable[rows.ParameterChange]) -> dict[str, Any]:
    machine = current.engine().machine
    held = engine_parameters.current(machine, name, machine.clock.now().date())
    by_hand = {(one.start, one.at): one for one in changes if one.name == name}
    return {
        "id": held.id, "regulation": held.regulation, "name": held.zh, "name_en": held.en, "value": held.value,
        "practice": held.practice, "articles": held.articles, "min": held.least, "max": held.most, "choices": held.choices,
        "versions": [_version(one, by_hand) for one in machine.rules.catalogue.list_parameter_versions(name)],
    }  # fmt: skip


def _version(one: Parameter, changes: Mapping[Any, rows.ParameterChange]) -> dict[str, Any]:
    change = changes.get((one.start, one.since)) if one.since is not None else None
    return {
        "value": one.value, "from": one.start, "until": one.until, "applies_to_open_cases": one.applies_to_open_cases,
        "set_by": change.actor if change else None, "set_at": change.at if change else None,
        "reason": change.reason if change else None,
    }  # fmt: skip
