"""What waits in a case, as rows. The engine compares a snapshot with its tables and opens or closes what differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from service.engine.kernel.events import BoundaryEvent, CatchEvent, EventGateway
from service.engine.kernel.nested import EventSubProcess
from service.engine.kernel.steps import CallActivity, JobTask, ManualTask, StartEvent, UserTask
from service.engine.kernel.tokens import FINISHED, STARTED, WAITING, Token, Tree


class TaskRow(NamedTuple):
    """Work for people. `item` counts multi-instance instances from 0."""

    token: str
    element: str
    item: int | None


class JobRow(NamedTuple):
    """A handler to be run."""

    token: str
    element: str


class TimerRow(NamedTuple):
    """A time to wait for. `child` is the timer's element behind an event-based gateway.

    `deadline` is (period, trigger in ISO 8601) when the time comes from the law, so that it can be reckoned anew.
    """

    token: str
    child: str | None
    element: str
    due: datetime
    deadline: tuple[str, str] | None


class SubscriptionRow(NamedTuple):
    """A message to wait for; `correlation` None takes a message of that name without a key."""

    token: str
    child: str | None
    element: str
    message: str
    correlation: str | None


class ChildRow(NamedTuple):
    """A child case to wait for."""

    token: str
    element: str
    process: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that waits, in the order in which the tokens came up.

    `outcomes` are the end events of the case itself, in the order in which they were last reached. `error` is the code of an
    error end event that nothing caught and that ended the case ("" when it has no code).
    """

    tasks: tuple[TaskRow, ...]
    jobs: tuple[JobRow, ...]
    timers: tuple[TimerRow, ...]
    subscriptions: tuple[SubscriptionRow, ...]
    children: tuple[ChildRow, ...]
    ended: bool
    outcomes: tuple[str, ...]
    error: str | None


class _Rows:
    def __init__(self) -> None:
        self.tasks: list[TaskRow] = []
        self.jobs: list[JobRow] = []
        self.timers: list[TimerRow] = []
        self.subscriptions: list[SubscriptionRow] = []
        self.children: list[ChildRow] = []

    def add(self, token: Token) -> None:
        spec = token.task_spec
        if isinstance(spec, (UserTask, ManualTask)):
            self.tasks.append(TaskRow(token.id, spec.bpmn_id, token.internal_data.get("index")))
        elif isinstance(spec, StartEvent):
            if token._state == WAITING:  # sent back to whoever filed the case
                self.tasks.append(TaskRow(token.id, spec.bpmn_id, None))
        elif isinstance(spec, JobTask):
            if token._state == STARTED:
                self.jobs.append(JobRow(token.id, spec.bpmn_id))
        elif isinstance(spec, CallActivity):
            if token._state == STARTED:
                self.children.append(ChildRow(token.id, spec.bpmn_id, token.internal_data["process"]))
        elif token._state != WAITING:
            return
        elif isinstance(spec, EventGateway):
            for target in spec.following:
                self._event(token, target, target.name, target.name)
        elif isinstance(spec, EventSubProcess):
            self._event(token, spec, None, spec.start.id)
        elif isinstance(spec, (BoundaryEvent, CatchEvent)):
            self._event(token, spec, None, spec.name)

    def _event(self, token: Token, spec: CatchEvent | BoundaryEvent | EventSubProcess, child: str | None, element: str) -> None:
        armed = token.internal_data if child is None else token.internal_data["armed"][child]
        assert spec.trigger is not None
        if "timer" in armed:
            deadline = armed.get("deadline")
            due = datetime.fromisoformat(armed["timer"]["due"])
            self.timers.append(TimerRow(token.id, child, element, due, tuple(deadline) if deadline else None))
        elif spec.trigger.event.kind == "message":
            self.subscriptions.append(SubscriptionRow(token.id, child, element, spec.trigger.event.name or "", armed["key"]))


def snapshot(tree: Tree) -> Snapshot:
    """List what waits. Cheap: one pass over the open tokens."""
    rows = _Rows()
    if not tree.completed:
        for token in tree.all_tokens():
            if not token._state & FINISHED:
                rows.add(token)
    return Snapshot(
        tasks=tuple(rows.tasks),
        jobs=tuple(rows.jobs),
        timers=tuple(rows.timers),
        subscriptions=tuple(rows.subscriptions),
        children=tuple(rows.children),
        ended=tree.completed,
        outcomes=tuple(tree.outcomes),
        error=tree.error,
    )
