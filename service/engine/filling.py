"""Answers of a form on their way into a case: validated, with their files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from service.errors import Finding, InvalidAnswers
from service.forms import FileFacts, Form
from service.store import Connection, entries

#: Names that every form may use in its expressions.
GLOBALS = ("today", "now", "deadline", "case", "parameter")


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

    return form.validate(answers, variables={**_globals(lookup), **variables}, files=files)


def settled(
    form: Form, answers: Mapping[str, Any], *, variables: Mapping[str, Any], lookup: Callable[[str], Any]
) -> dict[str, Any]:
    """The answers as `validate` returns them, without a judgement: for forms whose faults are known and let pass."""
    return form.settled(answers, variables={**_globals(lookup), **variables})


def _globals(lookup: Callable[[str], Any]) -> dict[str, Any]:
    return {name: found for name in GLOBALS if (found := lookup(name)) is not None}


def file_ids(form: Form | None, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The attachments that validated answers carry."""
    return () if form is None else form.file_ids(answers)


def summary(
    connection: Connection, form: Form | None, answers: Mapping[str, Any], variables: Mapping[str, Any]
) -> list[list[str]]:
    """Validated answers as (label, text) in the order of the form, options and files by their names."""
    if form is None:
        return []
    found = entries.list_attachments(connection, form.file_ids(answers))
    files = {row.id: FileFacts(name=row.name, size=row.size, media_type=row.media_type) for row in found.values()}
    return [list(line) for line in form.summary(answers, variables=variables, files=files)]


def replacing(form: Form | None, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Validated answers as they replace earlier ones: a field that is hidden now loses what it held before."""
    return {**dict.fromkeys(form.keys if form is not None else ()), **answers}
