"""Built-in functions on lists. A single value stands for a list of one; positions count from 1, or from the end by -1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cmp_to_key

from service.feel.arithmetic import whole
from service.feel.compare import COMPARISONS, equal
from service.feel.errors import too_much
from service.feel.limits import MAX_LIST, MAX_STEPS, bounded_list
from service.feel.registry import builtin
from service.feel.values import Kind, Value, kind_of, native


def holds(items: list[Value], element: Value) -> bool:
    return any(equal(item, element) is True for item in items)


def distinct(items: Iterable[Value]) -> list[Value]:
    """Keep the first of equal items. Numbers and strings are found by hash, others one by one within a bound."""
    seen: set[tuple[Kind, Value]] = set()
    kept: list[Value] = []
    others: list[Value] = []
    effort = 0
    for item in map(native, items):
        kind = kind_of(item)
        if kind in (Kind.NUMBER, Kind.STRING, Kind.BOOLEAN, Kind.NULL, Kind.DATE):
            if (kind, item) not in seen:
                seen.add((kind, item))
                kept.append(item)
            continue
        effort += len(others)
        if effort > MAX_STEPS:
            raise too_much("比较步数", "steps of one comparison", MAX_STEPS)
        if not holds(others, item):
            others.append(item)
            kept.append(item)
    return kept


@builtin("list contains", "list:list, element:any")
def list_contains(items: list[Value], element: Value) -> bool:
    return holds(items, element)


@builtin("count", "list:list")
def count(items: list[Value]) -> Decimal:
    return Decimal(len(items))


@builtin("sublist", "list:list, start position:number, length:number?")
def sublist(items: list[Value], start: Decimal, length: Decimal | None = None) -> list[Value] | None:
    first = whole(start)
    if first == 0 or abs(first) > len(items) or (length is not None and length < 0):
        return None
    begin = first - 1 if first > 0 else len(items) + first
    if length is None:
        return items[begin:]
    end = begin + whole(length)
    return items[begin:end] if end <= len(items) else None


@builtin("append", "list:list, item:any...")
def append(items: list[Value], *more: Value) -> list[Value]:
    return bounded_list([*items, *more])


@builtin("concatenate", "list:list...")
def concatenate(*lists: list[Value]) -> list[Value]:
    return bounded_list([item for items in lists for item in items])


@builtin("union", "list:list...")
def union(*lists: list[Value]) -> list[Value]:
    return distinct(concatenate(*lists))


@builtin("distinct values", "list:list")
def distinct_values(items: list[Value]) -> list[Value]:
    return distinct(items)


@builtin("duplicate values", "list:list")
def duplicate_values(items: list[Value]) -> list[Value]:
    seen = distinct(items)
    if len(seen) * len(items) > 10 * MAX_STEPS:
        raise too_much("比较步数", "steps of one comparison", 10 * MAX_STEPS)
    return [item for item in seen if sum(equal(item, other) is True for other in items) > 1]


@builtin("insert before", "list:list, position:number, newItem:any")
def insert_before(items: list[Value], position: Decimal, item: Value) -> list[Value] | None:
    at = _place(items, position)
    return None if at is None else bounded_list([*items[:at], item, *items[at:]])


@builtin("remove", "list:list, position:number")
def remove(items: list[Value], position: Decimal) -> list[Value] | None:
    at = _place(items, position)
    return None if at is None else [*items[:at], *items[at + 1 :]]


@builtin("list replace", "list:list, position:number, newItem:any")
def list_replace(items: list[Value], position: Decimal, item: Value) -> list[Value] | None:
    at = _place(items, position)
    return None if at is None else [*items[:at], item, *items[at + 1 :]]


@builtin("list replace", "list:list, match:function, newItem:any")
def list_replace_where(items: list[Value], match: Callable[..., Value], item: Value) -> list[Value]:
    return [item if match(old, item) is True else old for old in items]


def _place(items: list[Value], position: Decimal) -> int | None:
    number = whole(position)
    if number == 0 or abs(number) > len(items):
        return None
    return number - 1 if number > 0 else len(items) + number


@builtin("reverse", "list:list")
def reverse(items: list[Value]) -> list[Value]:
    return items[::-1]


@builtin("index of", "list:list, match:any")
def index_of(items: list[Value], match: Value) -> list[Decimal]:
    return [Decimal(number) for number, item in enumerate(items, 1) if equal(item, match) is True]


@builtin("flatten", "list:list")
def flatten(items: list[Value]) -> list[Value]:
    return list(_leaves(items, [MAX_LIST]))


def _leaves(items: list[Value], left: list[int]) -> Iterator[Value]:
    for item in items:
        left[0] -= 1
        if left[0] < 0:
            raise too_much("列表元素", "items in a list", MAX_LIST)
        if kind_of(item) is Kind.LIST:
            yield from _leaves(item, left)
        else:
            yield item


@builtin("partition", "list:list, size:number")
def partition(items: list[Value], size: Decimal) -> list[list[Value]] | None:
    """Cut a list into lists of `size` items, the last one shorter."""
    step = whole(size)
    return [items[at : at + step] for at in range(0, len(items), step)] if step > 0 else None


@builtin("sort", "list:list")
def sort_naturally(items: list[Value]) -> list[Value] | None:
    return sort(items, COMPARISONS["<"])


@builtin("sort", "list:list, precedes:function")
def sort(items: list[Value], precedes: Callable[[Value, Value], Value]) -> list[Value] | None:
    """Sort by a function that tells whether its first argument goes before its second; equals keep their order."""
    odd = False

    def order(left: Value, right: Value) -> int:
        nonlocal odd
        before = precedes(left, right)
        if type(before) is not bool:
            odd = True
        return -1 if before is True else 1 if precedes(right, left) is True else 0

    result: list[Value] = sorted(map(native, items), key=cmp_to_key(order))
    return None if odd else result
