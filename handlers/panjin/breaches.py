"""What a project has done against the rules, on record for good. Open this when a breach is not in the project register."""

from __future__ import annotations

from handlers.panjin import projects
from service.sdk import Context, Level


def record_breach(context: Context, rule: str, zh: str, en: str, *, at: str = "", article: str | None = None) -> None:
    """Flag a breach, add it to the project's list once, and tell the head of the Centre."""
    context.find(rule, zh, en, level=Level.FLAG, at=at, article=article)
    known = projects.find(context)
    breaches = list(known.data.get("breaches") or ()) if known else []
    if any((one.get("rule"), one.get("note")) == (rule, zh) for one in breaches):
        return
    if known is not None:
        projects.patch(context, breaches=[*breaches, {"rule": rule, "on": context.today, "note": zh}])
    context.notify("pj_center_lead", zh, en)
