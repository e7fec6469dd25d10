"""流程运行: processes in figures, and the diagram of one with what stands where, what failed, and how long steps take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import operations
from service.engine.diagram_figures import ElementFigures, ProcessFigures, read_figures
from service.engine.lifecycle import MONITOR
from service.errors import Invalid
from service.store.operations import ProcessRow
from service.web.pages import laws
from service.web.pages.form_card import API
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.pages.steps import duration
from service.web.translations import gettext as _

#: From which part of its legal period on the middle one of the tasks of a step is near it, close to it, or over it.
_NEAR, _CLOSE, _OVER = 0.5, 0.8, 1.0


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/processes", "console_processes", show_list)
    blueprint.add_url_rule("/console/processes/<process>", "console_process", show)


def show_list() -> ResponseReturnValue:
    with reading() as reader:
        rows = operations.list_processes(reader.machine, reader.actor)
        grouped: dict[str, list[ProcessRow]] = {}
        for row in rows:
            grouped.setdefault(row.process, []).append(row)
        listed = [_line(reader, versions) for versions in grouped.values()]
        listed.sort(key=lambda one: (one["regulation"], -one["open"], one["name"]))
        return render("console/processes.html", reader, processes=listed)


def _line(reader: Reader, versions: list[ProcessRow]) -> dict[str, Any]:
    newest = versions[0]
    older = [one for one in versions[1:] if one.open]
    migrates = older and MONITOR in reader.actor.roles
    return {
        "name": newest.name, "url": url_for("pages.console_process", process=newest.process),
        "regulation": _regulation(reader, newest.regulation), "version": newest.version,
        "open": sum(one.open for one in versions), "overdue": newest.overdue, "incidents": newest.incidents,
        "stuck": newest.stuck, "older": sum(one.open for one in older), "older_versions": [one.version for one in older],
        "cases_url": url_for("pages.console_cases", process=newest.process, status="open"),
        "stuck_url": url_for("pages.console_stuck", process=newest.process),
        "incidents_url": url_for("pages.console_stuck", process=newest.process, cause="parked"),
        "overdue_url": url_for("pages.console_stuck", process=newest.process, cause="overdue"),
        "migrate_url": url_for("pages.console_migrate", process=newest.process) if migrates else None,
    }  # fmt: skip


def show(process: str) -> ResponseReturnValue:
    with reading() as reader:
        found = read_figures(reader.machine, reader.connection, reader.actor, process, _version())
        definition = found.definition
        shown = found.version or definition.version
        rows = [_element(reader, found, one) for one in found.elements]
        return render(
            "console/process.html", reader,
            process={"id": process, "name": definition.name, "regulation": _regulation(reader, definition.regulation)},
            versions=[
                {"version": one.version, "open": one.open, "current": one.version == found.version} for one in found.versions
            ],
            version=found.version,
            whole=_took(found.whole.median) if found.whole is not None else None,
            whole_slow=_took(found.whole.p95) if found.whole is not None else None,
            whole_number=found.whole.number if found.whole is not None else 0,
            elsewhere=found.elsewhere,
            diagram={
                "xml_url": f"{API}/operations/processes/{process}/diagram?version={shown}",
                "marks": [_mark(one, row) for one, row in zip(found.elements, rows, strict=True)],
            },
            elements=[row for row in rows if row["counts"]],
            open=sum(one.open for one in found.versions if found.version in (None, one.version)),
            cases_url=url_for("pages.console_cases", process=process, version=found.version, status="open"),
            migrate_url=_migrate_url(reader, found, process),
        )  # fmt: skip


def _version() -> int | None:
    text = request.args.get("version", "")
    if text and not (text.isdecimal() and len(text) <= 6):
        raise Invalid(f"版本“{text[:20]}”不是数字。", message_en=f"The version {text[:20]!r} is no number.")
    return int(text) if text else None


def _migrate_url(reader: Reader, found: ProcessFigures, process: str) -> str | None:
    older = any(one.open for one in found.versions[1:])
    return url_for("pages.console_migrate", process=process) if older and MONITOR in reader.actor.roles else None


def _element(reader: Reader, found: ProcessFigures, one: ElementFigures) -> dict[str, Any]:
    element, process = one.element, found.definition.key
    where: dict[str, Any] = {"process": process, "element": element.id}
    return {
        "id": element.id, "name": element.name or element.id, "standing": one.standing, "overdue": one.overdue,
        "incidents": one.incidents, "stuck": one.stuck, "ended": one.ended,
        "median": _took(one.median), "p95": _took(one.p95), "heat": _heat(one),
        "period": _period(reader, found, one), "share": None if one.share is None else f"{one.share:.0%}",
        "counts": bool(one.standing or one.overdue or one.incidents or one.stuck or one.ended or one.period is not None),
        "cases_url": url_for("pages.console_cases", version=found.version, status="open", **where),
        "stuck_url": url_for("pages.console_stuck", **where),
        "overdue_url": url_for("pages.console_stuck", cause="overdue", **where),
        "incidents_url": url_for("pages.console_stuck", cause="parked", **where),
    }  # fmt: skip


def _mark(one: ElementFigures, row: dict[str, Any]) -> dict[str, Any]:
    """What the drawing shows at an element."""
    notes = [
        {"kind": kind, "text": text, "title": title}
        for number, kind, text, title in (
            (one.standing, "standing", str(one.standing), _("停留 %(n)s", n=one.standing)),
            (one.overdue, "overdue", _("逾 %(n)s", n=one.overdue), _("逾期 %(n)s", n=one.overdue)),
            (one.incidents, "incident", _("败 %(n)s", n=one.incidents), _("自动步骤失败 %(n)s", n=one.incidents)),
        )
        if number
    ]
    took = row["median"] and (f"{row['median']} · {row['share']}" if row["share"] else row["median"])
    return {"id": one.element.id, "notes": notes, "heat": row["heat"], "took": took}


def _heat(one: ElementFigures) -> str | None:
    if one.median is None:
        return None
    if one.share is None:
        return "none"
    return "over" if one.share > _OVER else "close" if one.share > _CLOSE else "near" if one.share > _NEAR else "early"


def _period(reader: Reader, found: ProcessFigures, one: ElementFigures) -> dict[str, str] | None:
    """The legal period of a step: its length or that it is a date, and where it stands."""
    period = one.period
    if period is None:
        return None
    length = period.length.en(period.unit) if reader.english else period.length.zh(period.unit)
    law = laws.short_cite(period.articles, reader.rules.catalogue, within=found.definition.regulation, english=reader.english)
    said = length if period.length.counts else _("按日期")
    return {
        "words": said,
        "law": _("工作安排") if period.practice else law or period.id,
        "title": period.en if reader.english else period.zh,
    }


def _took(seconds: int | None) -> str | None:
    return None if seconds is None else duration(timedelta(seconds=seconds))


def _regulation(reader: Reader, regulation: str) -> str:
    known = reader.rules.catalogue.regulations.get(regulation)
    return regulation if known is None else known.en if reader.english else known.zh
