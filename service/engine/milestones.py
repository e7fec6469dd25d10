"""Tell who follows a case (关注) that it passed a milestone or has ended. Part of the end of every command."""

from __future__ import annotations

from service.engine.work import Work
from service.store import notices, watches


def tell_followers(work: Work) -> None:
    """Give notice to who follows a case when it has ended in this command, or has passed a milestone."""
    elements = work.definition.process.elements
    passed = [elements[one] for one in dict.fromkeys(work.run.walked) if one in elements and elements[one].values("milestone")]
    ended = work.row.ended_at == work.at and work.row.status in ("completed", "terminated")
    if not passed and not ended:
        return
    queues = [f"@{account}" for account in watches.list_followers(work.connection, work.row.id)]
    told = [(f"“{one.name or one.id}”已完成", f"{one.name or one.id} is done") for one in passed]
    if ended:
        told.append(
            ("案件已办结", "the case is closed") if work.row.status == "completed" else ("案件已终止", "the case was terminated")
        )
    if queues:
        zh, en = "；".join(one for one, _ in told), "; ".join(one for _, one in told)
        notices.insert_notice(
            work.connection, case_id=work.row.id, kind="followed", deadline=None, at=work.at, queues=queues,
            zh=f"您关注的案件：{zh}。", en=f"A case that you follow: {en}.",
        )  # fmt: skip
