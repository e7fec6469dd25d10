"""The administrator's console, below /console/. Each module has an `add_to(blueprint)`."""

from flask import Blueprint

from service.web.pages.console import (
    all_cases,
    batches,
    matrix,
    migrating,
    people,
    processes,
    steering,
    stuck,
    trust,
    units,
    workers,
)

MODULES = (all_cases, batches, matrix, migrating, people, processes, steering, stuck, trust, units, workers)


def add_to(blueprint: Blueprint) -> None:
    for module in MODULES:
        module.add_to(blueprint)
