"""The small form of somebody who was added to a step (加签): a decision and an opinion. The same for every step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from service.engine.definitions import Definition
from service.engine.kernel import Element
from service.forms import Form, compile
from service.store.cases import TaskRow

AGREES, REFUSES = "同意", "不同意"
MOST_OPINION = 1000

_SCHEMA: Mapping[str, Any] = {
    "type": "default",
    "schemaVersion": 19,
    "id": "added_signer",
    "components": [
        {
            "type": "radio", "id": "decision", "key": "decision", "label": "加签意见", "validate": {"required": True},
            "values": [
                {"label": AGREES, "value": AGREES, "properties": {"label_en": "Agree"}},
                {"label": REFUSES, "value": REFUSES, "properties": {"label_en": "Do not agree"}},
            ],
            "properties": {"label_en": "Decision"},
        },
        {
            "type": "textarea", "id": "opinion", "key": "opinion", "label": "意见说明", "validate": {"maxLength": MOST_OPINION},
            "description": "不同意时请写明理由。",
            "properties": {"label_en": "Opinion", "description_en": "Say why when you do not agree."},
        },
    ],
}  # fmt: skip


@cache
def signer_form() -> Form:
    """The form that a signer's task is completed with: {decision: 同意|不同意, opinion}."""
    return compile(_SCHEMA)


def form_of(definition: Definition, element: Element, task: TaskRow) -> Form | None:
    """The form of a task: that of its step, or the small one of an added signer."""
    return signer_form() if task.main_id is not None else definition.form_of(element)


def main_token(task: TaskRow) -> str:
    """Where in the run a task stands: a signer's (`<token>/s<n>`) where the task does to which the signer was added."""
    return task.token.partition("/")[0]
