"""Who one is."""

from __future__ import annotations

from flask.wrappers import Response

from service.store import reads as rows
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import MeShape
from service.web.auth import require_account

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
