"""Compiles expressions of a model by their kind. Literal expressions are here; boxed ones and tables have their own modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from service.dmn.markup import Element
from service.dmn.place import Place, Run
from service.dmn.scopes import Scope
from service.feel.values import Value

Handler: TypeAlias = Callable[[Element, Place], Run]

#: How each element becomes an evaluator.
KINDS: Final[dict[str, Handler]] = {}


def kind(tag: str) -> Callable[[Handler], Handler]:
    """Declare the function that compiles this element."""

    def declare(handler: Handler) -> Handler:
        KINDS[tag] = handler
        return handler

    return declare


def null(_: Scope) -> Value:
    """Evaluate what has no logic."""
    return None


def find_expression(parent: Element) -> Element | None:
    """Return the expression that an element holds, None when it has none."""
    return next((child for child in parent.children if child.tag in KINDS), None)


def compile_in(parent: Element | None, place: Place) -> Run:
    """Compile the expression that an element holds; null when it has none."""
    found = find_expression(parent) if parent is not None else None
    return null if found is None else compile_expression(found, place)


def compile_expression(element: Element, place: Place) -> Run:
    """Compile one expression."""
    return KINDS[element.tag](element, place)


def is_feel(element: Element) -> bool:
    """Tell whether an element's language is FEEL, which it is unless it names another."""
    language = element.get("expressionLanguage")
    return not language or "feel" in language.lower()


@kind("literalExpression")
def literal(element: Element, place: Place) -> Run:
    """Compile a literal expression; one without text is null."""
    if not is_feel(element):
        language = element.get("expressionLanguage")
        zh, en = f"不支持表达式语言“{language}”，请改用 FEEL。", f"The language {language!r} is not supported; use FEEL."
        place.faults.add("language", zh, en, element)
        return null
    if element.find("importedValues") is not None:
        place.faults.add("imported-values", "不支持引用外部数据。", "Imported values are not supported.", element)
        return null
    text = element.words()
    if not text:
        return null
    run = place.expression(text, element)
    return place.broken(element) if run is None else place.typed(run, place.type_of(element), element)
