"""Answers a form-js form in the browser as a person would: by its labels and controls, from the same plain data as the API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Component = Mapping[str, Any]
ADD_ROW = "添加一行"


class Filler:
    """The form on a page. Fields are found by key; `files` maps ids in the answers to files of this machine."""

    def __init__(self, page: Any, files: Mapping[str, Path] | None = None) -> None:
        self.page = page
        self.files = files or {}
        given = json.loads(page.locator("[data-part=form-data]").text_content())
        self.components: Sequence[Component] = given["schema"]["components"]

    def fill(self, answers: Mapping[str, Any]) -> None:
        """Answer every field that has an answer and can be changed, in the order of the form."""
        for component in _inputs(self.components):
            name = component.get("key") or component.get("path")
            if name in answers:
                self._answer(component, answers[name], "")

    def control(self, key: str) -> Any:
        """The control of a field."""
        component = next(one for one in _inputs(self.components) if one.get("key") == key)
        return self._control(component["id"])

    def _control(self, component: str, row: str = "", end: str = "") -> Any:
        return self.page.locator(f'[id^="fjs-form-"][id$="-{component}{row}{end}"]')

    def _answer(self, component: Component, value: Any, row: str) -> None:
        kind = component["type"]
        if component.get("readonly") or component.get("disabled"):
            return
        if kind == "dynamiclist":
            self._rows(component, value)
        elif kind == "radio":
            self._field(component, row).get_by_label(_label(component, value), exact=True).check()
        elif kind == "checkbox":
            self._control(component["id"], row).set_checked(value)
        elif kind == "select":
            self._field(component, row).locator(".fjs-input-group").click()
            self.page.locator(".fjs-dropdownlist-item").get_by_text(_label(component, value), exact=True).click()
        elif kind == "filepicker":
            self._field(component, row).locator("input[type=file]").set_input_files([self.files[one] for one in value])
            self._field(component, row).locator(".files-size").get_by_text("B").first.wait_for()
        elif kind == "datetime":
            date = self._control(component["id"], row, "-date")
            date.fill(value)
            date.press("Tab")
        else:
            control = self._control(component["id"], row)
            if not (control.get_attribute("readonly") or control.get_attribute("disabled")):
                control.fill(str(value))

    def _rows(self, component: Component, rows: Sequence[Mapping[str, Any]]) -> None:
        there = self.page.locator(f'[aria-labelledby$="-{component["id"]}"]')
        for number, row in enumerate(rows):
            if there.locator(".fjs-repeat-row-container").count() <= number:
                there.get_by_role("button", name=ADD_ROW).click()
            for inner in component["components"]:
                if inner.get("key") in row:
                    self._answer(inner, row[inner["key"]], f"_{number}")

    def _field(self, component: Component, row: str) -> Any:
        return self.page.locator(f'.fjs-form-field-{component["type"]}:has([id*="-{component["id"]}{row}"])')


def _inputs(components: Sequence[Component]) -> Iterator[Component]:
    for component in components:
        if component["type"] == "group":
            yield from _inputs(component["components"])
        else:
            yield component


def _label(component: Component, value: Any) -> str:
    return next(str(one["label"]) for one in component["values"] if one["value"] == value)
