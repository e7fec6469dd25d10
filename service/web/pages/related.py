"""The cases that belong to a case, as a tree: its family, and others about the same thing. Unreadable ones have no name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for

from service.store.cases import CaseRow
from service.store.related import list_readable_about
from service.web.pages import timeline, wording
from service.web.pages.reading import Reader
from service.web.translations import gettext as _


def related_to(reader: Reader, row: CaseRow, family: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """List the roots of {title, business_key, started_at, url, status_words, status_tone, here, below} that concern a case.

    `family`: the readable cases of its family. Empty when it stands alone.
    """
    about = list_readable_about(reader.connection, reader.scope, business_key=row.business_key, regulation=row.regulation)
    known = {one["id"]: one for one in (*family, *about)}
    if len(known) == 1 and row.parent is None:
        return []
    nodes = {case_id: _node(reader, one, here=case_id == row.id) for case_id, one in sorted(known.items())}
    roots: list[dict[str, Any]] = []
    closed: dict[str, dict[str, Any]] = {}
    for case_id, node in nodes.items():
        parent = known[case_id]["parent"]
        if parent is None:
            roots.append(node)
        elif parent in nodes:
            nodes[parent]["below"].append(node)
        else:
            if parent not in closed:
                closed[parent] = {"title": _("您无权查看的上级案件"), "url": None, "here": False, "below": []}
                roots.append(closed[parent])
            closed[parent]["below"].append(node)
    # Its own tree first.
    return sorted(roots, key=lambda node: not _holds(node))


def _holds(node: Mapping[str, Any]) -> bool:
    return bool(node["here"]) or any(_holds(one) for one in node["below"])


def _node(reader: Reader, one: Mapping[str, Any], *, here: bool) -> dict[str, Any]:
    definition = reader.definition(one)
    words, tone = wording.state(one["status"], timeline.outcome_name(definition, one["outcome"]))
    return {
        "title": definition.name, "name": one["title"], "business_key": one["business_key"], "started_at": one["started_at"],
        "url": url_for("pages.case", case_id=one["id"]), "status_words": words, "status_tone": tone, "here": here, "below": [],
    }  # fmt: skip
