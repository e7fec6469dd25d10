"""Put cases on another step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine import moving_tokens
from service.engine.batch_kinds.kind import Argument, Ask, BatchKind, Result, Subject, fault
from service.engine.moving_tokens import Move


def _clean(sent: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: str(sent.get(name) or "").strip()[:120] for name in ("from", "to")}
    for name, text in found.items():
        if not text:
            raise fault(name, "请填写环节的标识。", "Give the id of a step.")
    return found


def _check(ask: Ask) -> Result:
    places = {"from_": ask.arguments["from"], "to": ask.arguments["to"]}
    done = moving_tokens.foresee_within(ask.machine, ask.connection, ask.subject, by=ask.by, **places)
    return _said(ask, done, "将移动", "Would move")


def _carry_out(ask: Ask) -> Result:
    places = {"from_": ask.arguments["from"], "to": ask.arguments["to"]}
    done = moving_tokens.move_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by, **places)
    return _said(ask, done, "已移动", "Moved")


def _said(ask: Ask, done: Move, zh: str, en: str) -> Result:
    ends, opens = ("、".join(one.name for one in some) or "—" for some in (done.ends, done.opens))
    return Result(zh=f"{zh}：结束 {ends}；新开 {opens}。", en=f"{en}: ends {ends}; opens {opens}.", case=ask.subject)


MOVE_TOKEN = BatchKind(
    name="move_token", subject=Subject.CASE, zh="移到其他环节", en="Move to another step", check=_check, carry_out=_carry_out,
    clean=_clean,
    arguments=(
        Argument(name="from", zh="现在停在（环节标识）", en="From (id of the step)"),
        Argument(name="to", zh="移到（环节标识）", en="To (id of the step)"),
    ),
)  # fmt: skip
