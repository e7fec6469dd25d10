"""Answers of a form on their way into a case: validated, with their files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from service.engine.definitions import Definition
from service.errors import Finding, InvalidAnswers
from service.forms import FileFacts, Form
from service.sdk import Record
from service.store import Connection, entries, people
from service.store.register_index import Indexing
from service.store.registers import Registers

#: By what registers are found without decoding them (`RegisterBook.indexings`).
Indexings = Mapping[str, Indexing] | None

#: Names that every form may use in its expressions.
GLOBALS = ("today", "now", "deadline", "case", "parameter")

#: Lists that are whole registers: the register, and the field that names an entry.
REGISTERS = {
    "all_projects": ("project", "project_name"),
    "lots": ("lot", "project_name"),
    "experts": ("expert", "name"),
    "systems": ("system", "name"),
}


def validate(
    connection: Connection, form: Form | None, answers: Mapping[str, Any], *, variables: Mapping[str, Any],
    lookup: Callable[[str], Any], account: str, family: Callable[[], Iterable[str]],
) -> dict[str, Any]:  # fmt: skip
    """Clean the answers by the form; InvalidAnswers lists every finding. Without a form nothing may be answered.

    `lookup` gives what FEEL may use besides variables (`today`, `deadline`).
    A file may be used by who uploaded it, or when it is filed in one of the cases of `family`.
    """
    if form is None:
        if answers:
            raise InvalidAnswers(
                [
                    Finding(
                        field=key, rule="unknown-field", message="本步骤没有表单，不接受任何字段。",
                        message_en="This step has no form and takes no fields.",
                    )
                    for key in answers
                ]
            )  # fmt: skip
        return {}

    def files(ids: Sequence[str]) -> Mapping[str, FileFacts]:
        found = entries.list_attachments(connection, ids)
        cases = set(family()) if any(row.account != account for row in found.values()) else set()
        return {
            row.id: FileFacts(name=row.name, size=row.size, media_type=row.media_type)
            for row in found.values()
            if row.account == account or (row.case_id is not None and row.case_id in cases)
        }

    globals_ = {name: found for name in GLOBALS if (found := lookup(name)) is not None}
    return form.validate(answers, variables={**globals_, **variables}, files=files)


def options(
    connection: Connection, definition: Definition, form: Form | None, *, unit: str = "", indexings: Indexings = None
) -> dict[str, Any]:  # fmt: skip
    """The lists of the house that a form offers for choice, each as [{label, value}].

    `units`; `projects` (of the unit) and `all_projects`; the entries of the registers in `REGISTERS`.
    """
    wanted = definition.offers.get(form.id, frozenset()) if form is not None else frozenset()
    lists: dict[str, Any] = {}
    if "units" in wanted:
        lists["units"] = [{"label": row["name"], "value": row["id"]} for row in people.list_units(connection)]
    known = Registers(connection, indexings)
    if "projects" in wanted:
        lists["projects"] = _choices(known.search("project", unit_id=unit), "project_name")
    for name in wanted & REGISTERS.keys():
        register, title = REGISTERS[name]
        lists[name] = _choices(known.search(register), title)
    return lists


def _choices(found: Iterable[Record], title: str) -> list[dict[str, str]]:
    return [{"label": f"{one.data.get(title) or one.key}（{one.key}）", "value": one.key} for one in found]


def file_ids(form: Form | None, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The attachments that validated answers carry."""
    return () if form is None else form.file_ids(answers)


def replacing(form: Form | None, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Validated answers as they replace earlier ones: a field that is hidden now loses what it held before."""
    return {**dict.fromkeys(form.keys if form is not None else ()), **answers}
