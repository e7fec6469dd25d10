"""What requests to registers may carry, and the shapes of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_smorest.fields import Upload
from marshmallow import Schema, ValidationError, fields, pre_load, validate

from service.store.reads import MAX_LIMIT
from service.web.arguments import Arguments

_OWN: Final = ("q", "sort", "after", "cursor", "limit")


class RegisterQuery(Arguments):
    """Beside these, every searchable field of the register is a parameter (`?status=filed&unit_id=jiaoyu`)."""

    q = fields.String(load_default="", validate=validate.Length(max=200), metadata={"description": "words of the entry"})
    sort = fields.String(
        load_default="key",
        validate=validate.Length(max=80),
        metadata={"description": "key or a searchable field; - before it turns the order"},
    )
    after = fields.String(load_default=None, validate=validate.Length(max=1000))
    cursor = fields.String(load_default=None, validate=validate.Length(max=1000), metadata={"description": "the same as after"})
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_LIMIT))
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(validate=validate.Length(max=200)), load_default=dict, data_key="fields",
        metadata={"description": "any searchable field by its own name"},
    )  # fmt: skip

    @pre_load
    def _gather(self, data: Any, **_: Any) -> dict[str, Any]:
        """Parameters that are none of ours are fields of the register."""
        given = dict(data.items())
        if "fields" in given:
            raise ValidationError("Unknown field.", "fields")
        own = {name: value for name, value in given.items() if name in _OWN}
        return {**own, "fields": {name: value for name, value in given.items() if name not in _OWN}}


class ImportQuery(Arguments):
    dry_run = fields.Boolean(load_default=True, metadata={"description": "tell what would be done, and change nothing"})
    digest = fields.String(
        load_default=None, validate=validate.Length(max=64), metadata={"description": "of the dry run; needed to import"}
    )


class ImportFile(Arguments):
    file = Upload(required=True, metadata={"description": ".xlsx, or .yaml ({key: {field: value}})"})


def _text() -> fields.String:
    return fields.String(required=True)


class ChoiceShape(Schema):
    value = _text()
    zh = _text()
    en = _text()


class FieldShape(Schema):
    id = _text()
    type = _text()
    zh = _text()
    en = _text()
    required = fields.Boolean(required=True)
    searchable = fields.Boolean(required=True)
    choices = fields.List(fields.Nested(ChoiceShape), required=True)


class RegisterShape(Schema):
    name = _text()
    zh = _text()
    en = _text()
    regulation = _text()
    key = fields.Dict(required=True)
    title = _text()
    fields_ = fields.List(fields.Nested(FieldShape), required=True, data_key="fields")
    may_import = fields.Boolean(required=True)


class RegisterListShape(Schema):
    items = fields.List(fields.Nested(RegisterShape), required=True)


class EntryShape(Schema):
    register = _text()
    key = _text()
    version = fields.Integer(required=True)
    title = _text()
    data = fields.Dict(keys=fields.String(), required=True, metadata={"description": "money and dates as strings"})


class EntryListShape(Schema):
    items = fields.List(fields.Nested(EntryShape), required=True)
    after = fields.String(required=True, allow_none=True)


class ChangeShape(Schema):
    field = _text()
    zh = _text()
    en = _text()
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class VersionShape(Schema):
    version = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    actor = _text()
    actor_name = _text()
    case = fields.Dict(required=True, allow_none=True, metadata={"description": "{id, title} of the case that wrote it"})
    changes = fields.List(fields.Nested(ChangeShape), required=True)


class RecordShape(EntryShape):
    versions = fields.List(fields.Nested(VersionShape), required=True)


class LineShape(Schema):
    row = fields.Integer(required=True, allow_none=True)
    key = _text()
    title = _text()
    action = fields.String(required=True, metadata={"description": "new, changed, unchanged"})
    changes = fields.List(fields.Nested(ChangeShape), required=True)


class FaultShape(Schema):
    row = fields.Integer(required=True, allow_none=True)
    key = _text()
    field = _text()
    message = _text()
    message_en = _text()


class ReportShape(Schema):
    """What an import does (dry run), or did. With faults there is no digest, and nothing can be imported."""

    register = _text()
    done = fields.Boolean(required=True)
    digest = fields.String(required=True, allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    lines = fields.List(fields.Nested(LineShape), required=True)
    faults = fields.List(fields.Nested(FaultShape), required=True)
    passwords = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": "of new accounts, told this once"}
    )


def changes_of(labels: Mapping[str, Any], changes: Any) -> list[dict[str, Any]]:
    """(field, before, after) as a `ChangeShape`."""
    return [
        {"field": name, "zh": getattr(labels.get(name), "zh", name), "en": getattr(labels.get(name), "en", name),
         "before": before, "after": after}
        for name, before, after in changes
    ]  # fmt: skip
