"""One case: facts, why it waits, diagram, timeline, data and what changed in it, documents, related cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service.engine.reads import get_case, readable_family, visible_documents, visible_history, visible_variables
from service.store.cases import CaseRow
from service.web import current
from service.web.pages import timeline, wording
from service.web.pages.attention import attention_of, discussion_of
from service.web.pages.case_files import case_files
from service.web.pages.clock_moves import clock_moves
from service.web.pages.console.handling import handling_of
from service.web.pages.console.steering import steering_of
from service.web.pages.facts import case_facts, data_groups
from service.web.pages.form_card import API
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.pages.related import related_to
from service.web.pages.returns import sent_back_to, to_take_back
from service.web.pages.steps import steps_of
from service.web.pages.versions import changes_of
from service.web.pages.waiting import marks, waiting_for
from service.web.translations import gettext as _

#: Lines of the timeline that are shown before "earlier entries" is asked for.
LINES = 40


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases/<case_id>", "case", case)


def case(case_id: str) -> ResponseReturnValue:
    with reading() as reader:
        row = get_case(reader.machine, reader.connection, case_id, reader.actor)
        relatives = readable_family(reader.machine, reader.connection, row.root, reader.actor)
        below = _below(case_id, relatives)
        definitions = {one["id"]: reader.definition(one) for one in below}
        definition = definitions[case_id]
        links = {one["id"]: visible_history(reader.machine, reader.connection, one, reader.actor) for one in below}
        moves = clock_moves(reader, row.started_at, row.ended_at) if current.settings().demo else []
        told = timeline.tell(
            reader, (*(link for chain in links.values() for link in chain), *moves),
            {**definitions, **{link.chain: definition for link in moves}},
        )  # fmt: skip
        files = visible_documents(reader.machine, reader.connection, below, reader.actor)
        variables = visible_variables(reader.machine, reader.connection, row, reader.actor)
        steps = steps_of(reader, case_id, definition, links[case_id], reversed(told))
        badges = [{key: one[key] for key in ("id", "count", "spent", "who")} for one in steps]
        every_line = "all" in request.args
        return render(
            "case.html",
            reader,
            case=_head(reader, row, relatives),
            facts=_facts(reader, row, relatives),
            waiting=waiting_for(reader, row),
            handling=handling_of(reader, row),
            taking_back=to_take_back(reader, case_id),
            attention=attention_of(reader, row) if row.archived_at is None else None,
            steering=steering_of(reader, row),
            discussion=discussion_of(reader, row),
            steps=steps,
            diagram={
                "xml_url": f"{API}/cases/{case_id}/diagram",
                "marks": marks(
                    reader, case_id, definition,
                    (one for link in links[case_id] for one in (link.payload or {}).get("walked") or ()),
                ) | {"sent_back": sent_back_to(links[case_id]), "steps": badges},
            },
            history=told if every_line else told[:LINES],
            older_url=None if every_line or len(told) <= LINES else url_for("pages.case", case_id=case_id, all=1),
            trace_url=url_for("pages.case_trace", case_id=case_id),
            data=data_groups(reader, links[case_id], definition, variables=variables, files=files),
            changes=changes_of(reader, links[case_id], definition, variables=variables, files=files),
            documents=case_files(reader, files, (link for chain in links.values() for link in chain), definitions),
            related=related_to(reader, row, relatives),
        )  # fmt: skip


def _below(case_id: str, relatives: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """The case and everything under it, oldest first; relatives come parents first."""
    found: dict[str, dict[str, Any]] = {}
    for one in relatives:
        if one["id"] == case_id or one["parent"] in found:
            found[one["id"]] = one
    return list(found.values())


def _state(reader: Reader, one: Mapping[str, Any]) -> dict[str, str]:
    words, tone = wording.state(one["status"], timeline.outcome_name(reader.definition(one), one["outcome"]))
    return {"status_words": words, "status_tone": tone}


def _head(reader: Reader, row: CaseRow, relatives: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    mine = next(one for one in relatives if one["id"] == row.id)
    parent = next((one for one in relatives if one["id"] == row.parent), None)
    return {
        "id": row.id,
        "title": row.title,
        "business_key": row.business_key,
        "process_name": reader.definition(mine).name,
        "unit_name": reader.units.get(row.unit, row.unit),
        "started_by": reader.people([row.started_by]).get(row.started_by, _("系统")),
        "started_at": row.started_at,
        "archived_at": row.archived_at,
        "parent": None if parent is None else {
            "title": reader.definition(parent).name, "url": url_for("pages.case", case_id=parent["id"]),
        },
        **_state(reader, mine),
    }  # fmt: skip


def _facts(reader: Reader, row: CaseRow, relatives: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    # Of a project one may read a part only.
    known = {one["id"]: one for one in relatives}
    root = known.get(row.root) or known[row.id]
    listed = [
        {"label": _("编号"), "value": row.business_key},
        {"label": _("单位"), "value": reader.units.get(row.unit, row.unit)},
        *case_facts(reader, root["facts"], reader.definition(root), title=row.title),
    ]
    if row.ended_at is not None:
        listed.append({"label": _("办结"), "value": wording.moment(row.ended_at)})
    return listed
