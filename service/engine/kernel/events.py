"""Events: what a token waits for and what it sends. Open this for timers, messages, errors and escalations in a diagram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from service.engine.kernel.catching import catch_error, catch_escalation
from service.engine.kernel.elements import Element, Event
from service.engine.kernel.expression import Expression, find_attribute
from service.engine.kernel.faults import no_key, no_time
from service.engine.kernel.host import Thrown, Uncaught
from service.engine.kernel.scope import View
from service.engine.kernel.steps import BoundarySplit, Step
from service.engine.kernel.timers import Timing, timing
from service.engine.kernel.tokens import FUTURE, WAITING, Token


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event definition with its expressions compiled."""

    event: Event
    time: Expression | None
    key: Expression | None

    def arm(self, view: View, now: datetime, element: str) -> dict[str, Any]:
        """Work out what the token waits for: `{"timer": …}` or `{"key": …}`; once, so that later changes do not move it."""
        if self.time is not None:
            try:
                value = self.time(view)
                return {"timer": as_state(timing(value, now)), **_deadline(value)}
            except (ValueError, OverflowError) as reason:
                raise no_time(element, self.event.time or "", str(reason)) from reason
        if self.event.kind == "message":
            return {"key": self.correlate(view, element)}
        return {}

    def correlate(self, view: View, element: str) -> str | None:
        if self.key is None:
            return None
        value = self.key(view)
        if value is None:
            raise no_key(element, self.event.key or "")
        return correlation(value)


def _deadline(value: Any) -> dict[str, Any]:
    """Which period a timer comes from and what set it going, when the diagram asked the law for it."""
    if not isinstance(value, Mapping) or "id" not in value or value.get("trigger") is None:
        return {}
    started = value["trigger"]
    return {"deadline": [value["id"], started.isoformat() if isinstance(started, date) else str(started)]}


def trigger(event: Event) -> Trigger:
    return Trigger(event, find_attribute(event.time), find_attribute(event.key))


def correlation(value: Any) -> str:
    """The text under which messages and subscriptions find each other: 7, 7.0 and "7" are the same key."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def as_state(timer: Timing) -> dict[str, Any]:
    return {"due": timer.due.isoformat(), "left": timer.left, "every": timer.every}


def as_timing(state: Mapping[str, Any]) -> Timing:
    return Timing(due=datetime.fromisoformat(state["due"]), left=state["left"], every=state["every"])


class Catching(Step):
    """Waits for its trigger. Firing makes the token ready; only `Run` and thrown errors fire."""

    trigger: Trigger | None = None
    code: str | None = None

    def describe(self, element: Element) -> None:
        super().describe(element)
        if element.definition is not None:
            self.trigger = trigger(element.definition)
            self.code = element.definition.code

    def catches(self, kind: str, code: str | None) -> bool:
        return self.trigger is not None and self.trigger.event.kind == kind and self.code in (None, code)

    def _update_hook(self, my_task: Any) -> bool:
        if my_task.fired or self.trigger is None:
            return True
        my_task._set_state(WAITING)
        self.listen(my_task)
        return False

    def listen(self, token: Token) -> None:
        assert self.trigger is not None
        token.internal_data.update(self.trigger.arm(self.view(token), token.tree.host.now(), self.name))

    def view(self, token: Token) -> View:
        return token.view()

    def fire(self, token: Token, payload: Mapping[str, Any] | None = None) -> None:
        token.result = payload
        token.fired = True
        token._ready()

    def rearm(self, token: Token) -> None:
        """Listen on beside a non-interrupting event that fires: messages always, cycles while some are left, dates never."""
        state = token.internal_data.get("timer")
        following = None if state is None else as_timing(state).next()
        if state is not None and following is None:
            return
        again = (token.parent or token.workflow.task_tree)._add_child(self, WAITING)
        again.internal_data.update(token.internal_data if following is None else {"timer": as_state(following)})


class CatchEvent(Catching):
    """An intermediate event or receive task."""


class BoundaryEvent(Catching):
    """Waits while its activity is done."""

    def view(self, token: Token) -> View:
        """See the variables of the activity, as Camunda 8 does; its scope is open already."""
        split: Token = token.parent
        main = split.task_spec.main(split) if isinstance(split.task_spec, BoundarySplit) else None
        return token.view() if main is None else main.view()

    def fire(self, token: Token, payload: Mapping[str, Any] | None = None) -> None:
        assert self.element is not None
        split: Token = token.parent
        if self.element.interrupting:
            super().fire(token, payload)
            main = split.task_spec.main(split)
            if main is not None:
                main.cancel()
            split.task_spec.stop(split)
        else:
            self.rearm(token)
            super().fire(token, payload)


class EventGateway(Step):
    """Waits for the first of several events, each with its own timer or message."""

    def _update_hook(self, my_task: Any) -> bool:
        my_task._set_state(WAITING)
        view, now = my_task.view(), my_task.tree.host.now()
        my_task.internal_data["armed"] = {spec.name: spec.trigger.arm(view, now, spec.name) for spec in self.following}
        return False

    def fire(self, token: Token, child: str, payload: Mapping[str, Any] | None = None) -> None:
        index = next(i for i, spec in enumerate(self.following) if spec.name == child)
        token.taken = [index]
        token._sync_children([self.following[index]], FUTURE)
        chosen: Token = token.children[0]
        chosen.fired = True
        chosen.result = payload
        token._ready()


class Throwing(Step):
    """Sends a message or an escalation."""

    trigger: Trigger | None = None

    def describe(self, element: Element) -> None:
        super().describe(element)
        if element.definition is not None:
            self.trigger = trigger(element.definition)

    def payload(self, token: Token) -> dict[str, Any]:
        """What the input mappings give; without mappings nothing is sent along."""
        return dict(token.tree.scopes.local(token.id)) if self.inputs_of else {}

    def _run_hook(self, my_task: Any) -> bool | None:
        if self.trigger is not None:
            kind = self.trigger.event.kind
            getattr(self, f"throw_{kind}")(my_task, self.trigger)
        return True

    def throw_message(self, token: Token, sent: Trigger) -> None:
        key = sent.correlate(token.view(), self.name)
        name = sent.event.name or ""
        token.tree.thrown.append(Thrown(message=name, correlation=key, payload=self.payload(token), element=self.name))

    def throw_escalation(self, token: Token, sent: Trigger) -> None:
        payload, code = self.payload(token), sent.event.code
        if not catch_escalation(token, code, payload):
            token.tree.escalated.append(Uncaught(code=code, variables=payload, element=self.name, token=token.id))


class ThrowEvent(Throwing):
    """An intermediate throw event, or a send task that names a message."""


class EndEvent(Throwing):
    """The end of a path; of its branch (terminate), or of everything up to whoever catches (error)."""

    def throw_error(self, token: Token, sent: Trigger) -> None:
        payload, code, tree = self.payload(token), sent.event.code, token.tree
        if not catch_error(token, code, payload):
            tree.outcomes.append(self.name)
            tree.uncaught.append(Uncaught(code=code, variables=payload, element=self.name, token=None))
            tree.end(error=code or "")

    def throw_terminate(self, token: Token, sent: Trigger) -> None:
        for other in token.workflow.open_tokens():
            if other is not token:
                other.cancel()

    def leave(self, token: Token) -> None:
        super().leave(token)
        if _is_of_case(token.workflow.owner):
            outcomes = token.tree.outcomes
            if self.name in outcomes:
                outcomes.remove(self.name)
            outcomes.append(self.name)


def _is_of_case(owner: Token | None) -> bool:
    """Whether an end inside `owner` ends the case: of the case itself, or of an event sub-process that took its place."""
    if owner is None:
        return True
    start = getattr(owner.task_spec, "start", None)
    return start is not None and start.interrupting and owner.workflow.owner is None
