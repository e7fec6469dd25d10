"""Traceability: what carries out each article of a regulation, and which lines of a case's history are its evidence."""

from __future__ import annotations

from flask.wrappers import Response

from service.engine import reads, tracing
from service.errors import NotFound
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.trace_shapes import EvidenceListShape, TraceShape
from service.web.auth import current_actor

blueprint = make_blueprint("trace", "What carries out each article, and what a case is evidence of.")


@endpoint(blueprint, "GET", "/trace/<regulation>", answer=TraceShape)
def show_trace(regulation: str) -> Response:
    """Show for each article the elements, rules, deadlines, forms and scenario files that carry it out."""
    current_actor()
    machine = current.engine().machine
    with machine.store.read() as connection:
        traced = tracing.trace_published(connection, machine.rules, current.scenarios())
    if regulation not in traced.articles:
        raise NotFound(f"没有流程执行法规 {regulation}。", message_en=f"No procedure carries out the regulation {regulation}.")
    return reply({"regulation": regulation, "items": [row.as_json() for row in traced.articles[regulation]]})


@endpoint(blueprint, "GET", "/cases/<case_id>/trace", answer=EvidenceListShape)
def list_evidence(case_id: str) -> Response:
    """List the lines of history of a case, and of those below it, that are evidence of an article; by article, then in time."""
    machine, actor = current.engine().machine, current_actor()
    with machine.store.read() as connection:
        reads.get_case(machine, connection, case_id, actor)
        found = tracing.list_evidence(machine, connection, case_id, actor=actor)
    return reply({"items": [line.as_json() for line in found]})
