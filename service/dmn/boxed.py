"""Compiles boxed contexts, lists, relations, conditionals, invocations and function definitions."""

from __future__ import annotations

from typing import Final

from service.dmn.expressions import KINDS, compile_expression, compile_in, kind
from service.dmn.markup import Element
from service.dmn.place import Place, Run, misfit
from service.dmn.scopes import Scope
from service.dmn.types import Type
from service.feel.calls import invoke
from service.feel.limits import bounded_list
from service.feel.types import MISFIT
from service.feel.values import Function, Value

_FEEL: Final = ("", "FEEL")


@kind("context")
def _context(element: Element, place: Place) -> Run:
    """Each entry sees those before it, and itself, so that a function may call itself."""
    entries: list[tuple[str, Run]] = []
    result: Run | None = None
    for entry in element.all("contextEntry"):
        variable = entry.find("variable")
        if variable is None:
            result = compile_in(entry, place)
            continue
        name = variable.get("name")
        if any(name == known for known, _ in entries):
            zh, en = f"上下文中“{name}”出现了两次。", f"The entry {name!r} comes twice."
            place.faults.add("duplicate-name", zh, en, variable)
        place = place.within((name,))
        entries.append((name, place.typed(compile_in(entry, place), place.type_of(variable), variable)))

    def run(scope: Scope) -> Value:
        own: dict[str, Value] = {}
        inner = scope.inner(own)
        for name, value in entries:
            own[name] = value(inner)
        return own if result is None else result(inner)

    return run


@kind("list")
def _list(element: Element, place: Place) -> Run:
    items = tuple(compile_expression(child, place) for child in element.children if child.tag in KINDS)
    return lambda scope: bounded_list([item(scope) for item in items])


@kind("relation")
def _relation(element: Element, place: Place) -> Run:
    columns = element.all("column")
    names = [column.get("name") for column in columns]
    kinds = [place.type_of(column) for column in columns]
    rows: list[tuple[Run, ...]] = []
    for row in element.all("row"):
        cells = [child for child in row.children if child.tag in KINDS]
        if len(cells) != len(names):
            zh, en = f"该行有 {len(cells)} 格，应有 {len(names)} 格。", f"The row has {len(cells)} cells instead of {len(names)}."
            place.faults.add("row-length", zh, en, row)
            continue
        rows.append(
            tuple(
                place.typed(compile_expression(cell, place), of, column)
                for cell, of, column in zip(cells, kinds, columns, strict=True)
            )
        )
    return lambda scope: [dict(zip(names, [cell(scope) for cell in row], strict=True)) for row in rows]


@kind("conditional")
def _conditional(element: Element, place: Place) -> Run:
    test, then, otherwise = (compile_in(element.find(tag), place) for tag in ("if", "then", "else"))
    return lambda scope: then(scope) if test(scope) is True else otherwise(scope)


@kind("invocation")
def _invocation(element: Element, place: Place) -> Run:
    callee = compile_in(element, place)
    names: list[str] = []
    values: list[Run] = []
    for binding in element.all("binding"):
        parameter = binding.find("parameter")
        if parameter is None:
            place.faults.add("parameter", "绑定缺少参数。", "The binding has no parameter.", binding)
            continue
        names.append(parameter.get("name"))
        values.append(place.typed(compile_in(binding, place), place.type_of(parameter), parameter))
    return lambda scope: invoke(callee(scope), [value(scope) for value in values], names)


@kind("functionDefinition")
def definition(element: Element, place: Place) -> Run:
    """Compile a function; its value is the function itself."""
    if element.get("kind") not in _FEEL:
        zh, en = f"不支持外部函数（{element.get('kind')}）。", f"External functions ({element.get('kind')}) are not supported."
        (place.faults.add if place.strict else place.faults.warn)("external", zh, en, element)
        return lambda _: Function(tuple(item.get("name") for item in element.all("formalParameter")), lambda _: None)
    listed = element.all("formalParameter")
    params = tuple(item.get("name") for item in listed)
    if len(set(params)) < len(params):
        place.faults.add("duplicate-name", "函数参数重名。", "Two parameters have the same name.", element)
    kinds = tuple(place.type_of(item) for item in listed)
    body = compile_in(element, place.within(params))
    return lambda scope: function_of(params, kinds, body, scope)


def function_of(params: tuple[str, ...], kinds: tuple[Type | None, ...], body: Run, scope: Scope) -> Function:
    """Make a function over a scope. An argument that is not of its parameter's type makes the call null."""

    def call(args: tuple[Value, ...]) -> Value:
        own: dict[str, Value] = {}
        for name, kind_of_param, arg in zip(params, kinds, args, strict=True):
            own[name] = arg if kind_of_param is None else kind_of_param.coerce(arg)
            if own[name] is MISFIT:
                scope.record.note(misfit(name, kind_of_param.name if kind_of_param else ""))
                return None
        scope.budget.enter()
        try:
            return body(scope.inner(own))
        finally:
            scope.budget.leave()

    return Function(params, call, tuple("" if of is None else of.name for of in kinds))
