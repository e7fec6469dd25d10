"""What happened in a case, in words for paper. Open this when a line of a printed sheet reads badly or is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.engine.definitions import Definition
from service.engine.events import Event
from service.store.history import Link

#: Finds the name of an account.
Names = Callable[[Any], str]


def say(link: Link, definition: Definition, step: str, names: Names) -> str | None:
    """One line of history as a sentence; None for what does not belong on paper."""
    payload: Mapping[str, Any] = link.payload or {}
    made = _made(link, definition, step, names, payload)
    reason = payload.get("reason")
    if made is None or link.kind in _ANSWERED or not isinstance(reason, str) or not reason.strip():
        return made
    return f"{made}。理由：{reason.strip()}"


_ANSWERED = frozenset({Event.CASE_STARTED, Event.TASK_COMPLETED, Event.SIGNER_DECIDED})


def _made(link: Link, definition: Definition, step: str, names: Names, payload: Mapping[str, Any]) -> str | None:
    match link.kind:
        case Event.CASE_STARTED:
            return f"发起“{definition.name}”"
        case Event.TASK_COMPLETED:
            done = f"办理“{step}”"
            if payload.get("signature"):
                done += "，已签署"
            return f"代{names(payload['on_behalf_of'])}{done}" if payload.get("on_behalf_of") else done
        case Event.CASE_ENDED:
            element = definition.process.elements.get(str(payload.get("outcome")))
            return f"办结：{element.name}" if element is not None and element.name else "办结"
    plain = _PLAIN.get(link.kind)
    if plain is None:
        return None
    to = payload.get("to")
    people = "、".join(map(names, to)) if isinstance(to, (list, tuple)) else names(to)
    return plain.format(step=step, to=people, decision=payload.get("decision") or "")


_PLAIN: Mapping[str, str] = {
    Event.TASK_TRANSFERRED: "把“{step}”转办给{to}",
    Event.TASK_DELEGATED: "委派{to}代为办理“{step}”",
    Event.SIGNER_ADDED: "请{to}加签“{step}”",
    Event.SIGNER_DROPPED: "取消{to}对“{step}”的加签",
    Event.SIGNER_DECIDED: "加签“{step}”：{decision}",
    Event.TASK_HELD: "办理“{step}”，待加签人办结后生效",
    Event.TASK_GIVEN_BACK: "“{step}”未能生效，交回{to}",
    Event.TASK_URGED: "催办“{step}”",
    Event.CASE_COPIED: "抄送{to}",
    Event.CASE_TERMINATED: "终止案件",
    Event.CASE_SUSPENDED: "暂停办理",
    Event.CASE_RESUMED: "恢复办理",
    Event.CHILD_STARTED: "转入“{step}”",
    Event.CHILD_ENDED: "“{step}”办结",
    Event.TIMER_FIRED: "“{step}”期限到达",
    Event.DEADLINE_OVERDUE: "“{step}”已逾期",
    Event.JOB_DONE: "自动完成“{step}”",
    Event.MESSAGE_RECEIVED: "收到“{step}”",
    Event.ERROR_CAUGHT: "“{step}”未能正常完成，按规程另行办理",
}
