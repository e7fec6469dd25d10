"""What lists are asked for in their address: words, filters, order, page. Shared by the workspace and the list of cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from service.engine.list_asking import Wanted, read_wanted
from service.engine.searching import split_terms
from service.store.reads import TaskFilter
from service.web.pages.reading import Reader

ROWS = 50
FILTERS = ("q", "process", "unit", "status", "sort", "view", "step", "due", "amount_from", "amount_to")
#: More words than this narrow nothing further, and each costs a look-up.
TERMS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The parameters of a list page; empty ones are None."""

    q: str | None
    process: str | None
    unit: str | None
    status: str | None
    sort: str | None
    view: str | None
    after: str | None
    step: str | None = None
    due: str | None = None
    amount_from: str | None = None
    amount_to: str | None = None

    def wanted(self, now: datetime) -> Wanted:
        """All that narrows the list, and what of it could not be understood."""
        return read_wanted(self.filters, now=now)

    @property
    def where(self) -> TaskFilter:
        terms = tuple(dict.fromkeys(split_terms(self.q or "")))[:TERMS]
        return TaskFilter(process=self.process, unit=self.unit, terms=terms)

    @property
    def filters(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in FILTERS}

    @property
    def query(self) -> str:
        """The address without the list and the page: what a saved view keeps."""
        return urlencode({name: value for name, value in self.filters.items() if value and name != "view"})

    def pages(self, after: str | None) -> dict[str, str | None]:
        """Addresses of the first and the next page of what was asked."""
        kept: dict[str, Any] = {name: value for name, value in self.filters.items() if value}
        endpoint = request.endpoint or ""
        return {
            "first_url": url_for(endpoint, **kept) if self.after else None,
            "next_url": url_for(endpoint, **kept, after=after) if after else None,
        }


def asked() -> Asked:
    """Read the address of this request."""

    def value(name: str) -> str | None:
        return request.args.get(name, "").strip()[:200] or None

    return Asked(
        q=value("q"), process=value("process"), unit=value("unit"), status=value("status"), sort=value("sort"),
        view=value("view"), after=value("after"), step=value("step"), due=value("due"), amount_from=value("amount_from"),
        amount_to=value("amount_to"),
    )  # fmt: skip


def choices(reader: Reader) -> dict[str, list[dict[str, Any]]]:
    """The processes and units that lists can be filtered by."""
    return {
        "processes": [{"id": key, "name": name} for key, name in reader.processes.items()],
        "units": [{"id": key, "name": name} for key, name in reader.units.items()],
    }
