"""Which dates a new holiday notice changes. Open this when a calendar is imported while deadlines are open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from service.law.calendar import Calendar
from service.law.catalogue import Catalogue
from service.law.deadlines import Deadline, deadline
from service.law.derivation import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A deadline before and after a notice, and the line about it for the case's history."""

    before: Deadline
    after: Deadline
    sentence: Sentence


def recomputed(deadlines: Iterable[Deadline], *, catalogue: Catalogue, old: Calendar, new: Calendar) -> Iterator[Change]:
    """Give the deadlines that `new` dates differently from `old`, or no longer leaves provisional, in their order.

    Only the calendar's effect counts: a date that `old` does not give (an administrator set it) stays as it is. Doing it again
    for the same rows gives the same changes, and none for a date that was changed already.
    """
    for held in deadlines:
        before = deadline(held.id, held.trigger, catalogue=catalogue, calendar=old, suspensions=held.suspensions)
        if _told(before) != _told(held):
            continue
        after = deadline(held.id, held.trigger, catalogue=catalogue, calendar=new, suspensions=held.suspensions)
        if _told(after) != _told(before):
            yield Change(before=held, after=after, sentence=_sentence(held, after, new))


def _told(found: Deadline) -> tuple[date, date, bool]:
    return found.nominal, found.effective, found.provisional


def _sentence(before: Deadline, after: Deadline, calendar: Calendar) -> Sentence:
    state_zh = "暂定" if after.provisional else "不再是暂定"
    state_en = "provisional" if after.provisional else "no longer provisional"
    if before.effective == after.effective:
        moved_zh, moved_en = f"仍为 {after.effective}", f"stays {after.effective}"
    else:
        moved_zh, moved_en = (
            f"由 {before.effective} 改为 {after.effective}",
            f"moves from {before.effective} to {after.effective}",
        )
    return Sentence(
        zh=f"载入节假日安排（{calendar.version}）后，期限 {after.id} {moved_zh}，{state_zh}。",
        en=f"With the holiday notice loaded ({calendar.version}), {after.id} {moved_en}, {state_en}.",
    )
