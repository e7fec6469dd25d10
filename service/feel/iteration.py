"""Compiles what binds names: contexts, filters, `for`, `some` and `every`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from service.feel.compiler import Compiler, Run, rule
from service.feel.limits import ITEMS_A_STEP, MAX_LIST, bounded_list
from service.feel.ranges import walk, walk_range
from service.feel.scopes import Frame, ItemFrame
from service.feel.text import unquote
from service.feel.values import Kind, Value, kind_of, native

if TYPE_CHECKING:
    from service.feel.compiler import Node

#: One iterator: the name it binds, and what lists its values.
_Binding = tuple[str, Callable[[Frame], "Iterable[Value] | None"]]


@rule("context")
def _context(compiler: Compiler, node: Node) -> Run:
    compiler.framed = True
    bound = compiler.bind()
    entries: list[tuple[str, Run]] = []
    try:
        for child in node.children:
            key, value = cast("Node", child).children
            name = unquote(str(key)) if getattr(key, "type", "") == "STRING" else str(key)
            entries.append((name, compiler.run(value)))
            bound.add(name)
    finally:
        compiler.release()

    def build(scope: Frame) -> dict[str, Value] | None:
        own: dict[str, Value] = {}
        inner = Frame(scope, own, scope.budget)
        for name, value in entries:
            if name in own:  # a key twice: the standard gives null
                return None
            own[name] = value(inner)
        return dict(own)

    return build


@rule("filter")
def _filter(compiler: Compiler, node: Node) -> Run:
    compiler.framed = True
    source = compiler.run(node.children[0])
    compiler.bind("item")
    compiler.loops += 1
    compiler.filters += 1
    try:
        test = compiler.run(node.children[1])
    finally:
        compiler.filters -= 1
        compiler.loops -= 1
        compiler.release()

    def select(scope: Frame) -> Value:
        value = source(scope)
        items = value if type(value) is list else [] if value is None else [value]
        budget = scope.budget
        kept: list[Value] = []
        for item in items:
            budget.spend()
            answer = test(ItemFrame(scope, native(item), budget))
            if answer is True:
                kept.append(item)
            elif type(answer) is Decimal:
                return _pick(items, test(scope))
        if not items and type(test(scope)) is Decimal:
            return None
        return kept

    return select


def _pick(items: list[Value], number: Value) -> Value:
    return index(items, number) if type(number) is Decimal else None


def index(items: list[Value], number: Decimal) -> Value:
    """Take an item by number: from 1, or from the end by -1; null outside."""
    if number != number.to_integral_value():
        return None
    size = len(items)
    if 1 <= number <= size:
        return native(items[int(number) - 1])
    return native(items[int(number)]) if -size <= number <= -1 else None


def _bindings(compiler: Compiler, node: Node, bound: set[str]) -> list[_Binding]:
    made: list[_Binding] = []
    for child in node.children:
        name, first, *rest = cast("Node", child).children
        domain = compiler.run(first)
        made.append((str(name), _span(domain, compiler.run(rest[0])) if rest else _items(domain)))
        bound.add(str(name))
    return made


def _items(domain: Run) -> Callable[[Frame], Iterable[Value] | None]:
    def values(scope: Frame) -> Iterable[Value] | None:
        value = domain(scope)
        kind = kind_of(value)
        if kind is Kind.LIST:
            return cast("list[Value]", value)
        if kind is Kind.RANGE:
            return walk_range(value)
        return None if value is None else [value]

    return values


def _span(low: Run, high: Run) -> Callable[[Frame], Iterable[Value] | None]:
    return lambda scope: walk(low(scope), high(scope))


def _frames(scope: Frame, bindings: list[_Binding]) -> Iterator[Frame | None]:
    """Walk all combinations, the last iterator fastest; a single None when something is not iterable."""
    name, values = bindings[0]
    walked = values(scope)
    if walked is None:
        yield None
        return
    budget = scope.budget
    for value in walked:
        budget.spend()
        inner = Frame(scope, {name: native(value)}, budget)
        if len(bindings) == 1:
            yield inner
        else:
            yield from _frames(inner, bindings[1:])


@rule("for_", "some_", "every_")
def _iterate(compiler: Compiler, node: Node) -> Run:
    compiler.framed = True
    bound = compiler.bind(*(("partial",) if node.data == "for_" else ()))
    compiler.loops += 1
    try:
        bindings = _bindings(compiler, cast("Node", node.children[0]), bound)
        body = compiler.run(node.children[1])
    finally:
        compiler.loops -= 1
        compiler.release()

    told = any(token == "partial" for token in node.scan_values(lambda _: True))

    def collect(scope: Frame) -> list[Value] | None:
        results: list[Value] = []
        for inner in _frames(scope, bindings):
            if inner is None:
                return None
            if told:  # a copy, which the results may hold without holding themselves
                scope.budget.spend(len(results) // ITEMS_A_STEP)
                inner.own["partial"] = list(results)
            results.append(body(inner))
            if len(results) > MAX_LIST:
                return bounded_list(results)
        return results

    stop = node.data == "some_"

    def quantify(scope: Frame) -> Value:
        answer: bool | None = not stop
        for inner in _frames(scope, bindings):
            value = None if inner is None else body(inner)
            if value is stop:
                return stop
            if type(value) is not bool:
                answer = None
        return answer

    return collect if node.data == "for_" else quantify
