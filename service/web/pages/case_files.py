"""The documents of a case with their hash, and who gave them when at which step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from service.engine.definitions import Definition
from service.engine.events import Event
from service.store.entries import AttachmentRow
from service.store.history import Link
from service.web.pages.documents import documents_of
from service.web.pages.reading import Reader


def case_files(
    reader: Reader, rows: Sequence[AttachmentRow], links: Iterable[Link], definitions: Mapping[str, Definition]
) -> list[dict[str, Any]]:
    """List what `documents_of` does, with {sha256, by, step}. `definitions` is by case id."""
    wanted, steps = {row.id for row in rows}, dict[str, str]()
    for link in links:
        if link.kind in (Event.CASE_STARTED, Event.TASK_COMPLETED) and link.chain in definitions:
            element = definitions[link.chain].process.elements.get(link.element or "")
            for one in _texts((link.payload or {}).get("answers")):
                if one in wanted and element is not None:
                    steps.setdefault(one, element.name or element.id)
    names = reader.people({row.account for row in rows})
    return [
        {**told, "sha256": row.sha256, "by": names.get(row.account, row.account), "step": steps.get(row.id)}
        for told, row in zip(documents_of(rows), rows, strict=True)
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inner: Iterable[Any] = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _texts(one)
