"""What the form module of a page is given: schema, data, draft, files, addresses. Open this for `components/form.html`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from flask import url_for

from service import tagged
from service.engine import offering
from service.engine.definitions import Definition
from service.engine.filling import file_ids
from service.engine.reads import TaskView
from service.engine.starting import first_variables
from service.forms import Form
from service.forms.client import schema_for_client
from service.store import entries
from service.web import current
from service.web.filetypes import ACCEPTED
from service.web.pages import wording
from service.web.pages.documents import file_facts
from service.web.pages.laws import article_texts
from service.web.pages.reading import Reader

API = "/api/v1"
#: A field may name several: "pj-2020#10, pj-2020#11".
_ARTICLES = re.compile(r"[^\s,，]+")
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_NAME = re.compile(r"[^\W\d]\w*")
#: A step without a form is completed as it is.
EMPTY: Mapping[str, Any] = {"type": "default", "schemaVersion": 19, "components": []}


def task_card(reader: Reader, view: TaskView, *, answers: Mapping[str, Any] | None) -> dict[str, Any]:
    """The form of a task; `answers` are those it was completed with, else it is open."""
    address = f"{API}/tasks/{view.task.id}"
    may_complete = "complete" in view.actions
    draft = view.draft if may_complete else None
    variables = view.variables
    if answers is not None:  # lists must know what was chosen, too
        lists = offering.offered_by(view.definition, view.form)
        variables = {**{name: value for name, value in variables.items() if name not in lists}, **answers}
    return {
        "json": _json(
            reader, view.definition, view.form, variables=variables, draft=draft, draft_at=view.draft_at,
            readonly=not may_complete, regulation=view.case.regulation, unit=view.case.unit, asked=f"task={view.task.id}",
        ),
        "submit_url": f"{address}/complete?wait=5",
        "draft_url": f"{address}/draft",
        "sign": view.signs,
        "consequence": None,
        "next_url": url_for("pages.task_done", task_id=view.task.id),
        **_uploads(),
    }  # fmt: skip


def start_card(reader: Reader, definition: Definition, *, unit: str) -> dict[str, Any]:
    """The form that starts a case of a process, for somebody of a unit."""
    subject = f"start:{definition.key}"
    draft = entries.find_draft(reader.connection, account=reader.actor.account, subject=subject)
    body, at = draft if draft is not None else (None, None)
    form = definition.form_of(definition.start)
    return {
        "json": _json(
            reader,
            definition,
            form,
            variables=first_variables(reader.connection, unit),
            draft=body,
            draft_at=at,
            readonly=False,
            regulation=definition.regulation,
            unit=unit,
            asked=f"process={definition.key}",
        ),
        "submit_url": f"{API}/cases?wait=5",
        "draft_url": f"{API}/processes/{definition.key}/draft",
        "process": definition.key,
        "sign": False,
        "consequence": None,
        "next_url": url_for("pages.case_filed", case_id="ID"),
        **_uploads(),
    }


def _uploads() -> dict[str, Any]:
    accepted = " ".join(f".{ending}" for ending in ACCEPTED)
    return {"upload_url": f"{API}/attachments", "max_bytes": current.settings().max_upload, "accepted": accepted}


def _json(
    reader: Reader,
    definition: Definition,
    form: Form | None,
    *,
    variables: Mapping[str, Any],
    draft: Mapping[str, Any] | None,
    draft_at: datetime | None,
    readonly: bool,
    regulation: str,
    unit: str,
    asked: str,
) -> dict[str, Any]:
    if form is None:
        return {"schema": EMPTY, "data": {}, "draft": None, "files": {}, "readonly": readonly, "articles": {}, "choices": {}}
    schema = schema_for_client(form, english=reader.english)
    if offering.offered_by(definition, form) - variables.keys():
        lists = offering.listed(
            reader.connection, definition, form, unit=unit, indexings=reader.machine.indexings, chosen=[variables, draft or {}]
        )
        variables = {**lists, **variables}
    searched = offering.are_cut({name: variables.get(name) for name in offering.offered_by(definition, form)})
    _make_searchable(schema["components"], searched)
    _write_amounts(schema["components"], {name: value for name, value in variables.items() if name not in form.keys})
    at = draft_at.isoformat() if draft_at is not None else None
    ids = [*file_ids(form, variables), *file_ids(form, draft or {})]
    return {
        "schema": schema,
        "data": tagged.plain(_mentioned(schema, variables)),
        "draft": None if draft is None else {"variables": tagged.plain(dict(draft)), "saved_at": at},
        "files": file_facts(entries.list_attachments(reader.connection, ids).values()),
        "readonly": readonly,
        "choices": {name: f"{API}/choices/{name}?{asked}" for name in sorted(searched)},
        "articles": article_texts(
            regulation, reader.rules.catalogue, more=_cited(schema["components"]), lang=reader.lang
        ),
    }  # fmt: skip


def _make_searchable(components: Iterable[dict[str, Any]], lists: frozenset[str]) -> None:
    """Whoever does not find an entry among those that are offered must be able to ask for it."""
    for one in components:
        if one.get("type") == "select" and one.get("valuesKey") in lists:
            one["searchable"] = True
        _make_searchable(one.get("components") or (), lists)


def _write_amounts(components: Iterable[dict[str, Any]], variables: Mapping[str, Any]) -> None:
    """Texts name amounts as `{{budget}}`, which the viewer would show without thousands separators."""

    def written(found: re.Match[str]) -> str:
        value = variables.get(found[1])
        return wording.yuan(value) if isinstance(value, Decimal) and value.as_tuple().exponent == -2 else found[0]

    for one in components:
        if one.get("type") == "text" and isinstance(one.get("text"), str):
            one["text"] = _PLACE.sub(written, one["text"])
        _write_amounts(one.get("components") or (), variables)


def _cited(components: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The articles that fields name."""
    for one in components:
        if article := (one.get("properties") or {}).get("article"):
            yield from _ARTICLES.findall(str(article))
        yield from _cited(one.get("components") or ())


def _mentioned(schema: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that the schema names, as a key or in an expression: a page gets no more of a case than its form shows."""
    names = set(_NAME.findall(orjson.dumps(schema).decode()))
    return {name: value for name, value in variables.items() if name in names}
