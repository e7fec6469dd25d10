"""Who one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask.wrappers import Response

from service.access import actor_queues
from service.store import reads as rows
from service.store.worklists import count_new
from service.web import current
from service.web.answers import reply
from service.web.api.asks import CountsQuery
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import CountsShape, MeShape
from service.web.auth import current_actor, require_account

blueprint = make_blueprint("me", "Who one is.")


@endpoint(blueprint, "GET", "/me", answer=MeShape)
def show_me() -> Response:
    """Show the account that asks, with the roles it holds in units."""
    account, machine = require_account(), current.engine().machine
    with machine.store.read() as connection:
        units = rows.unit_names(connection)
    names = {role.id: role.zh for role in machine.book.roles.values()}
    memberships = [
        {"role": role, "role_name": names.get(role, role), "unit": unit, "unit_name": units.get(unit, unit)}
        for role, unit in account.memberships
    ]
    return reply({"name": account.name, "display_name": account.display_name, "memberships": memberships})


@endpoint(blueprint, "GET", "/me/counts", answer=CountsShape, query=CountsQuery)
def count_tasks(query: Mapping[str, Any]) -> Response:
    """Count the tasks that wait (1000 for more), and those that have come in since. 304 when nothing has changed (ETag)."""
    actor, machine = current_actor(), current.engine().machine
    whose: dict[str, Any] = {
        "account": actor.account,
        "queues": actor_queues(actor, machine.book),
        "principals": actor.principals,
    }
    with machine.store.read() as connection:
        todo = rows.count_todo(connection, **whose)
        fresh = count_new(connection, since=query["since"], **whose) if query["since"] else 0
    response = reply({"todo": todo, "new": fresh})
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
