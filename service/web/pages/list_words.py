"""How the filters of a list are said: the words that its bar folds into, and the choices that it offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from service.engine.list_asking import DUES
from service.errors import Finding
from service.store.narrowing import TaskFilter
from service.web.pages import wording
from service.web.pages.listing import Asked
from service.web.pages.reading import Reader
from service.web.translations import gettext as _


def dues() -> list[dict[str, str]]:
    """The due dates that a list can be filtered by."""
    return [{"id": one, "name": _due(one)} for one in DUES]


def steps_of(reader: Reader, process: str | None) -> list[dict[str, str]]:
    """The steps of a process that people do, in the order of its diagram; none before a process is chosen."""
    if process is None or process not in reader.processes:
        return []
    elements = reader.machine.library.latest(reader.connection, process).process.elements.values()
    return [{"id": one.id, "name": one.name or one.id} for one in elements if one.kind == "userTask"]


def ensure_step(reader: Reader, where: TaskFilter) -> TaskFilter:
    """Drop a step that belonged to another process, which was chosen before."""
    known = {one["id"] for one in steps_of(reader, where.process)} if where.step else set()
    return replace(where, step=None) if where.step and where.process and where.step not in known else where


def words_of(reader: Reader, wanted: Asked) -> list[str]:
    """The filters in words, as the folded bar shows them: 本单位 · 逾期 · 采购."""
    return list(_words(reader, wanted))


def _words(reader: Reader, wanted: Asked) -> Iterator[str]:
    if wanted.unit:
        yield _("本单位") if {wanted.unit} == reader.actor.units else reader.units.get(wanted.unit, wanted.unit)
    if wanted.due in DUES:
        yield _due(wanted.due or "")
    if wanted.process:
        yield reader.processes.get(wanted.process, wanted.process)
    if wanted.step:
        names = {one["id"]: one["name"] for one in steps_of(reader, wanted.process)}
        if not wanted.process or wanted.step in names:
            yield names.get(wanted.step, wanted.step)
    yield from _amounts(wanted)
    if wanted.q:
        yield f"“{wanted.q}”"


def _amounts(wanted: Asked) -> Iterator[str]:
    least, most = (wording.yuan(text.replace(",", "")) if text else "" for text in (wanted.amount_from, wanted.amount_to))
    least, most = least.removesuffix(".00"), most.removesuffix(".00")
    if least and most:
        yield _("%(least)s 至 %(most)s 元", least=least, most=most)
    elif least:
        yield _("%(n)s 元以上", n=least)
    elif most:
        yield _("%(n)s 元以下", n=most)


def _due(word: str) -> str:
    return {
        "overdue": _("逾期"), "today": _("今天到期"), "week": _("本周到期"), "later": _("以后到期"), "none": _("没有期限"),
    }[word]  # fmt: skip


def unknown(name: str, value: str) -> Finding:
    """What is said of an address that asks for a list or an order that there is not."""
    zh = f"没有名为“{value}”的列表，下面是待办。" if name == "view" else f"不能按“{value}”排序，已按期限先后排列。"
    en = f"There is no list {value!r}; this is your to-do list." if name == "view" else f"Cannot sort by {value!r}: by due date."
    return Finding(field=name, rule="filter", message=zh, message_en=en)
