"""The administrator's console, below /console/. Each module has an `add_to(blueprint)`."""

from flask import Blueprint

from service.web.pages.console import batches, migrating, steering, stuck, trust

MODULES = (batches, migrating, steering, stuck, trust)


def add_to(blueprint: Blueprint) -> None:
    for module in MODULES:
        module.add_to(blueprint)
