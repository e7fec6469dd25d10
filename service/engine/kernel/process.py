"""A parsed diagram: what `parse` gives and every run of it shares. Sealed: caches keep it, and threads share it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.engine.kernel.elements import Element, Flow
from service.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One executable process. `spec` and `subspecs` are SpiffWorkflow's; `messages` maps names to correlation key texts."""

    id: str
    name: str
    spec: Any
    subspecs: Mapping[str, Any]
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    start_events: tuple[str, ...]
    messages: Mapping[str, str | None]
    properties: tuple[tuple[str, str], ...]
    lanes: Mapping[str, str]

    def values(self, name: str) -> tuple[str, ...]:
        """List the values of the process's `zeebe:property` called `name`."""
        return tuple(value for key, value in self.properties if key == name)

    def get_element(self, identity: str) -> Element:
        element = self.elements.get(identity)
        if element is None:
            raise NotFound(f"流程 {self.id} 中没有环节 {identity}", message_en=f"{self.id} has no element {identity}")
        return element
