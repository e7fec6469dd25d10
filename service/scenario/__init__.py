"""Scenarios: a procedure told as given, when and then in YAML, played against an engine of its own or over HTTP.

scenario = read(path)                              faults are an InvalidDefinition with their lines
with Ground() as ground, ground.driver(scenario) as driver:
    report = play(scenario, driver)                report.passed, report.steps
"""

from __future__ import annotations

from service.scenario.ground import Ground
from service.scenario.model import Scenario
from service.scenario.playing import play
from service.scenario.reading import read
from service.scenario.report import Report, as_json, as_lines

__all__ = ["Ground", "Report", "Scenario", "as_json", "as_lines", "play", "read"]
