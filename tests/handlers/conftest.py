"""A context for one handler: variables in, findings out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest

from service.clock import SHANGHAI
from service.sdk import CaseFacts, Context, Record


class Registers:
    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.records = {(record.register, record.key): record for record in records}

    def read(self, register: str, key: str) -> Record | None:
        return self.records.get((register, key))

    def search(self, register: str, **equals: Any) -> Iterable[Record]:
        return [record for record in self.records.values() if record.register == register]


@pytest.fixture
def context() -> Callable[..., Context]:
    """Make a context on 2026-08-20 of a case of 市教育局."""

    def make(
        variables: Mapping[str, Any], *, headers: Mapping[str, str] | None = None, records: Iterable[Record] = ()
    ) -> Context:
        now = datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI)
        case = CaseFacts(
            id="c1",
            business_key="PJ-2026-0001",
            process="project_application",
            unit="jiaoyu",
            started_by="clerk",
            started_on=now.date(),
        )
        return Context(variables=variables, headers=headers or {}, case=case, now=now, registers=Registers(records))

    return make


@pytest.fixture
def blocked() -> Callable[[Context], list[tuple[str, str]]]:
    """List (rule, field) of the blocking findings of a context."""
    return lambda context: [(found.rule, found.field) for found in context.findings if found.level == "block"]
