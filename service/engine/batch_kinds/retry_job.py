"""Put a parked job back to do. The item is done when the job has run, and failed when it has parked again."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine import lifecycle
from service.engine.batch_kinds.kind import Ask, BatchKind, ItemState, Result, Subject
from service.engine.job_words import words_for
from service.errors import Conflict
from service.store import Connection, batches, cases


def _check(ask: Ask) -> Result:
    job = lifecycle.get_job(ask.connection, ask.subject)
    what = words_for(job)
    if job.state != "parked":
        raise lifecycle.not_parked()
    row = None if job.case_id is None else cases.find_case(ask.connection, job.case_id)
    if row is not None and row.status != "running":
        raise Conflict("案件没有在办，先恢复案件再重试。", message_en="The case is not running; resume it first.")
    return Result(
        zh=f"将重新执行{what.zh}；上次的错误：{job.error or '未记录'}",
        en=f"Would run {what.en} again; its last error: {job.error or 'not recorded'}",
        case=job.case_id,
    )


def _carry_out(ask: Ask) -> Result:
    job = lifecycle.retry_within(ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by)
    return Result(zh="已放回队列，等待执行。", en="Queued; waits to run.", case=job.case_id, state=ItemState.WAITING)


def _follow(connection: Connection, begun: Mapping[str, bytes | None], /) -> Mapping[str, Result]:
    found = {}
    for job_id, (state, error) in batches.job_states(connection, list(begun)).items():
        if state == "done":
            found[job_id] = Result(zh="已执行成功。", en="It ran.")
        elif state == "parked":
            found[job_id] = Result(zh=f"再次失败：{error}", en=f"It failed again: {error}", state=ItemState.FAILED)
        elif state == "cancelled":
            found[job_id] = Result(zh="案件已不再需要它。", en="The case no longer needs it.", state=ItemState.SKIPPED)
    return found


RETRY_JOB = BatchKind(
    name="retry_job", subject=Subject.JOB, zh="重试作业", en="Retry jobs", check=_check, carry_out=_carry_out, follow=_follow,
)  # fmt: skip
