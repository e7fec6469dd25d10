"""Which variables a case of a process may have, as far as the diagrams, forms and handlers of a bundle tell.

Open it when `unknown-variable` warns of a name that is set, or is silent about one that is not. Where something can set names
that nobody here knows (a handler that is not loaded, a message from outside, an unknown caller) the process is not judged at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import FunctionType
from typing import Any

import orjson

from service.engine.lint.document import Document, Element, kind_of
from service.engine.lint.expressions import Place
from service.engine.lint.known import Setting
from service.sdk import HANDLERS, Registered

#: What the engine offers in every expression, and the counters of multi-instance steps.
GIVEN = frozenset(
    {
        "unit_id", "case", "loopCounter", "numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances",
        "numberOfTerminatedInstances",
    }
)  # fmt: skip

_WORD = re.compile(r"\w+")
Names = frozenset[str]


class Variables:
    """The variables of all processes of a bundle; None for a process that cannot be judged."""

    def __init__(self, documents: Sequence[Document], setting: Setting) -> None:
        self._documents = {document.id: document for document in documents}
        self._setting = setting
        self._names: dict[str, Names | None] = {}
        self._sent = _list_sent(documents)
        self._calls = [(document, element) for document in documents for element in document.of("callActivity")]

    def seen_at(self, document: Document, place: Place) -> Names | None:
        """The names that an expression may use; None when that cannot be told."""
        own = self.of(document.id)
        if own is None or not isinstance(place.at, Element) or place.at.kind != "callActivity":
            return own
        child = self.of(_called(place.at))  # an output mapping sees the variables of the child case
        return None if child is None else own | child

    def of(self, process: str) -> Names | None:
        if process not in self._names:
            self._names[process] = None  # while it is being found out: processes may call each other
            self._names[process] = self._find(process)
        return self._names[process]

    def _find(self, process: str) -> Names | None:
        document = self._documents.get(process)
        if document is None:
            return None
        found = set(GIVEN)
        for names in (self._handed_in(document), *(self._set_by(document, element) for element in _all(document))):
            if names is None:
                return None
            found |= names
        return frozenset(found)

    def _set_by(self, document: Document, element: Element) -> set[str] | None:
        """The names that an element sets."""
        found = {
            (mapping.get("target") or "").partition(".")[0] for way in ("input", "output") for mapping in element.mappings(way)
        }
        for name in ("calledDecision", "script"):
            found |= {node.get("resultVariable") or "" for node in element.extensions(name)}
        if element.loop is not None:
            for node in element.loop.iter("{*}loopCharacteristics"):
                found |= {node.get("inputElement") or "", node.get("outputCollection") or ""}
        for node in element.extensions("formDefinition"):
            keys = self._form_keys(node.get("formId") or "")
            if keys is None:
                return None
            found |= keys
        for more in (self._message(document, element), self._child(element), _handled(element)):
            if more is None:
                return None
            found |= more
        return found

    def _form_keys(self, form: str) -> set[str] | None:
        if form not in self._setting.forms:
            return None  # missing-form says it
        try:
            return set(_keys(orjson.loads(self._setting.forms[form][1])))
        except orjson.JSONDecodeError:
            return None

    def _message(self, document: Document, element: Element) -> set[str] | None:
        """What a message brings: what those who send it in this bundle put into it."""
        if element.kind not in ("startEvent", "boundaryEvent", "intermediateCatchEvent", "receiveTask"):
            return set()
        holder = element.node if element.kind == "receiveTask" else element.event
        reference = holder.get("messageRef") if holder is not None else None
        if reference is None:
            return set()
        definition = document.definitions.get(reference)
        return self._sent.get(definition.get("name") or "" if definition is not None else "")

    def _child(self, element: Element) -> set[str] | Names | None:
        """What a child case hands back as a whole."""
        if element.kind != "callActivity":
            return set()
        called = element.extension("calledElement")
        if called is None or called.get("propagateAllChildVariables") == "false":
            return set()
        return self.of(_called(element))

    def _handed_in(self, document: Document) -> set[str] | None:
        """What a case is started with: the answers of its start form, or what callers pass."""
        found: set[str] = set()
        callers = [(caller, element) for caller, element in self._calls if _called(element) == document.id]
        plain = [start for start in document.of("startEvent") if start.scope == document.id and start.event is None]
        if not callers and plain and all(start.extension("formDefinition") is None for start in plain):
            return None  # somebody unknown may call it with anything
        for caller, element in callers:
            mapped = {(mapping.get("target") or "").partition(".")[0] for mapping in element.mappings("input")}
            called = element.extension("calledElement")
            everything = called is not None and called.get("propagateAllParentVariables") == "true"
            if everything or not mapped:
                names = self.of(caller.id)
                if names is None:
                    return None
                found |= names
            found |= mapped
        return found


def _all(document: Document) -> Iterator[Element]:
    yield from document.elements.values()


def _called(element: Element) -> str:
    called = element.extension("calledElement")
    return (called.get("processId") or "") if called is not None else ""


def _list_sent(documents: Sequence[Document]) -> dict[str, set[str]]:
    """What is put into messages by the events that send them: {message name: names}."""
    sent: dict[str, set[str]] = {}
    for document in documents:
        for element in document.of("intermediateThrowEvent", "endEvent", "sendTask"):
            holder = element.node if element.kind == "sendTask" else element.event
            definition = document.definitions.get(holder.get("messageRef") or "") if holder is not None else None
            if definition is not None and kind_of(definition) == "message":
                targets = {(mapping.get("target") or "").partition(".")[0] for mapping in element.mappings("input")}
                sent.setdefault(definition.get("name") or "", set()).update(targets)
    return sent


def _keys(value: Any) -> Iterator[str]:
    """The keys of all fields of a form, and the paths of its lists."""
    if isinstance(value, Mapping):
        for name in ("key", "path"):
            if isinstance(value.get(name), str):
                yield value[name]
        for inner in value.values():
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _handled(element: Element) -> Names | None:
    """The words in the source of an element's handler, any of which may be a variable that it sets."""
    if element.kind.endswith("Event"):
        return frozenset()  # the engine itself sends messages
    definition = element.extension("taskDefinition")
    if definition is None:
        return frozenset()
    registered = HANDLERS.get((definition.get("type") or "").strip())
    return None if registered is None else _words_of(registered)


def _words_of(registered: Registered) -> Names | None:
    """The words in the file of a handler and in the files of the functions that it imports."""
    scope = getattr(registered.run, "__globals__", {})
    files = {value.__code__.co_filename for value in scope.values() if isinstance(value, FunctionType)}
    found: set[str] = set()
    for file in {registered.source, *files}:
        words = _words_in(file)
        if words is None:
            return None
        found |= words
    return frozenset(found)


@lru_cache(maxsize=512)
def _words_in(file: str) -> Names | None:
    try:
        return frozenset(_WORD.findall(Path(file).read_text("utf-8")))
    except (OSError, UnicodeDecodeError):
        return None
