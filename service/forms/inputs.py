"""From an input component to its marshmallow field and checks, one function a family. Open this to add a component or a rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow.fields import Field

from service.forms import amounts, choices, moments, uploads, words
from service.forms.bounds import Bound, at_least, at_most, whole
from service.forms.component import Component, constant
from service.forms.model import Check, FileRule, Kind, Options
from service.forms.patterns import compile_pattern
from service.forms.scope import evaluate, is_true


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What a family makes of a component; `compiler` adds what all questions share."""

    kind: Kind
    read: Field[Any]
    empty: Any = None
    checks: tuple[Check, ...] = ()
    money: bool = False
    options: Options | None = None
    files: FileRule | None = None


def text(component: Component) -> Input:
    """textfield and textarea."""
    lines = component.type == "textarea"
    validate = _validate(component, "minLength", "maxLength", "pattern", "patternErrorMessage", "validationType")
    checks: list[Check] = []
    least = component.bound(validate.get("minLength"), "validate.minLength", _count)
    most = component.bound(validate.get("maxLength"), "validate.maxLength", _count)
    if least is not None:
        checks.append(words.longer_than(whole(least)))
    if most is not None:
        checks.append(words.shorter_than(whole(most)))
    pattern = validate.get("pattern")
    if pattern:
        checks.extend(_pattern(component, pattern, validate.get("patternErrorMessage")))
    wanted = validate.get("validationType")
    if isinstance(wanted, str) and wanted in _TYPES:
        checks.append(_TYPES[wanted])
    elif wanted not in (None, "", "custom"):
        component.problem("bad-validate", f"validationType 不能为 {wanted!r}", f"validationType cannot be {wanted!r}")
    return Input(kind=Kind.TEXT, read=words.Words(lines=lines), checks=tuple(checks))


_TYPES: Mapping[str, Check] = {"email": words.an_email, "phone": words.a_phone}


def _pattern(component: Component, source: Any, message: Any) -> list[Check]:
    try:
        pattern = compile_pattern(source) if isinstance(source, str) else None
    except (re.error, OverflowError, RecursionError) as error:
        component.problem("bad-pattern", f"pattern 不是正则表达式：{error}", f"pattern is no regular expression: {error}")
        return []
    if pattern is None:
        component.problem(
            "bad-pattern",
            "pattern 过长或含嵌套重复，可能使服务停顿，请改写",
            "pattern is too long or nests repetitions, which could stop the service; rewrite it",
        )
        return []
    en = component.properties.get("pattern_message_en")
    return [words.matching(pattern, str(message or ""), str(en or ""))]


def number(component: Component) -> Input:
    """number: exact Decimal; money as `component.money` tells."""
    digits = component.whole(component.raw, "decimalDigits")
    money = component.money
    if money and digits not in (None, amounts.MONEY_DIGITS):
        component.problem("bad-value", "金额字段的 decimalDigits 应为 2", "decimalDigits of money must be 2")
    if digits is not None and digits > amounts.MAX_PLACES:
        component.problem("bad-value", "decimalDigits 最多为 10", "decimalDigits is at most 10")
        digits = None
    validate = _validate(component, "min", "max")
    checks = _range(component, validate, "validate", amounts.read_number)
    step = component.positive("increment")
    if step is not None:
        checks.append(amounts.multiple_of(step))
    read = amounts.Number(amounts.MONEY_DIGITS if money else digits)
    return Input(kind=Kind.NUMBER, read=read, checks=tuple(checks), money=money)


def moment(component: Component) -> Input:
    """datetime; its limits stand in `properties.min` and `properties.max`, since the viewer knows none for dates."""
    _validate(component)
    subtype = component.raw.get("subtype", "date")
    if not isinstance(subtype, str) or subtype not in moments.READERS:
        component.problem("bad-value", f"subtype 不能为 {subtype!r}", f"subtype cannot be {subtype!r}")
        subtype = "date"
    checks = _range(component, component.properties, "properties", moments.READERS[subtype])
    if component.raw.get("disallowPassedDates") is True:
        today = component.feel("=today()", "disallowPassedDates")
        if today is not None:
            checks.append(at_least(lambda scope: evaluate(today, scope)))
    return Input(kind=Kind.MOMENT, read=moments.Moment(subtype), checks=tuple(checks))


def tick(component: Component) -> Input:
    """checkbox."""
    _validate(component)
    return Input(kind=Kind.CHECK, read=choices.Tick(), empty=False)


def one(component: Component) -> Input:
    """radio and select."""
    options = _options(component)
    return Input(kind=Kind.ONE, read=choices.Choice(), checks=(choices.among(options),), options=options)


def many(component: Component) -> Input:
    """checklist and taglist."""
    options = _options(component)
    return Input(kind=Kind.MANY, read=choices.Choices(), empty=(), checks=(choices.among(options),), options=options)


def _options(component: Component) -> Options:
    _validate(component)
    raw = component.raw
    sources = [name for name in ("values", "valuesKey", "valuesExpression") if raw.get(name) not in (None, "")]
    if len(sources) != 1:
        component.problem(
            "bad-options",
            "选项应由 values、valuesKey、valuesExpression 之一给出",
            "options come from exactly one of values, valuesKey, valuesExpression",
        )
        return choices.fixed_options({})
    source = raw[sources[0]]
    if sources[0] == "valuesExpression":
        expression = component.feel(source, "valuesExpression")
        return choices.fixed_options({}) if expression is None else choices.options_from_expression(expression)
    if sources[0] == "valuesKey":
        return choices.options_from_variable(str(source))
    table = choices.option_table(source)
    if not isinstance(source, list) or not source or len(table) != len(source):
        component.problem(
            "bad-options",
            "values 应为 {label, value} 的非空列表，值互不相同",
            "values must be a list of {label, value}, not empty, no value twice",
        )
    return choices.fixed_options(table)


def files(component: Component) -> Input:
    """filepicker: a list of attachment ids."""
    _validate(component)
    properties = component.properties
    several, expression = component.claim(component.raw.get("multiple"), "multiple")
    accept = component.bound(component.raw.get("accept"), "accept", lambda given: given if isinstance(given, str) else None)
    rule = FileRule(
        accept=_accept(accept),
        many=constant(several) if expression is None else lambda scope: is_true(expression, scope),
        max_bytes=component.whole(properties, "max_bytes", 1) or uploads.MAX_BYTES,
        max_files=component.whole(properties, "max_files", 1) or uploads.MAX_FILES,
    )
    return Input(kind=Kind.FILES, read=uploads.FileIds(), empty=(), files=rule)


def _accept(bound: Bound | None) -> Callable[[Any], tuple[str, ...]]:
    return (lambda scope: ()) if bound is None else (lambda scope: uploads.accept_tokens(bound(scope)))


def _range(component: Component, holder: Mapping[str, Any], place: str, parse: Callable[[Any], Any]) -> list[Check]:
    checks: list[Check] = []
    for name, make in (("min", at_least), ("max", at_most)):
        bound = component.bound(holder.get(name), f"{place}.{name}", parse)
        if bound is not None:
            checks.append(make(bound))
    return checks


def _validate(component: Component, *allowed: str) -> Mapping[str, Any]:
    """The `validate` object; what this component type does not know is a problem, as the viewer would pass over or trip on it."""
    for name, value in component.validate.items():
        if name != "required" and name not in allowed and value not in (None, ""):
            component.problem(
                "bad-validate", f"{component.type} 不支持 validate.{name}", f"{component.type} knows no validate.{name}"
            )
    return component.validate


def _count(value: Any) -> int | None:
    found = amounts.read_number(value)
    return int(found) if found is not None and found >= 0 and found == found.to_integral_value() else None


#: Input components of form-js 1.23 by type; `expression`, `group` and `dynamiclist` are the compiler's own.
FAMILIES: Mapping[str, Callable[[Component], Input]] = {
    "textfield": text,
    "textarea": text,
    "number": number,
    "checkbox": tick,
    "radio": one,
    "select": one,
    "checklist": many,
    "taglist": many,
    "datetime": moment,
    "filepicker": files,
}
