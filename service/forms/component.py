"""One component of a schema while it is being compiled: its attributes, read strictly, and the problems found in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.errors import Problem
from service.feel import Expression, FeelError
from service.feel import compile as compile_feel
from service.forms.amounts import MONEY_DIGITS, read_number
from service.forms.bounds import Bound
from service.forms.scope import Scope, evaluate
from service.forms.texts import Labelled, labelled

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An expression and where it stands, for the check of row names that needs the whole form."""

    expression: Expression
    element: str
    place: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """`raw` is the schema's object, `rows` the static paths of the dynamic lists around it."""

    raw: Json
    element: str
    problems: list[Problem]
    uses: list[Use]
    rows: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        return str(self.raw.get("type", ""))

    @property
    def properties(self) -> Json:
        return self._mapping("properties")

    @property
    def validate(self) -> Json:
        return self._mapping("validate")

    @property
    def article(self) -> str | None:
        article = self.properties.get("article")
        return article if isinstance(article, str) and article else None

    def _mapping(self, name: str) -> Json:
        value = self.raw.get(name)
        return value if isinstance(value, Mapping) else {}

    def problem(self, rule: str, zh: str, en: str) -> None:
        """Note what the designer has to change."""
        self.problems.append(Problem(rule=rule, message=f"{zh} / {en}", element=self.element))

    def label(self) -> Labelled:
        """What the component is called; its key where the label is worked out at run time."""
        properties = self.properties
        given = (self.raw.get(name) for name in ("label", "dateLabel", "timeLabel"))
        fallback = str(self.raw.get("key") or self.raw.get("path") or self.element)
        zh = next((str(text).strip() for text in given if _is_plain(text)), str(properties.get("label") or fallback))
        return labelled(zh, str(properties.get("label_en") or zh), self.article)

    def feel(self, source: Any, place: str) -> Expression | None:
        """Compile `=expression` found at `place`; None, with a problem noted, when it is not one."""
        if not isinstance(source, str) or not source.startswith("="):
            self.problem("feel", f"{place} 应为以“=”开头的 FEEL 表达式", f"{place} must be FEEL after “=”")
            return None
        try:
            expression = compile_feel(source[1:])
        except FeelError as error:
            at = f"{error.line}:{error.column}"
            self.problem("feel", f"{place} 第 {at} 处：{error.message}", f"{place} at {at}: {error.message_en}")
            return None
        self.uses.append(Use(expression=expression, element=self.element, place=place, rows=self.rows))
        return expression

    def bound(self, value: Any, place: str, parse: Callable[[Any], Any]) -> Bound | None:
        """A limit that is a constant or `=FEEL`; None when there is none or it is wrong."""
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.startswith("="):
            expression = self.feel(value, place)
            return None if expression is None else lambda scope: evaluate(expression, scope)
        limit = parse(value)
        if limit is None:
            self.problem("bad-validate", f"{place} 的值 {value!r} 无效", f"{place} has the invalid value {value!r}")
            return None
        return lambda scope: limit

    def claim(self, value: Any, place: str) -> tuple[bool, Expression | None]:
        """A flag that is true, false or `=FEEL`: what is known now, and the expression if it depends on answers."""
        if value is None or isinstance(value, bool):
            return bool(value), None
        if value in ("", "true", "false"):
            return value == "true", None
        return False, self.feel(value, place)

    def whole(self, holder: Json, name: str, least: int = 0) -> int | None:
        """A count in `holder[name]`, as a number or in digits."""
        value = holder.get(name)
        if value is None or value == "":
            return None
        number = read_number(value)
        if number is None or number != number.to_integral_value() or number < least:
            self.problem("bad-value", f"{name} 应为不小于 {least} 的整数", f"{name} must be a whole number from {least} up")
            return None
        return int(number)

    def positive(self, name: str) -> Decimal | None:
        """A number above zero in the attribute `name`."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        number = read_number(value)
        if number is None or number <= 0:
            self.problem("bad-value", f"{name} 应为正数", f"{name} must be a number above zero")
            return None
        return number

    @property
    def money(self) -> bool:
        """Whether a number is an amount in yuan: as `properties.money` says, else when it has two decimal digits."""
        given = self.properties.get("money")
        return self.raw.get("decimalDigits") == MONEY_DIGITS if given is None else given in (True, "true")

    def flag(self, holder: Json, name: str) -> bool:
        """Whether `holder[name]` is true; Camunda Modeler writes properties as text."""
        return holder.get(name) in (True, "true")


def constant(value: bool) -> Callable[[Scope], bool]:
    """A condition that no answer changes."""
    return lambda scope: value


def _is_plain(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip()) and not text.startswith("=") and "{{" not in text
