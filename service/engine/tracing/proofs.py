"""What the scenario files prove: the articles that each cites, and the rules that it sees refuse or warn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

#: The loader in C, where PyYAML was built with it, takes a tenth of the time.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One scenario file. Of the rules in `refused` a step expects a refusal; those in `found` it finds, or the file cites."""

    file: str
    articles: frozenset[str]
    refused: frozenset[str]
    found: frozenset[str]


def read_proofs(folder: Path) -> tuple[Proof, ...]:
    """Read the scenario files of a folder; a file that is no YAML proves nothing (`chengxu scenario check` says why)."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            document = yaml.load(path.read_text("utf-8"), LOADER)
        except yaml.YAMLError:
            continue
        if isinstance(document, Mapping):
            found.append(_proof(path.name, document))
    return tuple(found)


def _proof(file: str, document: Mapping[str, Any]) -> Proof:
    steps = [step for step in document.get("steps") or () if isinstance(step, Mapping)]
    expected = [step["expect"] for step in steps if isinstance(step.get("expect"), Mapping)]
    cites = document.get("cites") or ()
    cited = frozenset(map(str, cites if isinstance(cites, list) else [cites]))
    return Proof(
        file=file,
        articles=frozenset(one for one in cited if "#" in one),
        refused=frozenset(
            rule for each in expected for rule in (*_rules(each.get("refused")), *_rules(each.get("findings"), level="block"))
        ),
        found=frozenset(rule for each in expected for rule in _rules(each.get("findings")))
        | frozenset(one for one in cited if "#" not in one),
    )


def _rules(value: Any, *, level: str | None = None) -> Iterator[str]:
    """The rules that an expectation names, or those at a level: a handler tried alone leaves its block as a finding."""
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, Mapping) and "rule" in entry and level in (None, entry.get("level")):
            yield str(entry["rule"])
