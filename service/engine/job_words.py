"""What a job is called when something is said about it. Open this when a kind of job is added."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine import waiting
from service.engine.waiting_words import Said
from service.store import deliveries
from service.store.cases import JobRow

_KINDS: Mapping[str, tuple[str, str]] = {
    waiting.SERVICE: ("自动步骤", "the automatic step"),
    waiting.TIMER: ("定时器", "the timer"),
    waiting.START: ("定时发起", "the timed start"),
    waiting.CORRELATE: ("消息的匹配", "the matching of a message"),
    waiting.START_CHILD: ("下级案件的发起", "the start of the child case"),
    waiting.CHILD_ENDED: ("下级案件结果的接收", "the taking over of the child case's result"),
    waiting.ESCALATE: ("上报的接收", "the taking over of an escalation"),
    waiting.MATCH: ("消息的查找", "the search for a message"),
    waiting.DELIVER: ("消息的送达", "the delivery of a message"),
    waiting.SEND_BACK: ("退回的处理", "the sending back"),
    waiting.TERMINATE: ("终止", "the termination"),
    deliveries.MAIL: ("邮件的发送", "the sending of a mail"),
    deliveries.WEBHOOK: ("Webhook 的发送", "the sending to a webhook"),
}


def words_for(job: JobRow) -> Said:
    """Name a job by its kind and its step."""
    zh, en = _KINDS.get(job.kind, (f"作业 {job.kind}", f"the job {job.kind}"))
    step = job.child or job.element
    return Said(f"{zh}“{step}”", f"{en} “{step}”") if step else Said(zh, en)
