"""Placing a token by hand: the administrator's move. Open this to learn where a case can be put, and what goes with it.

It is the move of `returning`, forward as well as back: the innermost block around both places decides what is cancelled, so that
no branch is left that waits for one that will not come. What boundary events set off beside the thread goes on.
"""

from __future__ import annotations

from typing import Any

from service.engine.kernel.blocks import blocks_of
from service.engine.kernel.events import BoundaryEvent
from service.engine.kernel.joins import Joining
from service.engine.kernel.nested import EventSubProcess
from service.engine.kernel.returning import meet, replace, shared_marks
from service.engine.kernel.steps import StartEvent
from service.engine.kernel.tokens import Token
from service.errors import Invalid


def move(token: Token, target: str) -> None:
    """Take the thread of `token` away and let `target` begin, on the same level or on one around it. Invalid when it cannot.

    A multi-instance activity moves as a whole, and so does a sub-process when the target lies outside of it.
    """
    if target not in token.tree.process.elements:
        raise _cannot(target, "没有这个环节", "there is no such step")
    try:
        leaving, where = meet(token, target)
    except Invalid as error:
        raise _cannot(
            target, "它在另一个子流程、会签或事件支线里面；请移到该子流程本身",
            "it lies inside another sub-process, vote or event branch; move to the sub-process itself",
        ) from error  # fmt: skip
    blocks = blocks_of(where.spec)
    _ensure_enters(blocks.specs[target], target)
    if leaving.task_spec.name == target:
        raise _cannot(target, "案件已经停在这里", "the case stands there already")
    try:
        shared = shared_marks(blocks.marks[leaving.task_spec.name], blocks.marks[target], target)
        replace(where, blocks, shared, target)
    except Invalid as error:
        raise _cannot(
            target, "它在另一条并行分支，或在事件触发的支线里", "it lies in another parallel branch, or in what an event set off"
        ) from error


def _ensure_enters(spec: Any, target: str) -> None:
    if isinstance(spec, (BoundaryEvent, EventSubProcess, StartEvent)):
        raise _cannot(target, "开始事件、边界事件和事件子流程只能被触发", "such events can only be set off")
    if isinstance(spec, Joining) and len(spec._inputs) > 1:
        raise _cannot(target, "汇聚网关要等其他分支；请选它后面的环节", "a join waits for others; choose the step behind it")


def _cannot(target: str, zh: str, en: str) -> Invalid:
    return Invalid(f"不能移到环节 {target}：{zh}。", message_en=f"The case cannot be moved to {target}: {en}.", element=target)
