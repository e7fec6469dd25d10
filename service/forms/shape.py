"""The marshmallow schema of a section: which keys there are, and how each is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import RAISE, Schema
from marshmallow.fields import Field, Nested

from service.forms.model import Question

#: Marks of marshmallow's own two complaints; `inspection` turns them into faults.
UNKNOWN, NO_GROUP = "unknown-field", "type.group"


class _Group(Schema):
    error_messages = {"unknown": UNKNOWN, "type": NO_GROUP}  # noqa: RUF012 — marshmallow declares it so

    class Meta:
        unknown = RAISE


def build_shape(questions: Sequence[Question]) -> Schema:
    """Build the schema for one section, with a nested one for each group that has a path."""
    tree: dict[str, Any] = {}
    for question in questions:
        level = tree
        for key in question.path[:-1]:
            level = level.setdefault(key, {})
        level[question.path[-1]] = question.read
    return _build(tree)


def _build(tree: dict[str, Any]) -> Schema:
    fields: dict[str, Field[Any]] = {
        key: Nested(_build(entry), allow_none=True) if isinstance(entry, dict) else entry for key, entry in tree.items()
    }
    return _Group.from_dict(fields, name="Answers")()
