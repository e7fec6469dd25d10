"""How built-in functions are declared, chosen and called: by kinds of arguments, by position or by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

from service.feel.values import FAULTS, Kind, Value, kind_of, native

Implementation = Callable[..., Value]
_Declared = TypeVar("_Declared", bound=Implementation)

_SHORT: Final = {
    "any": Kind.ANY,
    "boolean": Kind.BOOLEAN,
    "number": Kind.NUMBER,
    "string": Kind.STRING,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "datetime": Kind.DATE_TIME,
    "days": Kind.DAYS,
    "months": Kind.MONTHS,
    "list": Kind.LIST,
    "context": Kind.CONTEXT,
    "range": Kind.RANGE,
    "function": Kind.FUNCTION,
}
_BUILTINS: Final[dict[str, tuple[Builtin, ...]]] = {}


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. Null is refused (the call is null) unless `nullable`; `optional` ones may be left out."""

    name: str
    kind: Kind
    optional: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Builtin:
    """One signature of a built-in function. The last parameter of a `variadic` one takes all further arguments."""

    name: str
    params: tuple[Param, ...]
    run: Implementation
    variadic: bool = False

    def takes(self, count: int) -> bool:
        least = sum(not param.optional for param in self.params)
        return least <= count and (self.variadic or count <= len(self.params))

    def bind(self, args: Sequence[Value]) -> list[Value] | None:
        """Fit arguments to the parameters, wrapping and unwrapping lists of one; None when they do not fit."""
        bound: list[Value] = []
        last = len(self.params) - 1
        for index, arg in enumerate(args):
            param = self.params[min(index, last)]
            arg = native(arg)
            if arg is None:
                if not (param.nullable or param.optional or param.kind is Kind.ANY):
                    return None
            elif param.kind is not Kind.ANY:
                kind = kind_of(arg)
                if kind is not param.kind:
                    if param.kind is Kind.LIST:
                        arg = [arg]
                    elif kind is Kind.LIST and len(arg) == 1 and kind_of(arg[0]) is param.kind:
                        arg = native(arg[0])
                    else:
                        return None
            bound.append(arg)
        return bound


def builtin(name: str, signature: str = "") -> Callable[[_Declared], _Declared]:
    """Declare a built-in: `@builtin("substring", "string:string, start position:number, length:number?")`.

    `?` marks an optional parameter, `|null` one that takes null, `...` after the last kind more of the same.
    """
    variadic = signature.endswith("...")
    params = tuple(_param(part) for part in signature.removesuffix("...").split(",") if part.strip())

    def declare(run: _Declared) -> _Declared:
        _BUILTINS[name] = (*_BUILTINS.get(name, ()), Builtin(name, params, run, variadic))
        return run

    return declare


def _param(text: str) -> Param:
    name, _, kind = (part.strip() for part in text.partition(":"))
    optional = kind.endswith("?")
    kind = kind.removesuffix("?")
    nullable = kind.endswith("|null")
    return Param(name, _SHORT[kind.removesuffix("|null")], optional, nullable)


def find_builtin(name: str) -> tuple[Builtin, ...] | None:
    """Return all signatures of a built-in function, None when there is no such function."""
    return _BUILTINS.get(name)


def builtin_names() -> frozenset[str]:
    """Return the names of all built-in functions."""
    return frozenset(_BUILTINS)


@dataclass(frozen=True, slots=True, eq=False)
class BuiltinFunction:
    """A built-in function as a value, such as `abs` in `{f: abs}`."""

    signatures: tuple[Builtin, ...]

    def __call__(self, *args: Value) -> Value:
        return caller(self.signatures, len(args))(args)

    def named(self, names: Sequence[str], args: Sequence[Value]) -> Value:
        return named_caller(self.signatures, names)(args)


@cache
def builtin_value(name: str) -> BuiltinFunction | None:
    """Return a built-in function as a value, None when there is no such function."""
    signatures = find_builtin(name)
    return None if signatures is None else BuiltinFunction(signatures)


def caller(signatures: Sequence[Builtin], count: int) -> Callable[[Sequence[Value]], Value]:
    """Return what calls the first signature that fits `count` positional arguments; null when none does."""
    fitting = tuple(signature for signature in signatures if signature.takes(count))

    def call(args: Sequence[Value]) -> Value:
        for signature in fitting:
            bound = signature.bind(args)
            if bound is not None:
                try:
                    return signature.run(*bound)
                except FAULTS:
                    return None
        return None

    return call


def named_caller(signatures: Sequence[Builtin], names: Sequence[str]) -> Callable[[Sequence[Value]], Value]:
    """Like `caller`, for arguments given by name in the order of `names`."""
    fitting: list[tuple[Builtin, list[int]]] = []
    for signature in signatures:
        known = [param.name for param in signature.params]
        needed = {param.name for param in signature.params if not param.optional}
        if set(names) <= set(known) and needed <= set(names):
            fitting.append((signature, [names.index(name) if name in names else -1 for name in known]))
    # `before(point: …, range: …)` and `before(range: …, point: …)` differ only in the order in which they are written.
    fitting.sort(key=lambda pair: pair[1] != sorted(pair[1]))

    def call(args: Sequence[Value]) -> Value:
        for signature, order in fitting:
            placed = [None if index < 0 else args[index] for index in order]
            while order and order[-1] < 0 and placed:
                order, placed = order[:-1], placed[:-1]
            bound = signature.bind(placed)
            if bound is not None:
                try:
                    return signature.run(*bound)
                except FAULTS:
                    return None
        return None

    return call
