"""Correct the same fields of a form that several cases have filed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.engine import correcting
from service.engine.batch_kinds.kind import Argument, Ask, BatchKind, Result, Subject, fault
from service.engine.correcting import Change
from service.errors import Conflict, InvalidAnswers


def _clean(sent: Mapping[str, Any]) -> dict[str, Any]:
    element, answers = str(sent.get("element") or "").strip()[:120], sent.get("variables")
    if not element:
        raise fault("element", "请填写环节的标识。", "Give the id of a step.")
    if not isinstance(answers, Mapping) or not answers:
        raise fault("variables", "请填写要更正的字段。", "Name a field to correct.")
    return {"element": element, "variables": dict(answers)}


def _check(ask: Ask) -> Result:
    with _Words():
        done = correcting.foresee_within(ask.machine, ask.connection, ask.subject, by=ask.by, **_asked(ask))
    return _said(ask, done, "将更正", "Would correct")


def _carry_out(ask: Ask) -> Result:
    with _Words():
        done = correcting.correct_within(
            ask.machine, ask.connection, ask.subject, reason=ask.reason, by=ask.by, **_asked(ask)
        )  # fmt: skip
    return _said(ask, done, "已更正", "Corrected")


def _asked(ask: Ask) -> dict[str, Any]:
    return {"element": ask.arguments["element"], "answers": ask.arguments["variables"]}


def _said(ask: Ask, done: Sequence[Change], zh: str, en: str) -> Result:
    labels = "、".join(one.label for one in done)
    return Result(zh=f"{zh}：{labels}。", en=f"{en}: {labels}.", case=ask.subject)


class _Words:
    """Says what a form has to say of its fields in one sentence: the result of an item has no fields."""

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, InvalidAnswers):
            zh, en = "；".join(one.message for one in error.findings), "; ".join(one.message_en for one in error.findings)
            raise Conflict(zh, message_en=en) from error


CORRECT = BatchKind(
    name="correct", subject=Subject.CASE, zh="更正填报内容", en="Correct what a form says", check=_check, carry_out=_carry_out,
    clean=_clean,
    arguments=(
        Argument(name="element", zh="填报的环节（标识）", en="Step that was filed (id)"),
        Argument(
            name="variables", zh="更正的字段", en="Fields", type="json", hint_zh='{"字段": "新值"}', hint_en='{"field": "value"}',
        ),
    ),
)  # fmt: skip
