"""A context for one handler: variables in, findings out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.clock import SHANGHAI
from service.law import Catalogue
from service.sdk import CaseFacts, Context, Record

ROOT = Path(__file__).parents[2]


class Registers:
    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.records = {(record.register, record.key): record for record in records}

    def read(self, register: str, key: str) -> Record | None:
        return self.records.get((register, key))

    def search(self, register: str, **equals: Any) -> Iterable[Record]:
        found = [record for record in self.records.values() if record.register == register]
        return [record for record in found if all(record.data.get(name) == value for name, value in equals.items())]

    def search_alike(self, register: str, texts: Mapping[str, str], *, limit: int = 100, **equals: Any) -> Iterable[Record]:
        """All of them: what a sieve leaves of so few."""
        return self.search(register, **equals)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped law."""
    files = sorted((ROOT / "processes").glob("*/regulation.yaml"))
    return Catalogue.from_yaml_data(yaml.safe_load(file.read_bytes()) for file in files)


@pytest.fixture
def context(catalogue: Catalogue) -> Callable[..., Context]:
    """Make a context on 2026-08-20 of a case of 市教育局, with the shipped parameters; `law` has others."""

    def make(
        variables: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        records: Iterable[Record] = (),
        law: Mapping[str, Any] | None = None,
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

        def parameter(name: str) -> Any:
            return law[name] if law and name in law else catalogue.get_parameter(name, on=now.date()).value

        return Context(
            variables=variables, headers=headers or {}, case=case, now=now, registers=Registers(records), parameters=parameter
        )

    return make


@pytest.fixture
def blocked() -> Callable[[Context], list[tuple[str, str]]]:
    """List (rule, field) of the blocking findings of a context."""
    return lambda context: [(found.rule, found.field) for found in context.findings if found.level == "block"]


@pytest.fixture
def levels() -> Callable[[Context], list[tuple[str, str, str]]]:
    """List (rule, level, field) of all findings of a context."""
    return lambda context: [(found.rule, found.level.value, found.field) for found in context.findings]
