"""Why a case waits: one sentence per waiting thing, and who can solve it."""

from __future__ import annotations

from typing import Any

from flask.wrappers import Response

from service.engine import reads
from service.engine.waiting_for import WaitingFor, list_waiting_for
from service.store import people
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.wait_shapes import WaitingListShape
from service.web.auth import current_actor

blueprint = make_blueprint("waits", "Why cases wait.")


@endpoint(blueprint, "GET", "/cases/<case_id>/waiting", answer=WaitingListShape)
def show_waiting(case_id: str) -> Response:
    """Tell what an open case waits for, and who can solve it; nothing for one that has ended."""
    machine, actor = current.engine().machine, current_actor()
    with machine.store.read() as connection:
        row = reads.get_case(machine, connection, case_id, actor)
        found = list_waiting_for(machine, connection, row, actor)
        names = people.display_names(connection, [account for one in found for each in (one, *one.inner) for account in each.who])
    return reply({"items": [{**_line(one, names), "inner": [_line(inner, names) for inner in one.inner]} for one in found]})


def _line(one: WaitingFor, names: dict[str, str]) -> dict[str, Any]:
    return {
        "cause": one.cause, "solver": one.solver, "case": one.case, "element": one.element, "step": one.step,
        "message": one.said.zh, "message_en": one.said.en, "since": one.since, "due_at": one.due_at,
        "who": [{"account": account, "name": names.get(account, account)} for account in one.who],
        "why": [{"zh": sentence.zh, "en": sentence.en} for sentence in one.why],
        "task": one.task, "job": one.job, "child": one.child, "error": one.error,
    }  # fmt: skip
