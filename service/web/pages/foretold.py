"""What happens after one presses the button, in words. The diagram says it (`engine.foretelling`); nothing is claimed that is not
sure: what depends on the answers is told as possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from service.access import lane_group, parse_groups
from service.engine import duty, kernel
from service.engine.definitions import Definition
from service.engine.foretelling import Arrival, Branch, Outlook, Road, foretell
from service.engine.reads import TaskView
from service.errors import ChengxuError
from service.store import people
from service.web.pages import laws
from service.web.pages.reading import Reader
from service.web.pages.waiting import queue_name
from service.web.translations import gettext as _

#: More holders of a role than these are not named.
_FEW = 3
_Queues = Callable[[kernel.Element], tuple[str, ...]]


def after_task(reader: Reader, view: TaskView) -> dict[str, Any] | None:
    """What `components/foretold.html` shows beside the button of a task: {line, items}; None when nothing follows."""

    def queues(element: kernel.Element) -> tuple[str, ...]:
        try:
            return duty.offer(view.work, element, view.task.token, reader.machine.book).queues
        except ChengxuError:  # it depends on what is answered only now
            return ()

    return _told(reader, view.definition, foretell(view.definition.process, view.element.id), queues)


def after_start(reader: Reader, definition: Definition, *, unit: str) -> dict[str, Any] | None:
    """The same for the form that starts a process."""

    def queues(element: kernel.Element) -> tuple[str, ...]:
        book = reader.machine.book
        groups = element.candidate_groups
        try:
            if groups is None and element.assignee is None and element.candidate_users is None and element.lane is not None:
                return (str(lane_group(element.lane, case_unit=unit, book=book)),)
            return tuple(map(str, parse_groups(groups))) if groups is not None and not groups.startswith("=") else ()
        except ChengxuError:
            return ()

    return _told(reader, definition, foretell(definition.process, definition.start.id), queues)


def _told(reader: Reader, definition: Definition, outlook: Outlook, queues: _Queues) -> dict[str, Any] | None:
    if not outlook.roads:
        return None
    steps = [_step(reader, road, queues(road.element) if road.arrival is Arrival.STEP else ()) for road in outlook.roads]
    joined = _("、").join(steps)
    if outlook.sure:
        line = _("提交后：%(steps)s。", steps=joined)
    elif len(steps) == 1:
        line = _("提交后可能：%(steps)s。", steps=joined)
    else:
        names = _("、").join(f"“{_name(road.element)}”" for road in outlook.roads[:_FEW])
        line = _("提交后视填写内容而定，可能：%(names)s。", names=names)
        if len(outlook.roads) > _FEW:
            line = _("提交后视填写内容而定，有 %(n)s 种可能：%(names)s等。", n=len(outlook.roads), names=names)
    items = [_item(road, step) for road, step in zip(outlook.roads, steps, strict=True)]
    if outlook.sure:
        items.clear()  # the line says it all
    if outlook.others_first:
        items.insert(0, _("本环节由多人办理，须等其他人也办完（或达到规定的条件）。"))
    for road in outlook.roads:
        items += [
            words for words in (time_words(reader, road.element, one, definition) for one in road.deadlines) if words is not None
        ]
    if outlook.more:
        items.append(_("还有其他情形，见流程图。"))
    return {"line": line, "items": items}


def _step(reader: Reader, road: Road, queues: Iterable[str]) -> str:
    name = _name(road.element)
    match road.arrival:
        case Arrival.CHILD:
            return _("转入“%(name)s”", name=name)
        case Arrival.WAIT:
            return _("等待“%(name)s”", name=name)
        case Arrival.END:
            return _("以“%(name)s”结束", name=name)
    who = _("、").join(_who(reader, queue) for queue in queues) or _lane(reader, road.element)
    return _("由%(who)s办理“%(name)s”", who=who, name=name) if who else _("办理“%(name)s”", name=name)


def _item(road: Road, step: str) -> str:
    if road.branches:
        words = _("%(conditions)s：%(step)s", conditions=_("，且").join(map(_condition, road.branches)), step=step)
    else:
        words = step if road.sure else _("可能%(step)s", step=step)
    return _("%(words)s，须等并行的环节也办完", words=words) if road.joins else words


def _condition(branch: Branch) -> str:
    question = (branch.question or "").rstrip("？?")
    if branch.other or not branch.answer:
        return _("若“%(question)s”为其他情形", question=question) if question else _("若为其他情形")
    if not question:
        return _("若“%(answer)s”", answer=branch.answer)
    return _("若“%(question)s”为“%(answer)s”", question=question, answer=branch.answer)


def _who(reader: Reader, queue: str) -> str:
    """A role, with its holders when they are few: one of them will do it."""
    named = queue_name(reader, queue)
    role, _at, unit = queue.partition("@")
    if not role:
        return named
    members = {account for account, _role, place in people.list_members(reader.connection, [role]) if not unit or place == unit}
    if not 1 <= len(members) <= _FEW:
        return named
    holders = sorted(reader.people(members).values())
    return _("%(role)s（可能是%(names)s）", role=named, names=_("或").join(holders))


def _lane(reader: Reader, element: kernel.Element) -> str:
    known = element.lane is not None and reader.machine.book.find(element.lane) is not None
    return reader.role(element.lane) if known and element.lane is not None else ""


def time_words(reader: Reader, element: kernel.Element, period_id: str, definition: Definition) -> str | None:
    """The time that a step has, when it is a duration. A figure that no article gives is called what it is."""
    versions = reader.rules.catalogue.periods.get(period_id, ())
    period = next((one for one in reversed(versions) if one.is_in_force(reader.now.date())), None)
    if period is None or not period.length.counts:
        return None
    length = period.length.en(period.unit) if reader.english else period.length.zh(period.unit)
    name = _name(element)
    if period.practice:
        return _("“%(name)s”的期限：%(length)s（工作安排，非法定期限）", name=name, length=length)
    law = laws.short_cite(period.articles, reader.rules.catalogue, within=definition.regulation, english=reader.english)
    return _("“%(name)s”的期限：%(length)s（依据%(law)s）", name=name, length=length, law=law or period.id)


def _name(element: kernel.Element) -> str:
    return element.name or element.id
