"""How the machine fares: processes with their open cases, workers, the queue, the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields

from service.engine import operations
from service.engine.diagram_figures import read_figures
from service.engine.operations import LIVES
from service.errors import NotFound
from service.store.reads import definition_xml
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.arguments import Arguments
from service.web.auth import current_actor
from service.web.diagrams import send_diagram

blueprint = make_blueprint("operations", "How the machine fares, for monitors, system administrators and auditors.")


class WorkerShape(ma.Schema):
    id = fields.String(required=True)
    silence_seconds = fields.Float(required=True)
    lives = fields.Boolean(required=True)


class QueueShape(ma.Schema):
    kind = fields.String(required=True)
    state = fields.String(required=True)
    number = fields.Integer(required=True)
    first_due = fields.DateTime(required=True)


class ParkedShape(ma.Schema):
    handler = fields.String(required=True)
    number = fields.Integer(required=True)


class OperationsShape(ma.Schema):
    workers = fields.List(fields.Nested(WorkerShape), required=True)
    queue = fields.List(fields.Nested(QueueShape), required=True)
    parked = fields.List(fields.Nested(ParkedShape), required=True)
    oldest_due_job_seconds = fields.Float(required=True)
    monitor_age_seconds = fields.Float(required=True, allow_none=True)
    database_bytes = fields.Integer(required=True)
    calendar_years = fields.List(
        fields.Integer(), required=True, metadata={"description": "years whose holiday notice is loaded"}
    )
    tasks_due_beyond = fields.Integer(
        required=True, metadata={"description": "open tasks due after the last of these years: their day may still move"}
    )


class ProcessFiguresShape(ma.Schema):
    process = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    regulation = fields.String(required=True)
    status = fields.String(required=True)
    open = fields.Integer(required=True, metadata={"description": "open cases of this version"})
    overdue = fields.Integer(required=True, metadata={"description": "of all versions of the process, as are the two below"})
    incidents = fields.Integer(required=True)
    stuck = fields.Integer(required=True)


class ProcessFiguresListShape(ma.Schema):
    items = fields.List(fields.Nested(ProcessFiguresShape), required=True)


class ElementFiguresShape(ma.Schema):
    element = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    standing = fields.Integer(required=True, metadata={"description": "tasks, jobs and messages that open cases wait for here"})
    overdue = fields.Integer(required=True)
    incidents = fields.Integer(required=True)
    stuck = fields.Integer(required=True)
    ended = fields.Integer(required=True, metadata={"description": "how many ended tasks the two durations are of"})
    median_seconds = fields.Integer(required=True, allow_none=True)
    p95_seconds = fields.Integer(required=True, allow_none=True)
    deadline = fields.String(required=True, allow_none=True)
    legal_seconds = fields.Integer(
        required=True, allow_none=True, metadata={"description": "about its legal period in seconds of the calendar"}
    )


class VersionFiguresShape(ma.Schema):
    version = fields.Integer(required=True)
    open = fields.Integer(required=True)


class ProcessDiagramShape(ma.Schema):
    process = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True, allow_none=True, metadata={"description": "null: all versions"})
    versions = fields.List(fields.Nested(VersionFiguresShape), required=True)
    elements = fields.List(fields.Nested(ElementFiguresShape), required=True)
    elsewhere = fields.Integer(required=True, metadata={"description": "what waits at elements that this diagram has not"})


class VersionQuery(Arguments):
    version = fields.Integer(load_default=None, validate=ma.validate.Range(min=1, max=999_999))


@endpoint(blueprint, "GET", "/operations", answer=OperationsShape)
def show_operations() -> Response:
    """Tell which workers live, what the queue holds, and how large the database is."""
    read = operations.read_operations(current.engine().machine, current_actor())
    gauges = read.gauges
    return reply(
        {
            "workers": [
                {"id": name, "silence_seconds": seconds, "lives": seconds <= LIVES.total_seconds()}
                for name, seconds in gauges.silence
            ],
            "queue": [row._asdict() for row in read.queue],
            "parked": [row._asdict() for row in read.parked],
            "oldest_due_job_seconds": gauges.oldest or 0.0,
            "monitor_age_seconds": gauges.monitor,
            "database_bytes": int(gauges.size),
            "calendar_years": read.calendar.years,
            "tasks_due_beyond": read.calendar.beyond,
        }
    )


@endpoint(blueprint, "GET", "/operations/processes", answer=ProcessFiguresListShape)
def list_processes() -> Response:
    """List every version of every process with its open cases, and what is overdue, failed or stuck in it."""
    rows = operations.list_processes(current.engine().machine, current_actor())
    return reply({"items": [row._asdict() for row in rows]})


@endpoint(blueprint, "GET", "/operations/processes/<process>", answer=ProcessDiagramShape, query=VersionQuery)
def show_process_figures(query: Mapping[str, Any], process: str) -> Response:
    """Tell what stands at each element of a process, what failed or is late there, and how long it takes."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        found = read_figures(machine, connection, current_actor(), process, query["version"])
    return reply(
        {
            "process": process, "name": found.definition.name, "version": found.version, "elsewhere": found.elsewhere,
            "versions": [{"version": one.version, "open": one.open} for one in found.versions],
            "elements": [
                {
                    "element": one.element.id, "name": one.element.name, "kind": one.element.kind, "standing": one.standing,
                    "overdue": one.overdue, "incidents": one.incidents, "stuck": one.stuck, "ended": one.ended,
                    "median_seconds": one.median, "p95_seconds": one.p95, "legal_seconds": one.legal,
                    "deadline": one.period.id if one.period is not None else None,
                }
                for one in found.elements
            ],
        }
    )  # fmt: skip


@endpoint(
    blueprint, "GET", "/operations/processes/<process>/diagram", answer=None, content_type="application/xml", query=VersionQuery
)
def show_process_diagram(query: Mapping[str, Any], process: str) -> Response:
    """Give the BPMN of a version of a process, the newest without `version`."""
    machine = current.engine().machine
    with machine.store.read() as connection:
        found = read_figures(machine, connection, current_actor(), process, query["version"])
        xml = definition_xml(connection, process, found.definition.digest)
    if xml is None:
        raise NotFound("流程图不存在。", message_en="The diagram is gone.")
    return send_diagram(xml, process=process, digest=found.definition.digest)
