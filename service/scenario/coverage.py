"""Which sequence flows the scenarios walk, and which none does. From what the histories say, not from the diagrams alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.engine.bundle import Bundle
from service.engine.lint.document import read
from service.engine.lint.rules import check_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One diagram: each flow with the scenario files that walk it."""

    process: str
    flows: Mapping[str, tuple[str, ...]]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(flow for flow, files in self.flows.items() if not files)

    def as_json(self) -> dict[str, Any]:
        return {
            "process": self.process, "flows": len(self.flows), "walked": len(self.flows) - len(self.missing),
            "missing": list(self.missing), "by": {flow: list(files) for flow, files in self.flows.items()},
        }  # fmt: skip

    def as_lines(self, *, flows: bool = False) -> Iterator[str]:
        """Tell it to people: how many flows each file walks, and the flows that none does; with `flows`, who walks each."""
        by_file = Counter(file for files in self.flows.values() for file in files)
        files = "、".join(f"{file} {count}" for file, count in sorted(by_file.items()))
        total = len(self.flows)
        yield f"{'✗' if self.missing else '✓'} {self.process} {total - len(self.missing)}/{total}　{files}".rstrip("　")
        if flows:
            for flow, names in self.flows.items():
                yield f"    {flow}　{'、'.join(names) or '✗'}"
        elif self.missing:
            yield f"    没有场景走过 / walked by none: {', '.join(self.missing)}"


def cover(bundle: Bundle, walked: Mapping[str, Mapping[str, Iterable[str]]]) -> tuple[Coverage, ...]:
    """Lay what each scenario file walked ({file: {process: flows}}) over the diagrams of a bundle."""
    found = []
    for file, data in bundle.diagrams.items():
        if any(check_source(file, data)):
            continue  # no diagram; check says why
        document = read(file, data)
        flows = {
            flow.id: tuple(name for name, taken in sorted(walked.items()) if flow.id in set(taken.get(document.id, ())))
            for flow in document.flows
        }
        found.append(Coverage(process=document.id, flows=flows))
    return tuple(sorted(found, key=lambda each: each.process))
