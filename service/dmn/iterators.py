"""Compiles boxed filters and iterators: `for`, `some`, `every`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from service.dmn.expressions import compile_in, kind
from service.dmn.markup import Element
from service.dmn.place import Place, Run
from service.dmn.scopes import Scope
from service.feel.iteration import index
from service.feel.limits import ITEMS_A_STEP, bounded_list
from service.feel.ranges import walk_range
from service.feel.values import Kind, Value, kind_of, native


@kind("filter")
def _filter(element: Element, place: Place) -> Run:
    source = compile_in(element.find("in"), place)
    match = compile_in(element.find("match"), place.within({"item", *place.components}))

    def run(scope: Scope) -> Value:
        value = native(source(scope))
        items = value if type(value) is list else [] if value is None else [value]
        kept: list[Value] = []
        for item in items:
            scope.budget.spend()
            answer = match(_of_item(native(item), scope))
            if type(answer) is Decimal:
                return index(items, answer)
            if answer is True:
                kept.append(item)
        return kept

    return run


def _of_item(item: Value, scope: Scope) -> Scope:
    return scope.inner({"item": item, **item} if kind_of(item) is Kind.CONTEXT else {"item": item})


def _walked(value: Value) -> Iterable[Value] | None:
    value = native(value)
    if kind_of(value) is Kind.RANGE:
        return walk_range(value)
    return value if type(value) is list else None if value is None else [value]


@kind("for")
def _for(element: Element, place: Place) -> Run:
    name = element.get("iteratorVariable")
    source = compile_in(element.find("in"), place)
    body = compile_in(element.find("return"), place.within((name, "partial")))

    def run(scope: Scope) -> Value:
        walked = _walked(source(scope))
        if walked is None:
            return None
        results: list[Value] = []
        for item in walked:
            scope.budget.spend()
            scope.budget.spend(len(results) // ITEMS_A_STEP)
            results.append(body(scope.inner({name: native(item), "partial": list(results)})))
        return bounded_list(results)

    return run


@kind("every")
@kind("some")
def _quantified(element: Element, place: Place) -> Run:
    name, stop = element.get("iteratorVariable"), element.tag == "some"
    source = compile_in(element.find("in"), place)
    test = compile_in(element.find("satisfies"), place.within((name,)))

    def run(scope: Scope) -> Value:
        walked = _walked(source(scope))
        if walked is None:
            return None
        answer: bool | None = not stop
        for item in walked:
            scope.budget.spend()
            value = test(scope.inner({name: native(item)}))
            if value is stop:
                return stop
            if type(value) is not bool:
                answer = None
        return answer

    return run
