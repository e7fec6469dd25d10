"""The readable table: ours, floor, budget, the peer's figure, verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from budgets import BUDGETS, Budget

_HEAD = ("what", "ours", "floor", "budget", "peer", "verdict")


def table(report: Mapping[str, Any]) -> str:
    """Lay the report out, one budget a line."""
    lines = [_HEAD, *(_line(budget, report) for budget in BUDGETS)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([rows[0], "-" * len(rows[0]), *rows[1:]])


def broken(report: Mapping[str, Any]) -> list[Budget]:
    """The budgets that a measured figure exceeds."""
    found = ((budget, budget.find(report)) for budget in BUDGETS)
    return [budget for budget, figure in found if figure is not None and not budget.kept(figure)]


def _line(budget: Budget, report: Mapping[str, Any]) -> tuple[str, ...]:
    figure = budget.find(report)
    sign = "≥" if budget.least else "≤"
    limit = f"{sign} {budget.limit:g} {budget.unit}".rstrip()
    if figure is None:
        return (budget.what, "–", "", limit, budget.peer, "not measured")
    ours, floor = f"{figure:g} {budget.unit}".rstrip(), ""
    section = report[budget.path[0]]
    if budget.path[-1] == "ratio_to_floor":
        ours = f"{section['median_ms']:.2f} ms = {ours}"
        floor = f"{section['floor_ms']:.2f} ms"
    return (budget.what, ours, floor, limit, budget.peer, "kept" if budget.kept(figure) else "EXCEEDED")
