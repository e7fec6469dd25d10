"""The tables of what is published, made once for every state of definitions, law and scenario files."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.engine.machine import Rules
from service.engine.tracing.proofs import read_proofs
from service.engine.tracing.sources import Source, cited_regulations, of_published
from service.engine.tracing.table import ArticleTrace, trace_articles
from service.store import Connection, definitions

#: A process serves one database; tests, a few. More states than these are made again.
MOST_STATES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """What carries out each article of the regulations whose procedures are published, and the processes that do."""

    articles: Mapping[str, tuple[ArticleTrace, ...]]
    sources: Mapping[str, Source]


_states: dict[tuple[object, ...], Traced] = {}
_lock = threading.Lock()


def trace_published(connection: Connection, rules: Rules, scenarios: Path) -> Traced:
    """Trace every regulation that a published process cites. `scenarios`: the folder of scenario files, if there is one."""
    state = _state(connection, rules, scenarios)
    with _lock:
        if state not in _states:
            while len(_states) >= MOST_STATES:
                del _states[next(iter(_states))]
            _states[state] = _trace(connection, rules, scenarios)
        return _states[state]


def _state(connection: Connection, rules: Rules, scenarios: Path) -> tuple[object, ...]:
    """All that the tables depend on: contents by their digests, scenario files by name, size and time."""
    published = tuple((key, digest) for key, _, digest, *_ in definitions.list_latest(connection))
    files = ((path, path.stat()) for path in sorted(scenarios.glob("*.yaml")))
    return published, rules.stamp, tuple((str(path), facts.st_size, facts.st_mtime_ns) for path, facts in files)


def _trace(connection: Connection, rules: Rules, scenarios: Path) -> Traced:
    sources, proofs = of_published(connection), read_proofs(scenarios)
    cited = cited_regulations(sources)
    return Traced(
        articles={
            regulation: trace_articles(regulation, rules.catalogue, sources, proofs)
            for regulation in rules.catalogue.regulations
            if regulation in cited
        },
        sources={source.process: source for source in sources},
    )
