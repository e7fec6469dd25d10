"""Compiles function literals: closures over the scope they stand in, with typed parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from service.feel.compiler import Compiler, Run, rule
from service.feel.scopes import Frame
from service.feel.types import MISFIT, TypeTest, coerce, spelled, type_test
from service.feel.values import Function, Value

if TYPE_CHECKING:
    from service.feel.compiler import Node


@rule("function_")
def _function(compiler: Compiler, node: Node) -> Run:
    compiler.framed = True
    params, types, tests = _params(compiler, node)
    compiler.bind(*params)
    compiler.loops += 1
    try:
        body = compiler.run(node.children[-1])
    finally:
        compiler.loops -= 1
        compiler.release()

    def build(scope: Frame) -> Function:
        def call(args: tuple[Value, ...]) -> Value:
            own: dict[str, Value] = {}
            for name, test, arg in zip(params, tests, args, strict=True):
                own[name] = arg if test is None else coerce(arg, test)
                if own[name] is MISFIT:
                    return None
            budget = scope.budget
            budget.enter()
            try:
                return body(Frame(scope, own, budget))
            finally:
                budget.leave()

        return Function(params, call, types)

    return build


@rule("external")
def _external(compiler: Compiler, node: Node) -> Run:
    """A function of Java or PMML: it can be passed about, and gives null."""
    params, types, _ = _params(compiler, node)
    made = Function(params, lambda _: None, types)
    return lambda _: made


def _params(compiler: Compiler, node: Node) -> tuple[tuple[str, ...], tuple[str, ...], tuple[TypeTest | None, ...]]:
    listed = cast("Node", node.children[0]).children if len(node.children) > 1 else []
    pairs = [cast("Node", param).children for param in listed]
    names = tuple(str(pair[0]) for pair in pairs)
    kinds = [cast("Node", pair[1]) if len(pair) > 1 else None for pair in pairs]
    types = tuple("" if kind is None else spelled(kind) for kind in kinds)
    return names, types, tuple(None if kind is None else type_test(kind, compiler.find_type) for kind in kinds)
