"""Who catches an error or an escalation: the nearest boundary event or event sub-process outwards, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.engine.kernel.tokens import WAITING, Token


def catch_error(token: Token, code: str | None, variables: Mapping[str, Any]) -> bool:
    """Throw a BPMN error at `token`. False when nothing in this case catches it."""
    return _catch(token, "error", code, variables)


def catch_escalation(token: Token, code: str | None, variables: Mapping[str, Any]) -> bool:
    """Throw an escalation at `token`. False when nothing in this case catches it; the thrower goes on either way."""
    return _catch(token, "escalation", code, variables)


def _catch(token: Token, kind: str, code: str | None, variables: Mapping[str, Any]) -> bool:
    for level in _levels(token):
        catchers = [catcher for catcher in level if catcher.task_spec.catches(kind, code)]
        if catchers:
            # An event that names the code is nearer than one that catches every code.
            catcher = next((c for c in catchers if c.task_spec.code == code), catchers[0])
            catcher.task_spec.fire(catcher, variables)
            return True
    return False


def _levels(token: Token) -> Iterator[list[Token]]:
    """The waiting events around `token`, nearest first: its own boundary, then its branch's event sub-processes, and outwards."""
    current: Token | None = token
    inside: Any = None
    while current is not None:
        activity: Token = current.parent if current.triggered else current
        split = activity.parent
        if split is not None and split.task_spec.name == f"{activity.task_spec.name}.BoundaryEventSplit":
            yield [child for child in split.children if _listens(child)]
        yield [
            other
            for other in current.workflow.tasks.values()
            if _listens(other) and other.task_spec.is_idle(other) and other.task_spec is not inside
        ]
        current = current.workflow.owner
        inside = None if current is None else current.task_spec


def _listens(token: Token) -> bool:
    return token._state == WAITING and hasattr(token.task_spec, "catches")
