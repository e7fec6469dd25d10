"""What the kernel asks of the engine around it, and what it tells it. The kernel itself knows no clock, store or handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final, Protocol

from service.engine.kernel.elements import Element


class Pending(Enum):
    """The one value `PENDING`: this step is not done now but becomes a job."""

    PENDING = "pending"


PENDING: Final = Pending.PENDING


class Host(Protocol):
    """The world of one command on one case."""

    def now(self) -> datetime:
        """Legal time, aware."""
        ...

    def inline(self, element: Element, variables: Mapping[str, Any]) -> Mapping[str, Any] | Pending | None:
        """Do a service or send task now and return what it sets, or PENDING. May raise `sdk.BpmnError`."""
        ...

    def decide(self, decision_id: str, variables: Mapping[str, Any]) -> Any:
        """Evaluate a decision table for a business rule task."""
        ...

    def lookup(self, name: str) -> Any | None:
        """What an expression may use besides variables: `deadline`, `today`, `now`, `case`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrown:
    """A message that a throw event, end event or send task sent during this command."""

    message: str
    correlation: str | None
    payload: Mapping[str, Any]
    element: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncaught:
    """An error or escalation that nothing in this case catches. `token` is None when the whole case ended with it."""

    code: str | None
    variables: Mapping[str, Any]
    element: str
    token: str | None
