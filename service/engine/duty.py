"""To whom a task is offered, and who is barred from it by separation of duty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.access import Bar, RoleBook, bars, lane_group, parse_groups, parse_sod
from service.access.duties import SELF, SUBMITTER
from service.engine import kernel
from service.engine.work import Work
from service.errors import Failed, NotAllowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The queues that a task stands in: "role", "role@unit" or "@account"; the first is stored with the task."""

    queues: tuple[str, ...]


def offer(work: Work, element: kernel.Element, token: str, book: RoleBook) -> Offer:
    """Find the queues of a task. Failed when it would be offered to nobody."""

    def text(raw: str | None) -> str:
        return "" if raw is None else str(work.run.evaluate(token, raw) or "")

    if assignee := text(element.assignee):
        return Offer(queues=(f"@{assignee}",))
    users = work.run.evaluate(token, element.candidate_users) if element.candidate_users else ()
    names = users if isinstance(users, list) else [name for name in str(users or "").split(",") if name.strip()]
    groups = work.run.evaluate(token, element.candidate_groups) if element.candidate_groups else ""
    listed = ",".join(groups) if isinstance(groups, list) else str(groups or "")
    queues = [f"@{str(name).strip()}" for name in names] if users else []
    queues += sorted(str(group) for group in parse_groups(listed))
    if not queues and element.lane is not None and book.find(element.lane) is not None:
        queues = [str(lane_group(element.lane, case_unit=work.row.unit, book=book))]
    if not queues:
        raise Failed(
            f"步骤“{element.name or element.id}”没有可办理的角色，请流程设计人员检查泳道或候选组。",
            message_en=f"Task {element.id} is offered to nobody: check its lane or candidate groups.",
        )
    return Offer(queues=tuple(dict.fromkeys(queues)))


def duties(element: kernel.Element) -> tuple[str, ...]:
    return tuple(word for value in element.values("sod") for word in parse_sod(value))


def find_bar(work: Work, element: kernel.Element, account: str) -> Bar | None:
    """Why separation of duty keeps the account from this step, or None."""
    words = duties(element)
    if not words:
        return None
    others = tuple(word for word in words if word.rpartition(":")[2] != SELF)
    names = {known.id: known.name or known.id for known in work.definition.process.elements.values()}
    everywhere = work.actors.everywhere()
    found = bars(others, everywhere, work.actors.submitters(), account, element=element.id, names=names)
    if found is None and len(others) < len(words):
        found = bars((SELF,), work.actors.here, (), account, element=element.id, names=names)
    return found


def barred_accounts(work: Work, element: kernel.Element) -> Iterable[tuple[str, str]]:
    """List (account, rule) of everybody who has done something that bars them from this step."""
    words = duties(element)
    if not words:
        return ()
    everywhere = work.actors.everywhere()
    accounts: set[str] = set()
    for word in words:
        target = word.rpartition(":")[2]
        if target == SELF:
            accounts.update(work.actors.here.get(element.id, ()))
        else:
            accounts.update(everywhere.get(SUBMITTER if target == SUBMITTER else target, ()))
    found = ((account, find_bar(work, element, account)) for account in sorted(accounts))
    return tuple((account, bar.rule) for account, bar in found if bar is not None)


def ensure_free(work: Work, element: kernel.Element, account: str) -> None:
    """NotAllowed, with rule and reason, when separation of duty bars the account."""
    bar = find_bar(work, element, account)
    if bar is not None:
        raise NotAllowed(bar.zh, message_en=bar.en, rule=bar.rule)
