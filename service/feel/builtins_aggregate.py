"""Built-in functions that make one value of many: `min`, `sum`, `mean`, `all` … Each takes a list, or its items as arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from service.feel.arithmetic import OPERATIONS
from service.feel.compare import COMPARISONS, both, either
from service.feel.registry import builtin
from service.feel.values import CONTEXT, Kind, Value, kind_of, native


def numbers_of(items: Iterable[Value]) -> list[Decimal] | None:
    """Return the items as numbers; None when one is not a number, or there are none."""
    numbers = [native(item) for item in items]
    return numbers if numbers and all(type(number) is Decimal for number in numbers) else None


def _extreme(items: list[Value], sign: str) -> Value:
    best = None
    for item in map(native, items):
        if item is None:
            return None
        if best is None:
            best = item
            continue
        better = COMPARISONS[sign](item, best)
        if better is None:
            return None
        if better:
            best = item
    return best


def _varied(name: str, param: str = "list") -> Callable[[Callable[[list[Value]], Value]], Callable[[list[Value]], Value]]:
    """Declare a function that takes one list, or its items as arguments."""

    def declare(run: Callable[[list[Value]], Value]) -> Callable[[list[Value]], Value]:
        builtin(name, f"{param}:list")(run)
        builtin(name, "first:any, second:any, more:any...")(lambda *items: run(list(items)))
        builtin(name, "first:any, second:any")(lambda *items: run(list(items)))
        return run

    return declare


@_varied("min")
def minimum(items: list[Value]) -> Value:
    return _extreme(items, "<")


@_varied("max")
def maximum(items: list[Value]) -> Value:
    return _extreme(items, ">")


@_varied("sum")
def total(items: list[Value]) -> Value:
    """Add up numbers, or durations of one kind; null for no items."""
    if not items:
        return None
    result = native(items[0])
    if kind_of(result) not in (Kind.NUMBER, Kind.DAYS, Kind.MONTHS):
        return None
    add = OPERATIONS["+"]
    for item in items[1:]:
        result = add(result, item)
    return result


@_varied("mean")
def mean(items: list[Value]) -> Value:
    return OPERATIONS["/"](total(items), Decimal(len(items))) if items else None


@_varied("median")
def median(items: list[Value]) -> Decimal | None:
    numbers = numbers_of(items)
    if numbers is None:
        return None
    numbers.sort()
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return CONTEXT.divide(CONTEXT.add(numbers[middle - 1], numbers[middle]), Decimal(2))


@_varied("stddev")
def stddev(items: list[Value]) -> Decimal | None:
    """Sample standard deviation; null for fewer than two numbers."""
    numbers = numbers_of(items)
    if numbers is None or len(numbers) < 2:
        return None
    average = mean(list(numbers))
    squares = Decimal(0)
    for number in numbers:
        distance = CONTEXT.subtract(number, average)
        squares = CONTEXT.add(squares, CONTEXT.multiply(distance, distance))
    return CONTEXT.sqrt(CONTEXT.divide(squares, Decimal(len(numbers) - 1)))


@_varied("mode")
def mode(items: list[Value]) -> list[Decimal] | None:
    """The most frequent numbers, in ascending order."""
    if not items:
        return []
    numbers = numbers_of(items)
    if numbers is None:
        return None
    tally: dict[Decimal, int] = {}
    for number in numbers:
        tally[number] = tally.get(number, 0) + 1
    most = max(tally.values())
    return sorted(number for number, times in tally.items() if times == most)


@_varied("product")
def product(items: list[Value]) -> Decimal | None:
    numbers = numbers_of(items)
    if numbers is None:
        return None
    result = Decimal(1)
    for number in numbers:
        result = CONTEXT.multiply(result, number)
    return result


@_varied("all")
@_varied("and")
def every(items: list[Value]) -> bool | None:
    """Three-valued and over a list; true for no items."""
    answer: bool | None = True
    for item in items:
        answer = both(answer, item)
    return answer


@_varied("any")
@_varied("or")
def some(items: list[Value]) -> bool | None:
    """Three-valued or over a list; false for no items."""
    answer: bool | None = False
    for item in items:
        answer = either(answer, item)
    return answer
