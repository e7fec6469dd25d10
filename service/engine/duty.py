"""To whom a task is offered, and who is barred from it by separation of duty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.access import Bar, RoleBook, bars, lane_group, parse_groups, parse_sod, read_duty
from service.access.duties import SELF, SUBMITTER
from service.engine import kernel
from service.engine.people import Actors
from service.engine.work import Work
from service.errors import Failed, NotAllowed
from service.store import cases


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
    found = _first_bar(work, element, words, account)
    if found is None or found.element in ("", element.id) or found.element in work.definition.process.elements:
        return found
    names = {found.element: _name_elsewhere(work, found.element)}
    return _first_bar(work, element, words, account, names=names)


def barred_accounts(work: Work, element: kernel.Element) -> Iterable[tuple[str, str]]:
    """List (account, rule) of everybody who has done something that bars them from this step."""
    words = duties(element)
    if not words:
        return ()
    everywhere, accounts = work.actors.everywhere(), set[str]()
    for duty in map(read_duty, words):
        if duty.target == SELF:
            accounts.update(work.actors.this_round(element.id))
        else:
            known = _project(work).did if duty.project else everywhere
            accounts.update(known.get(duty.target, ()))
    found = ((account, _first_bar(work, element, words, account)) for account in sorted(accounts))
    return tuple((account, bar.rule) for account, bar in found if bar is not None)


def ensure_free(work: Work, element: kernel.Element, *accounts: str | None) -> None:
    """NotAllowed, with rule and reason, when separation of duty bars one of the accounts: who acts, or for whom it is done."""
    for account in accounts:
        bar = find_bar(work, element, account) if account is not None else None
        if bar is not None:
            raise NotAllowed(bar.zh, message_en=bar.en, rule=bar.rule)


def bar_from_rest(work: Work, element: kernel.Element, open_tasks: Iterable[tuple[str, str]], accounts: Iterable[str]) -> None:
    """Hide what else is open in the case from who has just done a step that bars them from it. `open_tasks`: (task, element)."""
    done = {element.id} | ({SUBMITTER} if SUBMITTER in work.actors.here else set())
    barred: list[dict[str, str]] = []
    for task, other_id in open_tasks:
        other = work.definition.process.elements[other_id]
        targets = {other.id if duty.target == SELF else duty.target for duty in map(read_duty, duties(other))}
        if done.isdisjoint(targets):
            continue
        for account in accounts:
            bar = _first_bar(work, other, duties(other), account)
            if bar is not None:
                barred.append({"task_id": task, "account": account, "rule": bar.rule})
    cases.add_task_bars(work.connection, barred)


def _first_bar(
    work: Work, element: kernel.Element, words: tuple[str, ...], account: str, *, names: Mapping[str, str] | None = None
) -> Bar | None:
    read = [(word, read_duty(word)) for word in words]
    others = tuple(word for word, duty in read if duty.target != SELF)
    known = {known.id: known.name or known.id for known in work.definition.process.elements.values()} | dict(names or {})
    project = _project(work).did if any(duty.project for _, duty in read) else {}
    found = bars(
        others, work.actors.everywhere(), work.actors.submitters(), account, element=element.id, names=known, project=project
    )
    own = tuple(word for word, duty in read if duty.target == SELF)
    return found or bars(own, {element.id: work.actors.this_round(element.id)}, (), account, element=element.id, names=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """All cases about the same thing: who did what in them, and by which definition (process, digest) each element was done."""

    did: Mapping[str, Sequence[str]]
    drawn: Mapping[str, tuple[str, str]]


def _project(work: Work) -> Project:
    """Ask once a command; this case counts as it stands in this command."""
    if work.project is None:
        did, drawn = dict[str, list[str]](), dict[str, tuple[str, str]]()
        listed = cases.list_project(work.connection, business_key=work.row.business_key, regulation=work.row.regulation)
        for case_id, process, digest, actors in listed:
            found = work.actors if case_id == work.row.id else Actors.from_text(actors)
            drawn |= {element: (process, digest) for element in found.here if element not in drawn}
            for element, accounts in found.everywhere().items():
                known = did.setdefault(element, [])
                known += [account for account in accounts if account not in known]
        for element, accounts in work.actors.everywhere().items():  # a case that is just being started has no row yet
            did[element] = list(dict.fromkeys([*did.get(element, ()), *accounts]))
        work.project = Project(did=did, drawn=drawn)
    found_project: Project = work.project
    return found_project


def _name_elsewhere(work: Work, element: str) -> str:
    """What a step of another case is called there; its id when that case is gone."""
    drawn = _project(work).drawn.get(element)
    find = work.host.world.find_definition
    if drawn is None or find is None:
        return element
    known = find(work.connection, *drawn).process.elements.get(element)
    return known.name or element if known is not None else element
