"""案件: all cases, narrowed by process, version, state, step, unit, days, words and any searchable variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service.engine.batch_kinds import KINDS, Subject
from service.engine.case_asking import STATES, UNIT, VALUE, Searchable, list_searchable, read_asked
from service.engine.definitions import Definition
from service.engine.list_sheets import MOST_ROWS, write_list
from service.engine.stuck.reading import ensure_may_see
from service.errors import NotFound
from service.store.all_cases import CaseFilter, count_all_cases, list_all_cases
from service.store.reads import MAX_LIMIT
from service.web.pages import facts, timeline, wording
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.register_sheets import send_stream
from service.web.translations import gettext as _

ROWS = 50
#: Up to where cases are counted.
COUNTED = 1000
_GIVEN = ("process", "version", "status", "element", "unit", "q", "since", "until")
_LONGEST = 200
#: What is done to many cases alike; the others need to know more of each.
_FOR_MANY = ("suspend_case", "resume_case", "terminate_case", "repair_case", "archive_case", "restore_case")
#: No case stands at these: it goes through them, or they watch it from beside.
_PASSED = (
    "startEvent",
    "endEvent",
    "boundaryEvent",
    "exclusiveGateway",
    "inclusiveGateway",
    "intermediateThrowEvent",
    "subProcess",
)


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/cases", "console_cases", show)
    blueprint.add_url_rule("/console/cases.xlsx", "console_cases_sheet", sheet)


def show() -> ResponseReturnValue:
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        given, definition = _given(reader)
        where, faults = read_asked(given, definition)
        page = list_all_cases(reader.connection, where, after=request.args.get("after", "")[:24] or None, limit=ROWS)
        counted = count_all_cases(reader.connection, where, most=COUNTED)
        return render(
            "console/cases.html", reader,
            cases=[_row(reader, row) for row in page.rows],
            total=f"{COUNTED}+" if counted == COUNTED else str(counted),
            filters={name: given.get(name) for name in _GIVEN},
            faults=[one.message_en if reader.english else one.message for one in faults],
            processes=[{"id": key, "name": name} for key, name in sorted(reader.processes.items(), key=lambda one: one[1])],
            units=[{"id": key, "name": name} for key, name in sorted(reader.units.items(), key=lambda one: one[1])],
            steps=_steps(reader, given.get("process")),
            states=[{"id": name, "name": _state_words()[name]} for name in STATES],
            variables=[_control(reader, one, given) for one in list_searchable(definition)] if definition is not None else [],
            picks=_picks(reader) if page.rows else None,
            narrowed=any(given.get(name) for name in given if name.startswith(VALUE)),
            export_url=_address("pages.console_cases_sheet", given),
            first_url=_address("pages.console_cases", given) if request.args.get("after") else None,
            next_url=_address("pages.console_cases", {**given, "after": page.after}) if page.after else None,
        )  # fmt: skip


def _picks(reader: Reader) -> dict[str, Any] | None:
    """What can be done to the cases that are picked; None for those who only look."""
    kinds = [
        {"id": kind.name, "name": kind.en if reader.english else kind.zh}
        for kind in KINDS.values()
        if kind.subject is Subject.CASE and kind.name in _FOR_MANY and not reader.actor.roles.isdisjoint(kind.roles)
    ]
    return {"url": url_for("pages.console_batch_new"), "kinds": kinds} if kinds else None


def sheet() -> ResponseReturnValue:
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        given, definition = _given(reader)
        where, _faults = read_asked(given, definition)
        variables = list_searchable(definition) if definition is not None else ()
        header = [_("编号"), _("名称"), _("流程"), _("版本"), _("状态"), _("单位"), _("发起人"), _("发起时间"), _("办结时间")]
        stream = BytesIO()
        write_list(
            _("案件"), header + [_label(reader, one) for one in variables],
            (_cells(reader, row, variables) for row in _all(reader, where)),
            more=_("只导出前 %(n)s 行，请缩小范围后再导出。", n=MOST_ROWS), stream=stream,
        )  # fmt: skip
        return send_stream(stream, "cases.xlsx")


def _all(reader: Reader, where: CaseFilter) -> Iterator[Mapping[str, Any]]:
    after: str | None = None
    while True:
        page = list_all_cases(reader.connection, where, after=after, limit=MAX_LIMIT)
        yield from page.rows
        after = page.after
        if after is None:
            return


def _given(reader: Reader) -> tuple[dict[str, str], Definition | None]:
    """The address without the page, and the newest definition of the process that it names."""
    given = {
        name: value.replace("\x00", "").strip()[:_LONGEST]
        for name, value in request.args.items()
        if (name in _GIVEN or name.startswith(VALUE)) and value.strip()
    }
    process = given.get("process")
    if process is None:
        return {name: value for name, value in given.items() if not name.startswith(VALUE)}, None
    try:
        return given, reader.machine.library.latest(reader.connection, process)
    except NotFound:
        return given, None


def _steps(reader: Reader, process: str | None) -> list[dict[str, str]]:
    """Where cases of a process can stand, in the order of its diagram."""
    if process not in reader.processes:
        return []
    elements = reader.machine.library.latest(reader.connection, process or "").process.elements.values()
    return [{"id": one.id, "name": one.name or one.id} for one in elements if one.name and one.kind not in _PASSED]


def _control(reader: Reader, one: Searchable, given: Mapping[str, str]) -> dict[str, Any]:
    """A variable as the fields of the filter show it."""
    name = VALUE + one.name
    choices = [{"id": value, "name": _choice(reader, one, value)} for value in one.choices]
    if one.name == UNIT:
        choices = [{"id": key, "name": words} for key, words in sorted(reader.units.items(), key=lambda pair: pair[1])]
    return {
        "name": name, "label": _label(reader, one), "order": one.order, "choices": choices, "value": given.get(name, ""),
        "least": given.get(f"{name}.from", ""), "most": given.get(f"{name}.to", ""),
    }  # fmt: skip


def _label(reader: Reader, one: Searchable) -> str:
    if one.question is None:
        return one.name
    return one.question.label.en[1:-1] if reader.english else one.question.label.bare


def _choice(reader: Reader, one: Searchable, value: str) -> str:
    if value in ("true", "false"):
        return _("是") if value == "true" else _("否")
    return facts.chosen_word(reader, one.form, (one.name,), value) if one.form is not None else value


def _row(reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    words, tone = wording.state(row["status"], timeline.outcome_name(reader.definition(row), row["outcome"]))
    return {
        "id": row["id"], "url": url_for("pages.case", case_id=row["id"]), "title": row["title"],
        "business_key": row["business_key"],
        "process_name": reader.processes.get(row["process"], row["process"]), "version": row["version"],
        "unit_name": row["unit_name"] or "", "started_name": row["started_name"] or "", "state": words, "tone": tone,
        "amount": facts.amount_of(row["facts"]), "started_at": row["started_at"], "ended_at": row["ended_at"],
        "child": row["parent"] is not None, "archived": row["archived_at"] is not None,
    }  # fmt: skip


def _cells(reader: Reader, row: Mapping[str, Any], variables: tuple[Searchable, ...]) -> list[Any]:
    shown = _row(reader, row)
    return [
        shown["business_key"], shown["title"], shown["process_name"], shown["version"], shown["state"], shown["unit_name"],
        shown["started_name"], shown["started_at"], shown["ended_at"],
        *(_cell(reader, one, row["facts"].get(one.name)) for one in variables),
    ]  # fmt: skip


def _cell(reader: Reader, one: Searchable, value: Any) -> Any:
    if one.order == "number" and value is not None:
        return wording.amount(value)
    if isinstance(value, bool):
        return _choice(reader, one, str(value).lower())
    text = "" if value is None else "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return _choice(reader, one, text) if text in one.choices else reader.units.get(text, text)


def _state_words() -> dict[str, str]:
    return {
        "open": _("在办"), "running": _("办理中"), "suspended": _("已暂停"), "completed": _("已办结"), "terminated": _("已终止"),
        "archived": _("已归档"),
    }  # fmt: skip


def _address(endpoint: str, given: Mapping[str, str | None]) -> str:
    query = urlencode({name: value for name, value in given.items() if value})
    return url_for(endpoint) + (f"?{query}" if query else "")
