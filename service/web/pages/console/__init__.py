"""The administrator's console, below /console/. Each module has an `add_to(blueprint)`."""

from flask import Blueprint

from service.web.pages.console import (
    alerts,
    all_cases,
    archive,
    batches,
    calendar,
    matrix,
    migrating,
    outlets,
    people,
    processes,
    steering,
    stuck,
    trust,
    units,
    workers,
)

MODULES = (
    alerts, all_cases, archive, batches, calendar, matrix, migrating,
    outlets, people, processes, steering, stuck, trust, units, workers,
)  # fmt: skip


def add_to(blueprint: Blueprint) -> None:
    for module in MODULES:
        module.add_to(blueprint)
