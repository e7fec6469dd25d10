"""Built-in functions on contexts, and the question whether something is there at all."""

from __future__ import annotations

from collections.abc import Mapping

from service.feel.limits import bounded_list
from service.feel.registry import builtin
from service.feel.values import Kind, Value, kind_of, native


@builtin("get value", "m:context, key:string")
@builtin("get value", "context:context, key:string")
def get_value(context: Mapping[str, Value], key: str) -> Value:
    return native(context.get(key))


@builtin("get value", "m:context, keys:list")
@builtin("get value", "context:context, keys:list")
def get_nested_value(context: Value, keys: list[Value]) -> Value:
    if not keys:
        return None
    for key in keys:
        if kind_of(context) is not Kind.CONTEXT or type(key) is not str:
            return None
        context = context.get(key)
    return native(context)


@builtin("get entries", "m:context")
@builtin("get entries", "context:context")
def get_entries(context: Mapping[str, Value]) -> list[dict[str, Value]]:
    return bounded_list([{"key": key, "value": value} for key, value in context.items()])


@builtin("context", "entries:list")
def context_of(entries: list[Value]) -> dict[str, Value] | None:
    """Build a context of `{key, value}` entries; null when one is none, or a key comes twice."""
    made: dict[str, Value] = {}
    for entry in entries:
        if kind_of(entry) is not Kind.CONTEXT or "value" not in entry:
            return None
        key = entry.get("key")
        if type(key) is not str or key in made:
            return None
        made[key] = entry["value"]
    return made


@builtin("context put", "context:context, key:string, value:any")
def context_put(context: Mapping[str, Value], key: str, value: Value) -> dict[str, Value]:
    return {**context, key: value}


@builtin("context put", "context:context, keys:list, value:any")
def context_put_nested(context: Mapping[str, Value], keys: list[Value], value: Value) -> dict[str, Value] | None:
    if not keys or type(keys[0]) is not str:
        return None
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner: Value = context.get(keys[0])
    if inner is None or kind_of(inner) is not Kind.CONTEXT:
        return None
    put = context_put_nested(inner, keys[1:], value)
    return None if put is None else {**context, keys[0]: put}


@builtin("context merge", "contexts:list")
def context_merge(contexts: list[Value]) -> dict[str, Value] | None:
    merged: dict[str, Value] = {}
    for context in contexts:
        if kind_of(context) is not Kind.CONTEXT:
            return None
        merged.update(context)
    return merged


@builtin("is defined", "value:any")
def is_defined(value: Value) -> bool:
    return value is not None


@builtin("get or else", "value:any, default:any")
def get_or_else(value: Value, default: Value) -> Value:
    return default if value is None else value


@builtin("assert", "value:any, condition:any")
def assert_(value: Value, condition: Value) -> Value:
    return value if condition is True else None
