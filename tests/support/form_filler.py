"""Answers a form-js form in the browser as a person would: by its labels and controls, from the same plain data as the API.

form = Filler(page, files={"id": path})
form.fill({"decision": "同意", "items": [{"ok": True}]})     what is there already and not mentioned stays
form.replace({"decision": "同意"})                          what a draft or the last try left and is not mentioned is cleared
form.faults()                                                [("items.0.note", "请填写…"), …] as they stand at their fields
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Component = Mapping[str, Any]
#: Whoever hides a field redraws the form in the next frames.
REDRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
#: Where a select opens; the cross that empties it may stand in its middle.
BESIDE_CROSS = {"x": 12, "y": 12}
ERRORS = """form => [...form.querySelectorAll('[id$="-error-message"]')]
    .filter(one => one.textContent.trim()).map(one => [one.id, [...one.querySelectorAll('li')].map(each => each.textContent.trim())])"""


class NotOffered(Exception):
    """The page has no such option, row or field; `key` is where."""

    def __init__(self, key: str, value: Any) -> None:
        super().__init__(f"the page does not offer {value!r} for {key}")
        self.key = key


class Filler:
    """The form on a page. Fields are found by key; `files` maps ids in the answers to files of this machine."""

    def __init__(self, page: Any, files: Mapping[str, Path] | None = None) -> None:
        self.page = page
        self.files = files or {}
        given = json.loads(page.locator("[data-part=form-data]").text_content())
        self.components: Sequence[Component] = given["schema"]["components"]
        self._data: Mapping[str, Any] = given["data"]
        self._typed: dict[str, Any] = dict((given["draft"] or {}).get("variables", {}))

    def fill(self, answers: Mapping[str, Any]) -> None:
        """Answer every field that has an answer and can be changed, in the order of the form."""
        self._fill(answers, left=())
        self._typed |= answers

    def replace(self, answers: Mapping[str, Any]) -> None:
        """Do as `fill` does, and clear what a draft or the last try left and these answers do not mention."""
        self._fill(answers, left={name for name, value in self._typed.items() if value not in (None, "", [])})
        self._typed = dict(answers)

    def _fill(self, answers: Mapping[str, Any], *, left: Collection[str]) -> None:
        fields = {_key(component): component for component in _inputs(self.components)}
        if unknown := answers.keys() - fields.keys():
            raise NotOffered(min(unknown), answers[min(unknown)])
        for name, component in fields.items():
            if name in answers:
                self._answer(component, answers[name], "", name)
            elif name in left and not _is_given(component):
                self._clear(component)

    def control(self, key: str) -> Any:
        """The control of a field."""
        component = next(one for one in _inputs(self.components) if one.get("key") == key)
        return self._control(component["id"])

    def shows(self, key: str) -> bool:
        """Whether a field of the form is on the page."""
        return any(_key(one) == key and self._is_shown(one, "") for one in _inputs(self.components))

    def faults(self) -> list[tuple[str, str]]:
        """What stands at the fields, as (field, message)."""
        found = self.page.locator(".form-place").first.evaluate(ERRORS)
        places = dict(_places(self.components))
        return [(_place(dom_id, places), message) for dom_id, messages in found for message in messages]

    # -- one field

    def _answer(self, component: Component, value: Any, row: str, name: str) -> None:
        if _is_given(component) or not self._is_shown(component, row):
            return
        match component["type"]:
            case "dynamiclist":
                self._rows(component, value, name)
            case "radio":
                self._field(component, row).get_by_label(self._label(component, value, name), exact=True).check()
            case "checkbox":
                self._control(component["id"], row).set_checked(bool(value))
            case "checklist":
                for option in self._options(component):
                    box = self._field(component, row).get_by_label(str(option["label"]), exact=True)
                    box.set_checked(option["value"] in value)
            case "select":
                self._field(component, row).locator(".fjs-input-group").click(position=BESIDE_CROSS)
                self._pick(self._label(component, value, name))
            case "taglist":
                self._tags(component, [self._label(component, one, name) for one in value])
            case "filepicker":
                self._attach(component, value, row)
            case "datetime":
                for part, text in zip(_parts(component), str(value).split("T"), strict=False):
                    control = self._control(component["id"], row, f"-{part}")
                    control.fill(text)
                    control.press("Tab")
            case _:
                control = self._control(component["id"], row)
                if not (control.get_attribute("readonly") or control.get_attribute("disabled")):
                    control.fill("" if value is None else str(value))

    def _rows(self, component: Component, rows: Sequence[Mapping[str, Any]], name: str) -> None:
        there = self.page.locator(f'[aria-labelledby$="-{component["id"]}"]')
        self.page.evaluate(REDRAWN)
        if component.get("allowAddRemove"):
            removable = there.locator(".fjs-repeat-row-remove")
            while removable.count() > len(rows):
                removable.last.click()
                self.page.evaluate(REDRAWN)
        for number, row in enumerate(rows):
            if not self._is_row_shown(component, number):
                if not component.get("allowAddRemove"):
                    raise NotOffered(f"{name}.{number}", row)
                there.locator(".fjs-repeat-render-add").click()
                there.locator(".fjs-repeat-row-remove").nth(number).wait_for()
            inside = {_key(one): one for one in _inputs(component["components"])}
            if unknown := row.keys() - inside.keys():
                raise NotOffered(f"{name}.{number}.{min(unknown)}", row[min(unknown)])
            for key, inner in inside.items():
                if key in row:
                    self._answer(inner, row[key], f"_{number}", f"{name}.{number}.{key}")

    def _tags(self, component: Component, wanted: Sequence[str]) -> None:
        field = self._field(component, "")
        tags = field.locator(".fjs-taglist-tag")
        for label in tags.locator(".fjs-taglist-tag-label").all_inner_texts():
            if label not in wanted:
                tags.filter(has_text=label).locator(".fjs-taglist-tag-remove").click()
        there = tags.locator(".fjs-taglist-tag-label").all_inner_texts()
        for label in wanted:
            if label not in there:
                field.locator(".fjs-taglist-input").fill(label)
                self._pick(label)
        field.locator(".fjs-taglist-input").press("Escape")

    def _attach(self, component: Component, ids: Sequence[str], row: str) -> None:
        field = self._field(component, row)
        names = [self.files[one].name for one in ids]
        self._detach(field, keep=names)
        there = field.locator(".files-name").all_inner_texts()
        missing = [self.files[one] for one in ids if self.files[one].name not in there]
        if missing:
            field.locator("input[type=file]").set_input_files(missing)
        for name in names:
            field.locator(".files-row", has_text=name).locator(".files-size").get_by_text("B").wait_for()

    def _detach(self, field: Any, *, keep: Sequence[str] = ()) -> None:
        for name in field.locator(".files-name").all_inner_texts():
            if name not in keep:
                field.locator(".files-row", has_text=name).locator(".files-remove").click()

    def _clear(self, component: Component) -> None:
        if not self._is_shown(component, ""):
            return
        match component["type"]:
            case "textfield" | "textarea" | "number":
                self._control(component["id"]).fill("")
            case "filepicker":
                self._detach(self._field(component, ""))
            case "checkbox":
                self._control(component["id"]).set_checked(False)
            case "select":
                cross = self._field(component, "").locator(".fjs-select-cross")
                if cross.count():
                    cross.click()

    # -- finding things

    def _pick(self, label: str) -> None:
        self.page.locator(".fjs-dropdownlist-item").get_by_text(label, exact=True).first.click()

    def _is_shown(self, component: Component, row: str) -> bool:
        """Whether the field is there; a field with a condition, or within a group that has one, need not be."""
        place = self.page.locator(f'[id$="-{component["id"]}{row}"], [id*="-{component["id"]}{row}-"]').first
        if place.count() == 0:
            self.page.evaluate(REDRAWN)
        return bool(place.count())

    def _is_row_shown(self, component: Component, number: int) -> bool:
        return any(self._is_shown(one, f"_{number}") for one in _inputs(component["components"]))

    def _control(self, component: str, row: str = "", end: str = "") -> Any:
        return self.page.locator(f'[id^="fjs-form-"][id$="-{component}{row}{end}"]')

    def _field(self, component: Component, row: str) -> Any:
        at = f"-{component['id']}{row}"
        return self.page.locator(f'.fjs-form-field-{component["type"]}:has([id$="{at}"], [id*="{at}-"])')

    def _options(self, component: Component) -> list[Mapping[str, Any]]:
        offered = self._data.get(component["valuesKey"]) if component.get("valuesKey") else component.get("values")
        return [one if isinstance(one, Mapping) else {"label": one, "value": one} for one in offered or ()]

    def _label(self, component: Component, value: Any, name: str) -> str:
        found = next((str(one["label"]) for one in self._options(component) if one["value"] == value), None)
        if found is None:
            raise NotOffered(name, value)
        return found


def _key(component: Component) -> str:
    return str(component.get("key") or component.get("path"))


def _is_given(component: Component) -> bool:
    return bool(component.get("readonly") or component.get("disabled"))


def _parts(component: Component) -> tuple[str, ...]:
    return {"date": ("date",), "time": ("time",)}.get(str(component.get("subtype")), ("date", "time"))


def _inputs(components: Sequence[Component]) -> Iterator[Component]:
    for component in components:
        if component["type"] == "group":
            yield from _inputs(component["components"])
        elif component.get("key") or component.get("path"):
            yield component


def _places(components: Sequence[Component], above: str = "") -> Iterator[tuple[str, str]]:
    """The id of each component, and where its value stands: `lots.*.budget`."""
    for component in _inputs(components):
        yield component["id"], f"{above}{_key(component)}"
        if component["type"] == "dynamiclist":
            yield from _places(component["components"], f"{above}{_key(component)}.*.")


def _place(dom_id: str, places: Mapping[str, str]) -> str:
    found = re.fullmatch(r".*-(\w+?)((?:_\d+)*)(?:-\w+)?-error-message", dom_id)
    field, rows = (found[1], found[2]) if found else (dom_id, "")
    if field + rows in places:
        return places[field + rows]
    place = places.get(field, field)
    for number in rows.split("_")[1:]:
        place = place.replace("*", number, 1)
    return place
