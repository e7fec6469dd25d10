"""A form file is a form that the server can validate, and carries the id that its path says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import orjson

from service import forms
from service.engine.lint.document import Document
from service.engine.lint.known import Setting
from service.errors import InvalidDefinition, Problem

ID = "form-invalid"


def check_bundle(documents: Sequence[Document], setting: Setting) -> Iterator[Problem]:
    for id, (file, data) in setting.forms.items():
        yield from _check_form(id, file, data)


def _check_form(id: str, file: str, data: bytes) -> Iterator[Problem]:
    try:
        schema = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        yield Problem(
            rule=ID,
            message=f"第 {error.lineno} 行第 {error.colno} 列不是有效的 JSON：{error.msg}。"
            f" / Not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}.",
            element=id,
            file=file,
            line=error.lineno,
        )
        return
    if not isinstance(schema, dict):
        yield Problem(rule=ID, message="表单应为 JSON 对象。 / A form is a JSON object.", element=id, file=file, line=1)
        return
    if schema.get("id") != id:
        yield Problem(
            rule=ID,
            message=f"表单的 id 是 {schema.get('id')}，按文件位置应为 {id}。"
            f" / The form's id is {schema.get('id')}; its path says {id}.",
            element=id,
            file=file,
            line=1,
        )
    try:
        forms.compile(schema)
    except InvalidDefinition as error:
        for problem in error.problems:
            yield replace(problem, rule=ID, element=problem.element or id, file=file, line=problem.line or 1)
