"""A process id is used once in all folders: cases and call activities name a process by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.engine.lint.document import Document
from service.engine.lint.known import Setting
from service.errors import Problem

ID = "duplicate-process"


def check_bundle(documents: Sequence[Document], setting: Setting) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for document in documents:
        if document.process is None:
            continue
        if document.id in seen:
            other = seen[document.id]
            yield document.problem(
                ID,
                document.process,
                f"流程编号 {document.id} 已在 {other} 使用。",
                f"The process id {document.id} is already used in {other}.",
            )
        seen.setdefault(document.id, document.file)
