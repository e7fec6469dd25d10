"""One case in memory, for the length of one command: load, change, look, dump. Open this to use the kernel.

    run = Run.load(process, state, scopes, host)
    run.complete(token, {"decision": "同意"})
    rows = run.snapshot()
    state, scopes = run.dump()

After an exception the run is void: throw it away and store nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from service.engine.kernel import codec, returning
from service.engine.kernel.catching import catch_error, catch_escalation
from service.engine.kernel.events import BoundaryEvent, Catching, EventGateway
from service.engine.kernel.expression import attribute
from service.engine.kernel.host import Host, Thrown, Uncaught
from service.engine.kernel.joins import JoinRow, list_joins
from service.engine.kernel.loop import run_to_rest
from service.engine.kernel.moves import move
from service.engine.kernel.nested import EventSubProcess
from service.engine.kernel.process import Process
from service.engine.kernel.prune import prune
from service.engine.kernel.scope import CASE, Scopes, View
from service.engine.kernel.snapshot import Snapshot, snapshot
from service.engine.kernel.steps import CallActivity, StartEvent
from service.engine.kernel.tokens import READY, STARTED, WAITING, Token, Tree
from service.errors import Invalid, Stale


class Run:
    """A case at rest between calls. Every changing method runs all automatic steps that follow."""

    __slots__ = ("_tree",)

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    @classmethod
    def start(cls, process: Process, variables: Mapping[str, Any], host: Host, *, start_event: str | None = None) -> Run:
        """Begin a case at `start_event`; without one, at the only or the plain start event."""
        tree = Tree(process, Scopes(), host)
        root = tree.plant()
        root.internal_data["start"] = start_event or _plain_start(process)
        if root.internal_data["start"] not in process.start_events:
            raise Invalid(f"流程没有开始事件 {start_event}", message_en=f"there is no start event {start_event}")
        tree.scopes.merge(CASE, variables)
        root.run()
        run_to_rest(tree)
        return cls(tree)

    @classmethod
    def load(cls, process: Process, state: bytes, scopes: bytes, host: Host) -> Run:
        return cls(codec.load(process, state, scopes, host))

    def dump(self) -> tuple[bytes, bytes]:
        """Encode the tokens and the variables; finished tokens are forgotten."""
        prune(self._tree)
        return codec.dump(self._tree), self._tree.scopes.dumps()

    # -- what happened during this command

    @property
    def walked(self) -> list[str]:
        """Ids of the elements left and of the sequence flows taken, in order. A multi-instance activity counts once."""
        return self._tree.walked

    @property
    def thrown(self) -> list[Thrown]:
        """Messages sent."""
        return self._tree.thrown

    @property
    def uncaught(self) -> list[Uncaught]:
        """Errors that nothing caught: of inline handlers (their token waits as a job) or of the end event that ended the case."""
        return self._tree.uncaught

    @property
    def escalated(self) -> list[Uncaught]:
        """Escalations that nothing in this case caught; the engine may pass them to the parent case."""
        return self._tree.escalated

    # -- changes

    def complete(self, token: str, answers: Mapping[str, Any], *, then: str | None = None) -> None:
        """Finish a user task, a job or a child case with what it gave. Stale when the token no longer waits for that.

        `then` names an element to which a step that was sent back goes straight (see `straight_way`).
        """
        found = self._get(token, READY | STARTED | WAITING)
        again = isinstance(found.task_spec, StartEvent)
        if token in self._tree.subprocesses or found._children:  # a sub-process or multi-instance body completes by itself
            raise Stale(token=token)
        if found._state == WAITING and not again:
            raise Stale(token=token)
        found.result = answers
        if then is not None:
            returning.go(found, then)
        elif found._state == READY or again:
            found.run()
        else:
            found.complete()
        run_to_rest(self._tree)

    def throw_error(self, token: str, code: str, variables: Mapping[str, Any] | None = None) -> bool:
        """Throw a BPMN error at a task, job or child case. False when nothing catches it; then nothing has changed."""
        caught = catch_error(self._get(token, READY | STARTED), code, variables or {})
        run_to_rest(self._tree)
        return caught

    def throw_escalation(self, token: str, code: str, variables: Mapping[str, Any] | None = None) -> bool:
        """Throw an escalation at a task, job or child case. False when nothing catches it."""
        caught = catch_escalation(self._get(token, READY | STARTED), code, variables or {})
        run_to_rest(self._tree)
        return caught

    def fire_timer(self, token: str, child: str | None = None) -> None:
        """Let a timer of the snapshot fire. Whether it is time is the engine's business."""
        self._fire(token, child, "timer", {})

    def deliver(self, token: str, child: str | None, payload: Mapping[str, Any]) -> None:
        """Give a message to a subscription of the snapshot. Whether the key fits is the engine's business."""
        self._fire(token, child, "message", payload)

    def terminate(self) -> None:
        """Cancel everything."""
        self._tree.end()

    def move(self, token: str, target_element: str) -> None:
        """Take the thread of a token away and begin `target_element` instead (see `moves`). Invalid, in words, when it cannot."""
        move(self._get(token, READY | STARTED | WAITING), target_element)
        run_to_rest(self._tree)

    def set_timer(self, token: str, child: str | None, due: datetime) -> None:
        """Give a timer of the snapshot another due time, which no longer comes from the law."""
        held = self._get(token, WAITING).internal_data
        armed = held if child is None else held.get("armed", {}).get(child, {})
        if "timer" not in armed:
            raise Stale(token=token)
        armed["timer"]["due"] = due.isoformat()
        armed.pop("deadline", None)

    def send_back(self, token: str, target_element: str) -> None:
        """Take away the thread of a task and begin an earlier step again (see `returning`). Invalid when it cannot."""
        returning.send_back(self._get(token, READY | STARTED | WAITING), target_element)
        run_to_rest(self._tree)

    def take_back(self, element: str) -> None:
        """Begin a step that was done again, and cancel what came of it (see `returning`). Invalid when it cannot."""
        if self._tree.completed:
            raise Stale(element=element)
        returning.take_back(self._tree, element)
        run_to_rest(self._tree)

    def set_variables(self, token: str | None, variables: Mapping[str, Any]) -> None:
        """Correct variables as if `token` had given them; None for the case."""
        self._tree.scopes.merge(self._key(token), variables)

    # -- looks

    def snapshot(self) -> Snapshot:
        return snapshot(self._tree)

    def joins(self) -> tuple[JoinRow, ...]:
        """List the gateways at which something waits for what is still on its way."""
        return list_joins(self._tree)

    def standing(self) -> tuple[tuple[str, str], ...]:
        """List (token, element) of what is under way or waits at a join, outer ones first; not what only listens beside it."""
        if self._tree.completed:
            return ()
        return tuple(
            (token.id, token.task_spec.element.id)
            for part in self._tree.scopes_of_tokens()
            for token in part.open_tokens()
            if token.task_spec.element is not None
            and not isinstance(token.task_spec, BoundaryEvent)
            and not token.task_spec.is_idle(token)
        )

    def evaluate(self, token: str | None, attribute_text: str) -> Any:
        """Evaluate an attribute (FEEL after `=`, else the text itself) where `token` stands; None for the case."""
        return attribute(attribute_text)(View(self._tree.scopes, self._key(token), self._tree.host.lookup))

    def variables(self, token: str | None = None) -> dict[str, Any]:
        """All variables that `token` sees; None for the case."""
        return self._tree.scopes.visible(self._key(token))

    def child_inputs(self, token: str) -> tuple[str, dict[str, Any]]:
        """The process and variables to start the child case with.

        Input mappings alone when there are any; all visible variables when there are none. The attribute
        propagateAllParentVariables overrides either.
        """
        found = self._get(token, STARTED)
        spec, scopes = found.task_spec, self._tree.scopes
        if not isinstance(spec, CallActivity) or spec.element is None:
            raise Stale(token=token)
        everything = spec.element.propagate_parent
        if everything is None:
            everything = not spec.element.inputs
        given = scopes.visible(found.scope) if everything else {}
        if token in scopes:
            given |= {target: scopes.local(token)[target] for _, target in spec.element.inputs}
        return found.internal_data["process"], given

    def places_before(self, token: str, elements: Collection[str]) -> set[str]:
        """Choose, of some elements, those to which the task at `token` can be sent back."""
        return returning.places_before(self._get(token, READY | STARTED | WAITING), set(elements))

    def straight_way(self, token: str, target_element: str) -> str:
        """The element to which a step goes straight when it is done, once the task at `token` was sent back to it."""
        return returning.straight_way(self._get(token, READY | STARTED | WAITING), target_element)

    # -- inside

    def _get(self, token: str, states: int) -> Token:
        found = self._tree.find_token(token)
        if found is None or not found._state & states or self._tree.completed:
            raise Stale(token=token)
        return found

    def _key(self, token: str | None) -> str:
        return CASE if token is None else self._get(token, READY | STARTED | WAITING).scope

    def _fire(self, token: str, child: str | None, kind: str, payload: Mapping[str, Any]) -> None:
        found = self._get(token, WAITING)
        spec = found.task_spec
        if isinstance(spec, EventGateway):
            target = next((s for s in spec.following if s.name == child and s.trigger.event.kind == kind), None)
            if child is None or target is None:
                raise Stale(token=token)
            spec.fire(found, child, payload)
        elif isinstance(spec, (Catching, EventSubProcess)) and spec.trigger is not None and spec.trigger.event.kind == kind:
            spec.fire(found, payload)
        else:
            raise Stale(token=token)
        run_to_rest(self._tree)


def _plain_start(process: Process) -> str | None:
    plain = [identity for identity in process.start_events if process.elements[identity].event is None]
    only = process.start_events if len(process.start_events) == 1 else plain
    return only[0] if only else None
