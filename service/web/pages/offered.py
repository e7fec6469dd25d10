"""What the start page says of a process: what it is for, what one needs, how long it takes by law. And drafts not filed yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import url_for

from service import feel
from service.engine.definitions import Definition
from service.engine.foretelling import deadlines_of
from service.errors import ChengxuError, NotFound
from service.forms.client import schema_for_client
from service.store.unfiled import list_unfiled
from service.web.pages import laws
from service.web.pages.foretold import time_words
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

#: Lists of a start form that say that the matter is about something that is there already.
_ABOUT = frozenset({"projects", "all_projects", "lots", "systems"})
_MOST_TERMS = 4


def offer(reader: Reader, definition: Definition) -> dict[str, Any]:
    """What `start.html` shows of one process."""
    form = definition.form_of(definition.start)
    components = list(_inputs(schema_for_client(form, english=reader.english)["components"])) if form is not None else []
    files = [one for one in components if one.get("type") == "filepicker"]
    documents = [_("%(name)s（必交）", name=_label(one)) if _is_required(one) else _label(one) for one in files if _label(one)]
    told = {
        "id": definition.key,
        "name": definition.name,
        "summary": definition.start.name,
        "url": url_for("pages.start_form", process=definition.key),
        "article": laws.short_cite(
            definition.start.values("article"), reader.rules.catalogue, within=definition.regulation, english=reader.english
        ),
        "required": sum(_is_required(one) for one in components),
        "documents": documents,
        "terms": _terms(reader, definition),
    }
    words = [told["name"], told["summary"], told["article"], definition.key, *documents]
    return {**told, "words": " ".join(str(word) for word in words if word)}


def is_about_existing(definition: Definition) -> bool:
    """Whether a process is started for a project or system that is there already, which must be chosen."""
    form = definition.form_of(definition.start)
    fields = _inputs(form.schema.get("components") or ()) if form is not None else ()
    return any(one.get("valuesKey") in _ABOUT and _is_required(one) for one in fields)


def unfiled_of(reader: Reader, *, startable: Iterable[str]) -> list[dict[str, Any]]:
    """The reader's drafts of applications: {title, process_name, at, url|None, discard_url}."""
    may, found = set(startable), []
    for one in list_unfiled(reader.connection, reader.actor.account):
        try:
            definition = reader.machine.library.latest(reader.connection, one.process)
        except NotFound:
            continue
        found.append(
            {
                "title": _title(definition, one.body) or definition.name,
                "process_name": definition.name,
                "at": one.saved_at,
                "url": url_for("pages.start_form", process=one.process) if one.process in may else None,
                "discard_url": url_for("pages.discard_start", process=one.process),
            }
        )
    return found


def _title(definition: Definition, body: Any) -> str:
    text = definition.setting("title")
    try:
        value = feel.attribute(text)(body) if text and isinstance(body, Mapping) else None
    except ChengxuError:  # what it is made of is not entered yet
        return ""
    return value.strip() if isinstance(value, str) else ""


def _terms(reader: Reader, definition: Definition) -> list[str]:
    """The times that its steps have, in the order of the diagram."""
    process = definition.process
    found = [
        time_words(reader, element, period, definition)
        for element in process.elements.values()
        if element.kind in ("userTask", "callActivity")
        for period in deadlines_of(process, element)
    ]
    return [words for words in found if words is not None][:_MOST_TERMS]


def _inputs(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The fields of a form; of a list only the list itself, since nobody knows how many rows it will have."""
    for one in components:
        if one.get("type") == "group":
            yield from _inputs(one.get("components") or ())
        elif one.get("key") or one.get("path"):
            yield one


def _is_required(component: Mapping[str, Any]) -> bool:
    return (component.get("validate") or {}).get("required") is True


def _label(component: Mapping[str, Any]) -> str:
    label = component.get("label")
    return label.strip() if isinstance(label, str) and not label.startswith("=") else ""
