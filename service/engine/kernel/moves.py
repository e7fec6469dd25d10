"""Placing tokens by hand: send-back, withdrawal and the administrator's move. Scopes and reminders elsewhere stay as they are."""

from __future__ import annotations

from typing import Any

from service.engine.kernel.events import BoundaryEvent
from service.engine.kernel.nested import EventSubProcess
from service.engine.kernel.steps import BoundarySplit, StartEvent
from service.engine.kernel.tokens import FUTURE, Token
from service.errors import Invalid


def move(token: Token, target: str) -> None:
    """Take `token` away and let `target` begin, on the same level or on one around it.

    A multi-instance activity moves as a whole, and so does a sub-process when the target lies outside of it. What a boundary
    event already set off goes on.
    """
    leaving = _level(token, target)
    spec = _entry(leaving, target)
    split: Token | None = leaving.parent
    leaving.cancel()
    if split is not None and isinstance(split.task_spec, BoundarySplit):
        split.task_spec.stop(split)
    placed = leaving.workflow.task_tree._add_child(spec, FUTURE)
    spec._update(placed)


def _level(token: Token, target: str) -> Token:
    """The token to be taken away: `token` itself, its multi-instance body, or the sub-process around it."""
    current: Token | None = token.parent if token.triggered else token
    while current is not None:
        if target in current.workflow.spec.task_specs:
            return current
        owner: Token | None = current.workflow.owner
        current = owner.parent if owner is not None and owner.triggered else owner
    raise Invalid(f"不能移到环节 {target}", message_en=f"the token cannot be moved to {target}", element=target)


def _entry(token: Token, target: str) -> Any:
    specs = token.workflow.spec.task_specs
    if isinstance(specs[target], (BoundaryEvent, EventSubProcess, StartEvent)) or specs[target].element is None:
        raise Invalid(f"不能移到环节 {target}", message_en=f"a token cannot be placed on {target}", element=target)
    return specs.get(f"{target}.BoundaryEventSplit", specs[target])
