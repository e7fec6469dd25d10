"""运行状况: workers, the queue, the database and the calendar; above them what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from service.engine.operations import LIVES, Operations, read_operations
from service.web.pages import wording
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.pages.steps import duration
from service.web.translations import gettext as _

#: From which lag on a due job means that workers do not keep up, and a silent monitor that it is not looking.
_LAG, _BLIND = 120.0, 300.0


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/workers", "console_workers", show)


def show() -> ResponseReturnValue:
    with reading() as reader:
        read = read_operations(reader.machine, reader.actor)
        gauges = read.gauges
        return render(
            "console/workers.html", reader,
            faults=list(_faults(reader, read)),
            workers=[
                {"id": name, "lives": seconds <= LIVES.total_seconds(), "silence": _span(seconds)}
                for name, seconds in sorted(gauges.silence, key=lambda one: one[1])
            ],
            queue=[
                {
                    "kind": _kinds().get(row.kind, row.kind), "state": _states().get(row.state, row.state), "number": row.number,
                    "first": row.first_due,
                    "bad": row.state == "parked",
                }
                for row in read.queue
            ],
            parked=[
                {"handler": row.handler, "number": row.number, "url": url_for("pages.console_stuck", cause="parked")}
                for row in read.parked
            ],
            lag=_span(gauges.oldest) if gauges.oldest else None,
            monitor=_span(gauges.monitor) if gauges.monitor is not None else None,
            database=wording.size(int(gauges.size)),
            calendar={
                "years": [read.calendar.years[0], read.calendar.years[-1]] if read.calendar.years else None,
                "until": read.calendar.until, "beyond": read.calendar.beyond,
            },
        )  # fmt: skip


def _faults(reader: Reader, read: Operations) -> Iterator[dict[str, Any]]:
    """What is wrong in a sentence, and what to do."""
    gauges, living = read.gauges, [name for name, seconds in read.gauges.silence if seconds <= LIVES.total_seconds()]
    if not living:
        yield {
            "words": _("没有后台进程在运行：自动步骤、定时器和期限提醒都停着。"),
            "act": _("请在服务器上启动 chengxu worker，或检查 chengxu serve 是否在运行。"),
            "url": None,
        }
    elif (gauges.oldest or 0) > _LAG:
        yield {
            "words": _("最早到期的作业已等了 %(span)s：后台进程来不及办理。", span=_span(gauges.oldest or 0)),
            "act": _("请再启动一个 chengxu worker，或查看下面哪一类作业积压。"),
            "url": None,
        }
    if living and (gauges.monitor is None or gauges.monitor > _BLIND):
        yield {
            "words": _("卡住案件的检查没有按时进行。"),
            "act": _("请查看后台进程的日志。"),
            "url": None,
        }
    if parked := sum(row.number for row in read.parked):
        yield {
            "words": _("%(n)s 个自动步骤失败后停下了。", n=parked),
            "act": _("查看原因并重试"),
            "url": url_for("pages.console_stuck", cause="parked"),
        }
    now = reader.now
    if read.calendar.until is None or (now.month == 12 and read.calendar.until <= now.year):
        yield {
            "words": _("%(year)s 年的放假安排还没有载入，到期日可能不准。", year=(read.calendar.until or now.year - 1) + 1),
            "act": _("请载入国务院办公厅的放假通知。"),
            "url": None,
        }


def _kinds() -> dict[str, str]:
    return {
        "service": _("自动步骤"), "timer": _("定时器"), "start": _("定时发起"), "mail": _("邮件"), "webhook": _("推送"),
        "recompute": _("重算到期日"), "batch": _("批量操作"), "verify": _("历史记录核验"), "terminate": _("终止案件"),
    }  # fmt: skip


def _states() -> dict[str, str]:
    return {"todo": _("等待"), "doing": _("执行中"), "parked": _("失败停下")}


def _span(seconds: float) -> str:
    return _("%(n)s 秒", n=int(seconds)) if seconds < 60 else duration(timedelta(seconds=seconds))
