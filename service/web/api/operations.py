"""How the machine fares: processes with their open cases, workers, the queue, the database."""

from __future__ import annotations

import marshmallow as ma
from flask.wrappers import Response
from marshmallow import fields

from service.engine import operations
from service.engine.operations import LIVES
from service.web import current
from service.web.answers import reply
from service.web.api.routing import endpoint, make_blueprint
from service.web.auth import current_actor

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
        }
    )


@endpoint(blueprint, "GET", "/operations/processes", answer=ProcessFiguresListShape)
def list_processes() -> Response:
    """List every version of every process with its open cases, and what is overdue, failed or stuck in it."""
    rows = operations.list_processes(current.engine().machine, current_actor())
    return reply({"items": [row._asdict() for row in rows]})
