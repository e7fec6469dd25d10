"""Built-in functions on text. Positions count characters (code points) from 1, or from the end by -1."""

from __future__ import annotations

import re
from decimal import Decimal

from service.feel.arithmetic import whole
from service.feel.errors import too_much
from service.feel.limits import MAX_TEXT, bounded_list, bounded_text
from service.feel.patterns import compile_pattern, compile_replacement, match_steps
from service.feel.registry import builtin
from service.feel.values import Value


@builtin("substring", "string:string, start position:number, length:number?")
def substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    first = whole(start)
    if first == 0 or abs(first) > len(text) or (length is not None and whole(length) < 1):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    return text[begin:] if length is None else text[begin : begin + whole(length)]


@builtin("string length", "string:string")
def string_length(text: str) -> Decimal:
    return Decimal(len(text))


@builtin("upper case", "string:string")
def upper_case(text: str) -> str:
    return bounded_text(text.upper())


@builtin("lower case", "string:string")
def lower_case(text: str) -> str:
    return bounded_text(text.lower())


@builtin("trim", "string:string")
def trim(text: str) -> str:
    return text.strip()


@builtin("substring before", "string:string, match:string")
def substring_before(text: str, match: str) -> str:
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string:string, match:string")
def substring_after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@builtin("contains", "string:string, match:string")
def contains(text: str, match: str) -> bool:
    return match in text


@builtin("starts with", "string:string, match:string")
def starts_with(text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with", "string:string, match:string")
def ends_with(text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("matches", "input:string, pattern:string, flags:string|null?")
def matches(text: str, pattern: str, flags: str | None = None) -> bool | None:
    compiled = _prepared(pattern, flags or "", text)
    return None if compiled is None else compiled.search(text) is not None


def _prepared(pattern: str, flags: str, text: str) -> re.Pattern[str] | None:
    compiled = compile_pattern(pattern, flags)
    if compiled is not None:
        match_steps(pattern, flags, len(text))
    return compiled


@builtin("replace", "input:string, pattern:string, replacement:string, flags:string|null?")
def replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    compiled = _prepared(pattern, flags or "", text)
    if compiled is None or compiled.search("") is not None:
        return None
    literal = "q" in (flags or "")
    filled = (lambda _: replacement) if literal else compile_replacement(replacement, compiled.groups)
    return None if filled is None else bounded_text(compiled.sub(filled, text))


@builtin("split", "string:string, delimiter:string")
def split(text: str, delimiter: str) -> list[str] | None:
    compiled = _prepared(delimiter, "", text)
    if compiled is None:
        return None
    parts: list[str] = []
    begin = 0
    for found in compiled.finditer(text):
        if found.end() > found.start():
            parts.append(text[begin : found.start()])
            begin = found.end()
    return bounded_list([*parts, text[begin:]])


@builtin("string join", "list:list, delimiter:string|null?")
def string_join(items: list[Value], delimiter: str | None = None) -> str | None:
    kept = [item for item in items if item is not None]
    if not all(type(item) is str for item in kept):
        return None
    size = sum(map(len, kept)) + len(delimiter or "") * len(kept)
    if size > 2 * MAX_TEXT:  # before it is built
        raise too_much("字符串长度", "characters in a string", MAX_TEXT)
    return bounded_text((delimiter or "").join(kept))
