"""Which answers count: conditions, locks and computed fields, worked out until nothing changes. Open this for visibility.

Every round evaluates the conditions against the answers of the round before, in which hidden fields are absent; two rounds are
what the viewer does, more are needed only where one hidden field hides another. Conditions that contradict each other never
settle: then the last round stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from service.feel import Expression
from service.forms.model import Question, Section, put, take
from service.forms.scope import Scope, evaluate, is_true
from service.forms.tables import Row
from service.tagged import Months

ROUNDS = 8
_CENT = Decimal("0.01")
_WIDE = Context(prec=60)


def settle(root: Section, loaded: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that stand: hidden ones absent, empty ones null, false or [], locked and computed ones filled in."""
    answers = _round(root, loaded, variables, None, {})
    if not root.live:
        return answers
    for _ in range(ROUNDS):
        scope = Scope(answers, root.keys, variables)
        following = _round(root, loaded, variables, scope, answers)
        if following == answers:
            break
        answers = following
    return answers


def met(conditions: Sequence[Expression], scope: Scope) -> frozenset[int]:
    """Return the numbers of the conditions that are true."""
    return frozenset(number for number, condition in enumerate(conditions) if is_true(condition, scope))


def _round(
    section: Section, loaded: Mapping[str, Any], stored: Any, scope: Scope | None, before: Mapping[str, Any]
) -> dict[str, Any]:
    """Answer every question of a section once. Without a scope nothing is hidden and nothing computed."""
    hidden = met(section.hides, scope) if scope is not None and section.hides else frozenset()
    locked = met(section.locks, scope) if scope is not None and section.locks else frozenset()
    answers: dict[str, Any] = {}
    for question in section.questions:
        if hidden and not hidden.isdisjoint(question.hides):
            continue
        path = question.path
        value: Any
        if question.locked or (locked and not locked.isdisjoint(question.locks)):
            value = take(stored, path)
            value = (list(question.default) if type(question.default) is list else question.default) if value is None else value
        elif question.computed is not None:
            value = None if scope is None else _computed(question, scope)
        elif question.rows is not None:
            rows = take(loaded, path) or ()
            value = [
                _round(question.rows, row, *_row_context(question, row, position, stored, scope, before))
                for position, row in enumerate(rows)
            ]
        else:
            value = loaded.get(path[0]) if len(path) == 1 else take(loaded, path)
        if value is None or value == ():
            value = [] if question.empty == () else question.empty
        if len(path) == 1:
            answers[path[0]] = value
        else:
            put(answers, path, value)
    return answers


def _row_context(
    question: Question, row: Row, position: int, stored: Any, scope: Scope | None, before: Mapping[str, Any]
) -> tuple[Any, Scope | None, Mapping[str, Any]]:
    earlier = at(take(before, question.path), position)
    return at(take(stored, question.path), row.number), None if scope is None else scope.within(earlier, position), earlier


def at(rows: Any, number: int) -> Mapping[str, Any]:
    """Return the row `number` of a stored table, an empty one when there is none."""
    row = rows[number] if isinstance(rows, (list, tuple)) and number < len(rows) else None
    return row if isinstance(row, Mapping) else {}


def _computed(question: Question, scope: Scope) -> Any:
    value = storable(evaluate(question.computed, scope)) if question.computed is not None else None
    if question.money and isinstance(value, Decimal):
        try:
            return value.quantize(_CENT, ROUND_HALF_UP, _WIDE)
        except InvalidOperation:
            return None
    return value


def storable(value: Any) -> Any:
    """Return a FEEL value as a variable can hold it; ranges and functions become null."""
    if type(value) is list:
        return [storable(one) for one in value]
    if type(value) is dict:
        return {str(key): storable(one) for key, one in value.items()}
    if type(value) is int:
        return Decimal(value)
    return value if value is None or isinstance(value, (bool, str, Decimal, date, time, timedelta, Months)) else None
