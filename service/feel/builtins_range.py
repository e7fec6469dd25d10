"""Built-in functions that relate points and ranges (Allen's relations, DMN table 78), and `range` that reads one from text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from service.feel.compare import equal, less
from service.feel.ranges import make_range
from service.feel.registry import builtin, caller, find_builtin
from service.feel.temporal import parse_any
from service.feel.text import unquote
from service.feel.values import CONTEXT, Range, Value

_LOW: Final = object()  # before every value: the start of a range without start
_HIGH: Final = object()  # after every value
_RANGE: Final = re.compile(r"\s*([\[(\]])(.*?)\.\.(.*)([\])\[])\s*", re.S)
_CALL: Final = re.compile(r'([a-z ]+)\(\s*("(?:\\.|[^"\\])*")\s*\)')
_NUMBER: Final = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)", re.ASCII)


def _below(left: Value, right: Value) -> bool:
    """Compare two ends. TypeError, which means null, when they are of different kinds."""
    if left is _LOW or right is _HIGH:
        return left is not right
    if left is _HIGH or right is _LOW:
        return False
    answer = less(left, right)
    if answer is None:
        raise TypeError("unlike ends")
    return answer


def _same(left: Value, right: Value) -> bool:
    if left is _LOW or left is _HIGH or right is _LOW or right is _HIGH:
        return left is right
    answer = equal(left, right)
    if answer is None:
        raise TypeError("unlike ends")
    return answer


def _start(bounds: Range) -> Value:
    return _LOW if bounds.start is None else bounds.start


def _end(bounds: Range) -> Value:
    return _HIGH if bounds.end is None else bounds.end


def _starts_within(left: Range, right: Range) -> bool:
    """Tell whether `left` starts at or after the start of `right`."""
    if _same(_start(left), _start(right)):
        return right.start_included or not left.start_included
    return _below(_start(right), _start(left))


def _ends_within(left: Range, right: Range) -> bool:
    """Tell whether `left` ends at or before the end of `right`."""
    if _same(_end(left), _end(right)):
        return right.end_included or not left.end_included
    return _below(_end(left), _end(right))


def _reaches(left: Range, right: Range) -> bool:
    """Tell whether `left` ends at or after the first point of `right`."""
    if _same(_end(left), _start(right)):
        return left.end_included and right.start_included
    return _below(_start(right), _end(left))


def before_points(left: Value, right: Value) -> bool:
    return _below(left, right)


def before_range(point: Value, bounds: Range) -> bool:
    return _below(point, _start(bounds)) or (not bounds.start_included and _same(point, _start(bounds)))


def range_before(bounds: Range, point: Value) -> bool:
    return _below(_end(bounds), point) or (not bounds.end_included and _same(_end(bounds), point))


def ranges_before(left: Range, right: Range) -> bool:
    apart = not (left.end_included and right.start_included)
    return _below(_end(left), _start(right)) or (apart and _same(_end(left), _start(right)))


def meets(left: Range, right: Range) -> bool:
    return left.end_included and right.start_included and _same(_end(left), _start(right))


def overlaps(left: Range, right: Range) -> bool:
    return _reaches(left, right) and _reaches(right, left)


def overlaps_before(left: Range, right: Range) -> bool:
    sooner = not _starts_within(left, right)
    return sooner and _reaches(left, right) and _ends_within(left, right)


def finishes_at(point: Value, bounds: Range) -> bool:
    return bounds.end_included and _same(point, _end(bounds))


def finishes(left: Range, right: Range) -> bool:
    return left.end_included == right.end_included and _same(_end(left), _end(right)) and _starts_within(left, right)


def starts_at(point: Value, bounds: Range) -> bool:
    return bounds.start_included and _same(point, _start(bounds))


def starts(left: Range, right: Range) -> bool:
    return left.start_included == right.start_included and _same(_start(left), _start(right)) and _ends_within(left, right)


def during_at(point: Value, bounds: Range) -> bool:
    inner = _below(_start(bounds), point) and _below(point, _end(bounds))
    return inner or starts_at(point, bounds) or finishes_at(point, bounds)


def during(left: Range, right: Range) -> bool:
    return _starts_within(left, right) and _ends_within(left, right)


def coincide(left: Range, right: Range) -> bool:
    included = left.start_included == right.start_included and left.end_included == right.end_included
    return included and _same(_start(left), _start(right)) and _same(_end(left), _end(right))


_POINTS: Final = "point1:any, point2:any"
_RANGES: Final = "range1:range, range2:range"
_INTO: Final = "point:any, range:range"
_OUT: Final = "range:range, point:any"


def _relation(name: str, converse: str, *forms: tuple[str, Callable[..., bool]]) -> None:
    """Declare a relation and its converse. Forms with ranges come first: `any` takes a range too."""
    flipped = {_INTO: _OUT, _OUT: _INTO, _POINTS: _POINTS, _RANGES: _RANGES}
    for signature, run in forms:
        builtin(name, signature)(run)
        if converse != name:
            builtin(converse, flipped[signature])(lambda left, right, run=run: run(right, left))


_relation(
    "before", "after",
    (_RANGES, ranges_before), (_INTO, before_range), (_OUT, range_before), (_POINTS, before_points),
)  # fmt: skip
_relation("meets", "met by", (_RANGES, meets))
_relation("overlaps", "overlaps", (_RANGES, overlaps))
_relation("overlaps before", "overlaps after", (_RANGES, overlaps_before))
_relation("finishes", "finished by", (_RANGES, finishes), (_INTO, finishes_at))
_relation("starts", "started by", (_RANGES, starts), (_INTO, starts_at))
_relation("during", "includes", (_RANGES, during), (_INTO, during_at))
_relation("coincides", "coincides", (_RANGES, coincide), (_POINTS, _same))


@builtin("range", "from:string")
def range_of_text(text: str) -> Range | None:
    """Read `[1..10)` with literal ends, either of which may be missing (`[18..)` has no end)."""
    found = _RANGE.fullmatch(text)
    if not found:
        return None
    opening, first, last, closing = (part.strip() for part in found.groups())
    start, end = _literal(first), _literal(last)
    if (first and start is None) or (last and end is None) or (not first and opening == "[") or (not last and closing == "]"):
        return None
    return make_range(start, end, start_included=opening == "[", end_included=closing == "]")


def _literal(text: str) -> Value:
    if _NUMBER.fullmatch(text):
        return CONTEXT.create_decimal(text)
    if len(text) > 1 and text[0] == text[-1] == '"':
        return unquote(text)
    if text.startswith('@"') and text.endswith('"') and len(text) > 2:
        return parse_any(unquote(text[1:]))
    called = _CALL.fullmatch(text)
    signatures = find_builtin(called[1].strip()) if called else None
    if called is None or signatures is None or called[1].strip() not in ("date", "time", "date and time", "duration"):
        return None
    return caller(signatures, 1)([unquote(called[2])])
