"""Definitions compiled once and kept by their digest: the parsed process and its forms, shared by all threads."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service import dmn
from service.engine import kernel
from service.engine.seals import Seal, find_seals
from service.errors import NotFound
from service.forms import Form
from service.forms import compile as compile_form
from service.store import Connection
from service.store import definitions as rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version of a process, ready to run."""

    key: str
    version: int
    digest: str
    name: str
    regulation: str
    process: kernel.Process
    forms: Mapping[str, Form]
    decisions: Mapping[str, dmn.Model]
    #: Lists of the house that a form offers for choice, by form id: it needs them as variables of these names.
    offers: Mapping[str, frozenset[str]]
    #: What is closed to some readers of a case, and until when.
    seals: tuple[Seal, ...] = ()

    @property
    def start(self) -> kernel.Element:
        """The plain start event, by which people and callers start a case; NotFound when only messages or timers start it."""
        for element in self.process.elements.values():
            if element.kind == "startEvent" and element.parent is None and element.event is None:
                return element
        raise NotFound(f"流程“{self.name}”不能由人工发起。", message_en=f"{self.key} is started by messages or timers only.")

    def form_of(self, element: kernel.Element) -> Form | None:
        return None if element.form is None else self.forms.get(element.form)

    def setting(self, name: str, start: kernel.Element | None = None) -> str | None:
        """A property of the start event (the plain one unless another is given) or else of the process: title, business_key, …"""
        start = start or self._start_or_none()
        values = (start.values(name) if start is not None else ()) or self.process.values(name)
        return values[0] if values else None

    def _start_or_none(self) -> kernel.Element | None:
        try:
            return self.start
        except NotFound:
            return None


def compile_definition(row: rows.DefinitionRow) -> Definition:
    """Parse a stored definition; InvalidDefinition when it was published by a version that allowed more."""
    process = kernel.parse(row.xml, process=row.key)
    forms = {form_id: compile_form(schema) for form_id, schema in row.forms.items()}
    return Definition(
        key=row.key,
        version=row.version,
        digest=row.digest,
        name=row.name,
        regulation=row.regulation,
        process=process,
        forms=forms,
        seals=find_seals(process, forms),
        decisions={decision: dmn.parse(model.encode()) for decision, model in row.decisions.items()},
        offers={form_id: frozenset(key for key in LISTS if _offers(schema, key)) for form_id, schema in row.forms.items()},
    )


#: Lists that forms may take their options from (`valuesKey`).
LISTS = ("units", "projects", "all_projects", "lots", "experts", "systems")


def _offers(schema: Any, key: str) -> bool:
    """Whether a field anywhere in a form takes its options from the variable `key`."""
    if isinstance(schema, Mapping):
        return schema.get("valuesKey") == key or any(_offers(inner, key) for inner in schema.values())
    return isinstance(schema, list) and any(_offers(inner, key) for inner in schema)


class Library:
    """All definitions that this process has met."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Definition] = {}
        self._lock = threading.Lock()

    def get(self, connection: Connection, key: str, digest: str) -> Definition:
        """The version that a running case is pinned to."""
        found = self._known.get((key, digest))
        if found is None:
            row = rows.find_by_digest(connection, key, digest)
            if row is None:
                raise NotFound(f"流程定义 {key}（{digest[:12]}）不存在。", message_en=f"Definition {key} {digest[:12]} is gone.")
            found = self._keep(row)
        return found

    def latest(self, connection: Connection, key: str) -> Definition:
        """The newest published version."""
        row = rows.find_latest(connection, key)
        if row is None:
            raise NotFound(f"没有名为 {key} 的流程。", message_en=f"There is no process {key}.")
        found = self._known.get((key, row.digest))
        return found if found is not None and found.version == row.version else self._keep(row)

    def _keep(self, row: rows.DefinitionRow) -> Definition:
        compiled = compile_definition(row)
        with self._lock:
            return self._known.setdefault((row.key, row.digest), compiled)
