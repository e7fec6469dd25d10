"""What happened at each element of a case's diagram: how often, how long, by whom, with which words. For the page's 环节."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from service.engine.definitions import Definition
from service.engine.events import Event
from service.engine.kernel import Element
from service.store import reads
from service.store.history import Link
from service.web.pages import due, laws
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

#: Elements that only part and join paths; nothing happens at them.
_SILENT = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")
MINUTE, HOUR, DAY = 60, 3600, 86_400
Span = tuple[datetime, datetime]


def steps_of(
    reader: Reader, case_id: str, definition: Definition, links: Sequence[Link], told: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """List {id, name, count, spent, who, open, entries, due, laws} of every element that was reached, as the diagram has them.

    `links` are the visible lines of the case, `told` its entries of the timeline.
    """
    walked = Counter(one for link in links for one in (link.payload or {}).get("walked") or ())
    tasks = reads.list_case_tasks(reader.connection, [case_id])
    entries: dict[str, list[Mapping[str, Any]]] = {}
    elements = {(link.chain, link.seq): link.element for link in links}
    for entry in told:
        entries.setdefault(elements.get(entry["line"]) or "", []).append(entry)
    found = []
    for element in definition.process.elements.values():
        here = [task for task in tasks if task["element"] == element.id]
        if element.kind in _SILENT or not (walked[element.id] or here or entries.get(element.id)):
            continue
        spent = _total([*_of_tasks(here, reader.now), *_of_children(element, links, reader.now)])
        names = dict.fromkeys(task["closed_name"] or task["claimed_name"] for task in here)
        found.append(
            {
                "id": element.id, "name": element.name or element.id, "count": walked[element.id],
                "spent": duration(spent) if spent is not None else None, "who": [name for name in names if name],
                "open": any(task["status"] in reads.OPEN for task in here), "entries": entries.get(element.id, []),
                "due": _due(reader, here),
                "laws": laws.laws_of(element.values("article"), reader.rules.catalogue, lang=reader.lang),
            }
        )  # fmt: skip
    return found


def _of_tasks(tasks: Iterable[Mapping[str, Any]], now: datetime) -> Iterator[Span]:
    for task in tasks:
        yield task["opened_at"], task["closed_at"] or now


def _of_children(element: Element, links: Iterable[Link], now: datetime) -> Iterator[Span]:
    """From the start to the end of child cases; a call that was given up counts to now only while it is open."""
    if element.kind != "callActivity":
        return
    begun: dict[str, datetime] = {}
    for link in links:
        case = str((link.payload or {}).get("case"))
        if link.element == element.id and link.kind == Event.CHILD_STARTED:
            begun[case] = link.at
        elif link.element == element.id and link.kind == Event.CHILD_ENDED and case in begun:
            yield begun.pop(case), link.at
    for at in begun.values():
        yield at, now


def _total(spans: Iterable[Span]) -> timedelta | None:
    """How long something was going on, what went on at once counted once; None when nothing was."""
    total, reached = None, None
    for begin, end in sorted(spans):
        since = begin if reached is None else max(begin, reached)
        total = (total or timedelta()) + max(end - since, timedelta())
        reached = end if reached is None else max(reached, end)
    return total


def duration(spent: timedelta) -> str:
    """3 天 2 小时"""
    seconds = int(spent.total_seconds())
    if seconds >= DAY:
        days, hours = seconds // DAY, seconds % DAY // HOUR
        return _("%(d)s 天 %(h)s 小时", d=days, h=hours) if hours else _("%(d)s 天", d=days)
    if seconds >= HOUR:
        return _("%(h)s 小时 %(m)s 分钟", h=seconds // HOUR, m=seconds % HOUR // MINUTE)
    return _("%(m)s 分钟", m=seconds // MINUTE) if seconds >= MINUTE else _("不到 1 分钟")


def _due(reader: Reader, tasks: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The deadline of the last visit, as it stood when that ended."""
    last = next((task for task in reversed(tasks) if task["due_at"] is not None), None)
    if last is None:
        return None
    now = last["closed_at"] or reader.now
    return due.due_words(last["due"], last["due_at"], now=now, rules=reader.rules, lang=reader.lang)
