"""Deputies: who stands in for the account, and for whom it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.wrappers import Response

from service.store import people
from service.store.people import DelegationRow
from service.web import current
from service.web.answers import reply
from service.web.api.asks import Deputy, Reason
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import DeputyListShape, DeputyShape, EndedShape
from service.web.auth import require_account

blueprint = make_blueprint("deputies", "Who stands in for whom.")


@endpoint(blueprint, "GET", "/deputies", answer=DeputyListShape)
def list_deputies() -> Response:
    """List whom the account has named, and for whom it stands in; without those that were taken back."""
    with current.engine().machine.store.read() as connection:
        found = people.list_delegations(connection, require_account().name)
        names = people.display_names(connection, [name for row in found for name in (row.account, row.deputy)])
    return reply({"items": [_shown(row, names) for row in found]})


@endpoint(blueprint, "POST", "/deputies", answer=DeputyShape, status=201, body=Deputy)
def name_deputy(body: Mapping[str, Any]) -> Response:
    """Have somebody of the same role stand in for oneself, from a day to a day, both included."""
    engine = current.engine()
    row = engine.name_deputy(
        deputy=body["deputy"], role=body["role"], start=body["from_"], until=body["until"], reason=body["reason"],
        by=require_account().name,
    )  # fmt: skip
    with engine.machine.store.read() as connection:
        names = people.display_names(connection, [row.account, row.deputy])
    return reply(_shown(row, names), 201)


@endpoint(blueprint, "DELETE", "/deputies/<delegation_id>", answer=EndedShape, query=Reason)
def end_deputy(query: Mapping[str, Any], delegation_id: str) -> Response:
    """Take back what one has given."""
    current.engine().end_deputy(delegation_id, reason=query["reason"], by=require_account().name)
    return reply({"id": delegation_id, "ended": True})


def _shown(row: DelegationRow, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row.id, "account": row.account, "account_name": names.get(row.account, row.account), "deputy": row.deputy,
        "deputy_name": names.get(row.deputy, row.deputy), "role": row.role, "from": row.start, "until": row.until,
        "reason": row.reason, "created_at": row.created_at,
    }  # fmt: skip
