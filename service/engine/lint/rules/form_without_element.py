"""A form that no task and no start event names is never shown: a warning, for it may belong to the next version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.engine.lint.document import Document
from service.engine.lint.known import Setting
from service.errors import Problem

ID = "form-without-element"


def check_bundle(documents: Sequence[Document], setting: Setting) -> Iterator[Problem]:
    used = {
        node.get("formId")
        for document in documents
        for element in document.elements.values()
        for node in element.extensions("formDefinition")
    }
    for id, (file, _) in setting.forms.items():
        if id not in used:
            yield Problem(
                rule=ID,
                message=f"没有任何环节使用表单 {id}。 / No element uses the form {id}.",
                element=id,
                file=file,
                line=1,
                severity="warning",
            )
