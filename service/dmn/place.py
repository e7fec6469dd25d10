"""Where an expression stands: which names and types it may use. Compiles its FEEL and notes what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, TypeAlias

from service import feel
from service.dmn.faults import Faults
from service.dmn.items import Types
from service.dmn.markup import Element
from service.dmn.scopes import Scope
from service.dmn.trace import Message
from service.dmn.types import Type
from service.feel.types import MISFIT
from service.feel.values import Value

#: An expression of a model, ready to evaluate.
Run: TypeAlias = Callable[[Scope], Value]

_PLAIN: Final = re.compile(r"\w+")
#: Names that FEEL itself binds.
_OWN: Final = frozenset({"?", "item", "partial"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a model: its owner, the names in reach, and where faults go. Lenient places make null of wrong FEEL."""

    owner: str
    faults: Faults
    types: Types
    names: frozenset[str]  # all names in reach
    components: frozenset[str]  # names of parts, which may follow a dot or stand in a filter
    declared: frozenset[str] = frozenset()  # names of all elements of the model
    free: set[str] = field(default_factory=set)  # collects names that nothing declares: variables of the caller
    strict: bool = True

    def within(self, names: Iterable[str]) -> Place:
        """Return the place with more names in reach."""
        return replace(self, names=self.names | frozenset(names))

    @property
    def _odd_names(self) -> frozenset[str]:
        return _odd(self.names, self.components)

    def expression(self, text: str, element: Element) -> feel.Expression | None:
        """Compile a FEEL expression. None when it is wrong, which has been noted."""
        try:
            compiled = feel.compile(text, names=self._odd_names, find_type=self.types.find_test)
        except feel.FeelError as error:
            self._wrong(text, error, element)
            return None
        self._check_names(compiled, element)
        return compiled

    def tests(self, text: str, element: Element) -> feel.UnaryTests | None:
        """Compile unary tests. None when they are wrong, which has been noted."""
        try:
            compiled = feel.compile_tests(text, names=self._odd_names, find_type=self.types.find_test)
        except feel.FeelError as error:
            self._wrong(text, error, element)
            return None
        self._check_names(compiled, element)
        return compiled

    def type_of(self, element: Element | None) -> Type | None:
        """Return the type that an element is declared to have, None when it may hold anything."""
        return None if element is None else self.types.resolve(element.get("typeRef"), element)

    def broken(self, element: Element) -> Run:
        """Stand in for an expression that cannot be evaluated: null, and a message."""
        message = Message(
            code="broken", element=element.told(), message="表达式有误，结果为空。", message_en="Wrong expression: null."
        )

        def run(scope: Scope) -> Value:
            scope.record.note(message)

        return run

    def typed(self, run: Run, kind: Type | None, element: Element) -> Run:
        """Let an expression give only values of a type; others become null with a message."""
        if kind is None:
            return run
        told = element.get("name") or self.owner

        def convert(scope: Scope) -> Value:
            return conform(run(scope), kind, told, scope)

        return convert

    def _check_names(self, compiled: feel.Expression | feel.UnaryTests, element: Element) -> None:
        known = self.names | _OWN | feel.builtin_names()
        unknown = (compiled.names | compiled.functions) - known
        self.free.update(unknown - self.declared)
        for name in sorted(unknown & self.declared):
            zh, en = f"表达式用到的“{name}”不在该决策的依赖之中。", f"{name!r} is used but not required."
            self.faults.warn("unknown-name", zh, en, element)

    def _wrong(self, text: str, error: feel.FeelError, element: Element) -> None:
        shown = text if len(text) <= 80 else text[:80] + "…"
        add = self.faults.add if self.strict else self.faults.warn
        add("feel", f"{self.owner}：“{shown}”：{error.message}", f"{self.owner}: {shown!r}: {error.message_en}", element)


@lru_cache(256)
def _odd(names: frozenset[str], components: frozenset[str]) -> frozenset[str]:
    """Return the names that FEEL cannot tell by itself."""
    return frozenset(name for name in names | components if not _PLAIN.fullmatch(name))


def conform(value: Value, kind: Type, told: str, scope: Scope) -> Value:
    """Convert a value to a type, or give null and a message."""
    fitted = kind.coerce(value)
    if fitted is not MISFIT:
        return fitted
    scope.record.note(misfit(told, kind.name))
    return None


def misfit(element: str, kind: str) -> Message:
    """Say that a value is not of its type."""
    zh, en = f"“{element}”的值不符合数据类型“{kind}”，按空值处理。", f"The value of {element!r} is not of type {kind!r}: null."
    return Message(code="type", element=element, message=zh, message_en=en)
