"""卡住的案件: what stands still, why, since when, under which deadline, who solves it; and the way to the action."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import stuck
from service.engine.batch_kinds import KINDS
from service.engine.lifecycle import MONITOR
from service.engine.list_sheets import MOST_ROWS, write_list
from service.engine.stuck import Cause, Trouble
from service.engine.stuck.causes import REMEDIES
from service.engine.stuck.reading import ensure_may_see
from service.store.reads import MAX_LIMIT
from service.store.stuck import StuckFilter
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.register_sheets import send_stream
from service.web.translations import gettext as _

ROWS = 50
#: Width and height of the picture of the trend.
_WIDE, _HIGH = 320, 48
_FILTERS = ("cause", "process", "element", "unit", "q")


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/stuck", "console_stuck", show)
    blueprint.add_url_rule("/console/stuck.xlsx", "console_stuck_sheet", sheet)


def cause_words() -> dict[str, str]:
    """What causes are called on pages."""
    return {
        Cause.OVERDUE: _("逾期未办"), Cause.NOBODY: _("无人可办"), Cause.ABSENT: _("人员休假或停用"),
        Cause.BARRED: _("全员回避"), Cause.UNTAKEN: _("长期无人领取"), Cause.PARKED: _("自动步骤失败"),
        Cause.LEASE: _("办理中断"), Cause.LATE: _("到时未执行"), Cause.MESSAGE: _("等不到的消息"),
        Cause.CHILD: _("下级案件停住"), Cause.JOIN: _("汇合等不到"), Cause.INCOMPLETE: _("缺少记录"), Cause.SLOW: _("慢于同类"),
    }  # fmt: skip


def show() -> ResponseReturnValue:
    given = _given()
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        where = _where(given)
        found, after = stuck.list_troubles(reader.connection, where, after=request.args.get("after"), limit=ROWS)
        counts = dict(stuck.count_troubles(reader.connection, "cause", StuckFilter(**{**_plain(given), "cause": None})))
        names = cause_words()
        group = request.args.get("group")
        return render(
            "console/stuck.html",
            reader,
            tiles=[
                {
                    "name": names[cause], "number": counts.get(cause, 0), "url": _url(given, cause=cause),
                    "current": given["cause"] == cause,
                }
                for cause in Cause
                if counts.get(cause) or given["cause"] == cause
            ],
            total=sum(counts.values()),
            all_url=_url(given, cause=None),
            groups=_groups(reader, group, where, given) if group in ("process", "element", "unit") else None,
            troubles=list(_lines(reader, found)),
            filters=given,
            processes=_choices(reader.processes, stuck.count_troubles(reader.connection, "process", StuckFilter())),
            units=_choices(reader.units, stuck.count_troubles(reader.connection, "unit", StuckFilter())),
            acts=MONITOR in reader.actor.roles,
            trend=_trend(stuck.list_trend(reader.machine, reader.connection)),
            bulk=_bulk(given) if found and MONITOR in reader.actor.roles else None,
            picks=_picks(given) if MONITOR in reader.actor.roles else None,
            export_url=_address("pages.console_stuck_sheet", given),
            first_url=_url(given) if request.args.get("after") else None,
            next_url=_url(given, after=after) if after else None,
        )  # fmt: skip


def sheet() -> ResponseReturnValue:
    """What the page lists, as an xlsx sheet."""
    given, stream = _given(), BytesIO()
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        header = [_("原因"), _("说明"), _("案件"), _("编号"), _("单位"), _("开始时间"), _("法定期限"), _("谁能解决"), _("建议")]
        write_list(
            _("卡住的案件"), header, _rows(reader, _where(given)), more=_("只导出前 %(n)s 行。", n=MOST_ROWS), stream=stream
        )
    return send_stream(stream, _("卡住的案件"))


def _rows(reader: Reader, where: StuckFilter) -> Iterator[list[Any]]:
    after: str | None = None
    while True:
        found, after = stuck.list_troubles(reader.connection, where, after=after, limit=MAX_LIMIT)
        for line in _lines(reader, found):
            yield [
                line["cause"], line["words"], line["title"], line["number"], line["unit"], line["since"], line["due"],
                line["who"], line["advice"],
            ]  # fmt: skip
        if after is None:
            return


def _given() -> dict[str, str | None]:
    return {name: (request.args.get(name) or "").strip()[:80] or None for name in _FILTERS}


def _plain(given: dict[str, str | None]) -> dict[str, str | None]:
    """The filters as `StuckFilter` and addresses name them."""
    return {"cause": given["cause"], "process": given["process"], "element": given["element"], "unit": given["unit"]}


def _where(given: dict[str, str | None]) -> StuckFilter:
    return StuckFilter(**_plain(given), text=given["q"])


def _url(given: dict[str, str | None], **other: str | None) -> str:
    return _address("pages.console_stuck", {**given, **other})


def _address(endpoint: str, given: dict[str, str | None]) -> str:
    kept: dict[str, Any] = {name: value for name, value in given.items() if value}
    return url_for(endpoint, **kept)


def _choices(names: dict[str, str], counted: tuple[tuple[str, int], ...]) -> list[dict[str, str]]:
    return [{"id": one, "name": names.get(one, one)} for one, _number in counted if one]


def _groups(reader: Reader, by: str, where: StuckFilter, given: dict[str, str | None]) -> list[dict[str, Any]]:
    known = {"process": reader.processes, "unit": reader.units, "element": {}}[by]
    return [
        {"name": known.get(name, name) or _("（无）"), "number": number, "url": _url(given, **{by: name})}
        for name, number in stuck.count_troubles(reader.connection, by, where)
    ]


def _lines(reader: Reader, found: tuple[Trouble, ...]) -> Iterator[dict[str, Any]]:
    people = reader.people({account for one in found for account in one.who})
    names = cause_words()
    for one in found:
        remedy = one.remedy
        solver = remedy.solver_en if reader.english else remedy.solver_zh
        subject = {"task": one.task_id, "job": one.job_id, "case": one.case_id}
        kind = KINDS.get(remedy.act)
        yield {
            "key": one.key, "cause": names[one.cause], "words": one.en if reader.english else one.zh, "title": one.title,
            "number": one.business_key, "url": url_for("pages.case", case_id=one.facts.get("child") or one.case_id)
            if one.case_id else None,
            "unit": one.unit_name, "since": one.since, "age": _age(reader.now, one.since), "due": one.legal_due,
            "who": "、".join(people.get(account, account) for account in one.who) or solver,
            "subject": subject.get(kind.subject.value) if kind is not None else None,
            "advice": remedy.en if reader.english else remedy.zh,
            "act_url": url_for("pages.console_batch_new", kind=kind.name, subject=subject[kind.subject.value])
            if kind is not None and subject.get(kind.subject.value) else None,
        }  # fmt: skip


def _picks(given: dict[str, str | None]) -> dict[str, str] | None:
    """What can be done to picked rows of one cause."""
    kind = KINDS.get(REMEDIES[Cause(given["cause"])].act) if given["cause"] else None
    return {"kind": kind.name, "url": url_for("pages.console_batch_new")} if kind is not None and kind.offered else None


def _bulk(given: dict[str, str | None]) -> dict[str, str] | None:
    """The way to do at once what is advised for all rows of one cause; the words of a search do not narrow it."""
    if given["cause"] is None or given["q"]:
        return None
    kind = KINDS.get(REMEDIES[Cause(given["cause"])].act)
    if kind is None or not kind.offered:
        return None
    kept: dict[str, Any] = {name: value for name, value in _plain(given).items() if value}
    return {"url": url_for("pages.console_batch_new", kind=kind.name, look=1, **kept)}


def _age(now: datetime, since: datetime) -> str:
    minutes = max(int((now - since).total_seconds() // 60), 0)
    if minutes < 60:
        return _("%(n)s 分钟", n=minutes)
    if minutes < 48 * 60:
        return _("%(n)s 小时", n=minutes // 60)
    return _("%(n)s 天", n=minutes // (24 * 60))


def _trend(points: tuple[tuple[datetime, int], ...]) -> dict[str, Any] | None:
    """A line through the hours: SVG points, the least and the most."""
    if len(points) < 2:
        return None
    first, last, most = points[0][0], points[-1][0], max(number for _at, number in points) or 1
    span = (last - first).total_seconds() or 1
    line = " ".join(
        f"{(at - first).total_seconds() / span * _WIDE:.1f},{_HIGH - number / most * (_HIGH - 4):.1f}" for at, number in points
    )
    return {"line": line, "most": most, "first": first, "last": last, "now": points[-1][1]}
