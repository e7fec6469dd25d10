"""Park a job, so that it does not run until it is retried; give up a letter that cannot be sent."""

from __future__ import annotations

from service.engine import lifecycle
from service.engine.batch_kinds.kind import Ask, BatchKind, Result, Subject
from service.engine.job_words import words_for
from service.engine.waiting import SERVICE
from service.errors import Conflict
from service.store import cases


def _check_park(ask: Ask) -> Result:
    job = lifecycle.get_job(ask.connection, ask.subject)
    lifecycle.ensure_parkable(job)
    row = None if job.case_id is None else cases.find_case(ask.connection, job.case_id)
    if row is not None and row.status != "running":
        raise Conflict("案件没有在办。", message_en="The case is not running.")
    what = words_for(job)
    return Result(
        zh=f"将停放{what.zh}；案件停在该环节，直到重试。", en=f"Would park {what.en}; the case stays there until it is retried.",
        case=job.case_id,
    )  # fmt: skip


def _park(ask: Ask) -> Result:
    job = lifecycle.park_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(zh="已停放。", en="Parked.", case=job.case_id)


def _check_cancel(ask: Ask) -> Result:
    job = lifecycle.get_job(ask.connection, ask.subject)
    lifecycle.ensure_cancellable(job)
    what = words_for(job)
    return Result(zh=f"将放弃{what.zh}，不再尝试。", en=f"Would give up {what.en}; it is not tried again.")


def _cancel(ask: Ask) -> Result:
    lifecycle.cancel_job_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(zh="已取消。", en="Cancelled.")


PARK_JOB = BatchKind(
    name="park_job", subject=Subject.JOB, zh="停放作业", en="Park jobs", check=_check_park, carry_out=_park,
    narrowed={"state": "todo", "kind": SERVICE},
)  # fmt: skip
CANCEL_JOB = BatchKind(
    name="cancel_job", subject=Subject.JOB, zh="取消发送", en="Cancel deliveries", check=_check_cancel, carry_out=_cancel
)
