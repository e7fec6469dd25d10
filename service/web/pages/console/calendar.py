"""放假安排: the loaded years; a notice is read from its text or from lines, tried on the open dates, and loaded."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import yaml
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine.calendar_notices import Foresight, foresee, load_notice
from service.engine.list_sheets import MOST_ROWS, write_list
from service.engine.operations import read_coverage
from service.engine.parameters import is_sysadmin
from service.engine.recomputing import RECOMPUTE
from service.engine.stuck.reading import ensure_may_see
from service.errors import Conflict, Invalid, InvalidAnswers, NotAllowed
from service.law import Calendar
from service.law.notice_text import LONGEST, NoticeDays, as_document, as_lines, read_lines, read_notice
from service.store import calendar_years
from service.web import auth, current
from service.web.pages.console.units import errors_of, status_of
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.register_sheets import send_stream
from service.web.translations import gettext as _

_FIELDS = ("year", "title", "number", "text", "lines", "reason")
#: From which month on next year's notice is awaited; it comes at the end of October or in November.
_AWAITED = 11


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/calendar", "console_calendar", show)
    blueprint.add_url_rule("/console/calendar", "console_calendar_act", act, methods=["POST"])


def show() -> ResponseReturnValue:
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        return _page(reader, {"year": str(_next_year(reader))})


def act() -> ResponseReturnValue:
    """Read the text into lines, try the lines, or load them; what was entered stays in every case."""
    given = {name: request.form.get(name, "").replace("\x00", "")[:LONGEST].strip() for name in _FIELDS}
    verb = request.form.get("do", "read")
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        year = _year(given["year"])
        if year is None:
            fault = _("请填写年份，例如 2027。")
            return _page(reader, given, errors=[{"field": "year", "message": fault}]), 422
        if verb == "read":
            return _read(reader, given, year)
        found = read_lines(given["lines"], year=year)
        if found.findings:
            return _page(reader, given, errors=_said(reader, found)), 422
        document = as_document(found.days, year=year, title=given["title"][:120], number=given["number"][:60])
        if verb == "sheet":
            return _sheet(reader, foresee(reader.machine, reader.connection, document, by=reader.actor))
        if verb != "load":
            return _page(reader, given, foresight=foresee(reader.machine, reader.connection, document, by=reader.actor))
    try:  # this page answers a refusal with itself
        loaded = load_notice(current.engine().machine, document, reason=given["reason"], by=auth.require_account().name)
    except (InvalidAnswers, Conflict, NotAllowed) as error:
        with reading() as reader:
            told = foresee(reader.machine, reader.connection, document, by=reader.actor)
            return _page(reader, given, errors=errors_of(reader, error), foresight=told), status_of(error)
    flash(_("已载入 %(year)s 年的放假安排，未办结事项的到期日正在重算。", year=loaded))
    return redirect(url_for("pages.console_calendar"), 303)


def _read(reader: Reader, given: Mapping[str, str], year: int) -> ResponseReturnValue:
    """Turn the text, or an uploaded file of either kind, into lines for correction."""
    sent = request.files.get("file")
    text, title, number = given["text"], given["title"], given["number"]
    if sent is not None and sent.filename:
        raw = sent.stream.read(LONGEST * 4 + 1)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            fault = _("文件不是 UTF-8 文本。请另存为文本文件，或直接粘贴通知的文字。")
            return _page(reader, given, errors=[{"field": "file", "message": fault}]), 422
    document = _yaml(text)
    if document is not None:
        try:
            days = Calendar.from_years([document]).rows
        except Invalid as error:
            message = error.message_en if reader.english else error.message
            return _page(reader, given, errors=[{"field": "text", "message": message}]), 422
        notice = document.get("notice") or {}
        year, found = int(document["year"]), NoticeDays(days=tuple(days), findings=())
        title, number = str(notice.get("title") or title), str(notice.get("number") or number)
    else:
        found = read_notice(text, year=year)
    kept = {**given, "year": str(year), "title": title, "number": number, "text": text, "lines": as_lines(found.days)}
    return _page(reader, kept, errors=_said(reader, found)), 422 if found.findings else 200


def _yaml(text: str) -> Mapping[str, Any] | None:
    """A calendar document as they are shipped; None for other text."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    return document if isinstance(document, dict) and str(document.get("year", "")).isdecimal() else None


def _page(
    reader: Reader, given: Mapping[str, str], *, errors: list[dict[str, str]] | None = None, foresight: Foresight | None = None
) -> str:  # fmt: skip
    coverage, now = read_coverage(reader.machine, reader.connection), reader.now
    missing = now.year + 1 if now.month >= _AWAITED and now.year + 1 not in coverage.years else None
    return render(
        "console/calendar.html", reader, errors=errors or [], given=given, may=is_sysadmin(reader.actor),
        years=[row._asdict() for row in calendar_years.list_years(reader.connection)],
        missing=missing if now.year in coverage.years else now.year, beyond=coverage.beyond,
        going_on=calendar_years.count_recomputing(reader.connection, RECOMPUTE) > 0,
        foresight=None if foresight is None else _told(reader, foresight),
    )  # fmt: skip


def _told(reader: Reader, found: Foresight) -> dict[str, Any]:
    return {
        "year": found.year, "replaces": found.replaces, "same": found.same, "looked": found.looked, "moved": found.moved,
        "settled": found.settled, "complete": found.complete,
        "moves": [
            {
                "title": one.row.title, "key": one.row.business_key, "url": url_for("pages.case", case_id=one.row.case_id),
                "unit": one.row.unit or "", "deadline": _period(reader, one.row.deadline), "before": one.before,
                "after": one.after.isoformat(), "certain": one.certain, "moves": one.moves,
            }
            for one in found.told
        ],
    }  # fmt: skip


def _sheet(reader: Reader, found: Foresight) -> ResponseReturnValue:
    stream, title = BytesIO(), _("放假安排影响的到期日")
    header = [_("编号"), _("案件"), _("单位"), _("期限"), _("原到期日"), _("新到期日"), _("确定")]
    rows = (
        [
            one.row.business_key, one.row.title, one.row.unit or "", _period(reader, one.row.deadline), one.before,
            one.after.isoformat(), _("是") if one.certain else _("否"),
        ]
        for one in found.told
    )  # fmt: skip
    write_list(title, header, rows, more=_("只导出了前 %(n)s 条，请先筛选。", n=MOST_ROWS), stream=stream)
    return send_stream(stream, f"{title} {found.year}")


def _period(reader: Reader, period: str) -> str:
    versions = reader.rules.catalogue.periods.get(period, ())
    return period if not versions else versions[-1].en if reader.english else versions[-1].zh


def _said(reader: Reader, found: NoticeDays) -> list[dict[str, str]]:
    said = (one.message_en if reader.english else one.message for one in found.findings[:20])
    return [{"field": "lines", "message": one} for one in said]


def _year(text: str) -> int | None:
    return int(text) if text.isdecimal() and 2000 <= int(text[:6]) <= 2100 else None


def _next_year(reader: Reader) -> int:
    years = reader.rules.calendar.years
    return max(years) + 1 if years else reader.now.year
