"""The schema as the browser gets it. Open this when the viewer must see a form differently from the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.forms.form import Form

#: Properties that are the server's business: who reads a field and when a seal ends.
PRIVATE = frozenset({"readers", "sealed_until"})
#: Where a field's English words stand among its properties.
_ENGLISH: Mapping[str, str] = {
    "label": "label_en", "dateLabel": "label_en", "timeLabel": "time_label_en",
    "description": "description_en", "text": "text_en",
}  # fmt: skip


def schema_for_client(form: Form, *, english: bool = False) -> dict[str, Any]:
    """Return a copy of the schema without private properties, and without `validate.required` where it is `=FEEL`.

    The viewer would take the text of that expression for true and never let the form go; the server evaluates it instead.
    `english`: labels, descriptions, texts, suffixes, columns and options read as their English properties say (`label_en`,
    `column_budget_en`, `option_同意_en`); what has none stays as it is.
    """
    copied = _copy(form.schema, english)
    assert isinstance(copied, dict)
    return copied


def _copy(value: Any, english: bool) -> Any:
    if isinstance(value, list):
        return [_copy(one, english) for one in value]
    if not isinstance(value, Mapping):
        return value
    copied = {key: _copy(inner, english) for key, inner in value.items()}
    if isinstance(value.get("type"), str):
        if english:
            _translate(copied)
        _strip(copied)
    return copied


def _translate(component: dict[str, Any]) -> None:
    properties = component.get("properties")
    if not isinstance(properties, dict):
        return
    for name, source in _ENGLISH.items():
        if name in component and properties.get(source):
            component[name] = str(properties[source])
    appearance = component.get("appearance")
    if isinstance(appearance, dict) and properties.get("suffix_en"):
        appearance["suffixAdorner"] = str(properties["suffix_en"])
    for part, word, key in (("columns", "column", "key"), ("values", "option", "value")):
        for one in component.get(part) or ():
            if isinstance(one, dict) and properties.get(source := f"{word}_{one.get(key)}_en"):
                one["label"] = str(properties[source])


def _strip(component: dict[str, Any]) -> None:
    validate, properties = component.get("validate"), component.get("properties")
    if isinstance(validate, dict) and isinstance(required := validate.get("required"), str):
        del validate["required"]
        validate |= {"required": True} if required == "true" else {}
    if isinstance(properties, dict):
        for name in PRIVATE:
            properties.pop(name, None)
