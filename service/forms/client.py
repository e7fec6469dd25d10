"""The schema as the browser gets it. Open this when the viewer must see a form differently from the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.forms.form import Form

#: Properties that are the server's business: who reads a field and when a seal ends.
PRIVATE = frozenset({"readers", "sealed_until"})


def schema_for_client(form: Form) -> dict[str, Any]:
    """Return a copy of the schema without private properties, and without `validate.required` where it is `=FEEL`.

    The viewer would take the text of that expression for true and never let the form go; the server evaluates it instead.
    """
    copied = _copy(form.schema)
    assert isinstance(copied, dict)
    return copied


def _copy(value: Any) -> Any:
    if isinstance(value, list):
        return [_copy(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    copied = {key: _copy(inner) for key, inner in value.items()}
    if isinstance(value.get("type"), str):
        _strip(copied)
    return copied


def _strip(component: dict[str, Any]) -> None:
    validate, properties = component.get("validate"), component.get("properties")
    if isinstance(validate, dict) and isinstance(required := validate.get("required"), str):
        del validate["required"]
        validate |= {"required": True} if required == "true" else {}
    if isinstance(properties, dict):
        for name in PRIVATE:
            properties.pop(name, None)
