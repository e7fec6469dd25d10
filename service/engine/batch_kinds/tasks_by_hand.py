"""Give tasks to somebody who could take them, or give them back to all who could."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine import reassigning
from service.engine.batch_kinds.kind import Argument, Ask, BatchKind, Result, Subject, fault


def _clean(sent: Mapping[str, Any]) -> dict[str, Any]:
    to = str(sent.get("to") or "").strip()
    if not to or len(to) > 80:
        raise fault("to", "请填写改派给谁。", "Say to whom it goes.")
    return {"to": to}


def _check_reassign(ask: Ask) -> Result:
    would = reassigning.check_reassigning(ask.machine, ask.connection, ask.subject, to=ask.arguments["to"], by=ask.by)
    before, english = (f"{would.before}", would.before) if would.before else ("无人领取", "nobody")
    return Result(
        zh=f"“{would.task}”将改派给{would.after}（现在：{before}）。",
        en=f"“{would.task}” would go to {would.after} (now: {english}).", case=would.case,
    )  # fmt: skip


def _reassign(ask: Ask) -> Result:
    done = reassigning.reassign_within(
        ask.machine, ask.connection, ask.subject, to=ask.arguments["to"], reason=ask.reason, by=ask.by
    )  # fmt: skip
    return Result(zh=f"“{done.task}”已改派给{done.after}。", en=f"“{done.task}” went to {done.after}.", case=done.case)


def _check_release(ask: Ask) -> Result:
    would = reassigning.check_reassigning(ask.machine, ask.connection, ask.subject, to=None, by=ask.by)
    return Result(
        zh=f"“{would.task}”将从{would.before}收回，由可办理的人领取。",
        en=f"“{would.task}” would be taken from {would.before}, and be offered again.", case=would.case,
    )  # fmt: skip


def _release(ask: Ask) -> Result:
    done = reassigning.release_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(
        zh=f"“{done.task}”已从{done.before}收回。", en=f"“{done.task}” was taken from {done.before}.", case=done.case
    )  # fmt: skip


REASSIGN_TASK = BatchKind(
    name="reassign_task", subject=Subject.TASK, zh="改派待办", en="Reassign tasks", check=_check_reassign, carry_out=_reassign,
    clean=_clean,
    arguments=(
        Argument(
            name="to", zh="改派给", en="To whom", type="account", hint_zh="账号；须在该待办的办理范围内，且没有职责分离的限制",
            hint_en="An account to which the task is offered, and that is not barred",
        ),
    ),
)  # fmt: skip
RELEASE_TASK = BatchKind(
    name="release_task", subject=Subject.TASK, zh="收回待办", en="Release tasks", check=_check_release, carry_out=_release
)
