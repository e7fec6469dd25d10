"""Gauges for Prometheus: what stands still, what waits, whether workers live.

GET /metrics on loopback needs nothing; GET /api/v1/metrics takes a token of a monitor or system administrator from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request

from service.engine.stuck.reading import ensure_may_see
from service.errors import NotAllowed
from service.store import gauges
from service.web import auth, current
from service.web.auth import current_actor

blueprint = Blueprint("metrics", __name__)
_LOOPBACK = ("127.0.0.1", "::1")


@blueprint.get("/metrics")
@auth.public
def show() -> Response:
    """Every gauge, for whoever asks on this machine."""
    if request.remote_addr not in _LOOPBACK or "X-Forwarded-For" in request.headers:
        raise NotAllowed(
            "只能从本机读取；从其他机器请带令牌读取 /api/v1/metrics。", rule="loopback",
            message_en="Only this machine reads this; from others ask /api/v1/metrics with a token.",
        )  # fmt: skip
    return _gauges()


@blueprint.get("/api/v1/metrics")
def show_with_token() -> Response:
    """Every gauge, for monitors, system administrators and auditors."""
    ensure_may_see(current.engine().machine, current_actor())
    return _gauges()


def _gauges() -> Response:
    machine = current.engine().machine
    with machine.store.read() as connection:
        read = gauges.read_gauges(connection, legal=machine.clock.now(), machine=machine.clock.machine())
    return Response("\n".join([*_lines(read), ""]), content_type="text/plain; version=0.0.4; charset=utf-8")


def _lines(read: gauges.Gauges) -> Iterator[str]:
    yield from _family("chengxu_stuck", "Rows of the monitor of stuck cases.", "cause", read.stuck)
    yield from _family("chengxu_cases_open", "Cases that run or are suspended.", "process", read.cases)
    yield from _family("chengxu_jobs", "Jobs that are not done.", "state", read.jobs)
    yield from _family("chengxu_tasks_open", "Tasks that wait for people.", "status", read.tasks)
    yield from _family("chengxu_worker_silence_seconds", "Since when a worker has not been heard of.", "worker", read.silence)
    yield from _one("chengxu_oldest_due_job_seconds", "How long the oldest due job has waited.", read.oldest)
    yield from _one("chengxu_monitor_age_seconds", "Since when the monitor has not looked.", read.monitor)
    yield from _one("chengxu_database_bytes", "Size of the database.", read.size)


def _family(name: str, help_: str, label: str, values: tuple[tuple[str, float], ...]) -> Iterator[str]:
    yield f"# HELP {name} {help_}"
    yield f"# TYPE {name} gauge"
    for value, number in values:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        yield f'{name}{{{label}="{escaped}"}} {number:g}'


def _one(name: str, help_: str, number: float | None) -> Iterator[str]:
    if number is not None:
        yield f"# HELP {name} {help_}"
        yield f"# TYPE {name} gauge"
        yield f"{name} {number:g}"
