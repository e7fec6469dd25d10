"""Syntax tree to closures: the compiler that knows what a text needs, and the table of rules that other modules fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from service.feel.errors import too_much
from service.feel.limits import MAX_DEPTH
from service.feel.types import FindType
from service.feel.values import Value

if TYPE_CHECKING:
    from lark import Token, Tree

    Node: TypeAlias = "Tree[Token]"

#: An expression ready to run. Inside iterators, filters, contexts and functions the scope is a frame with a budget.
Run: TypeAlias = Callable[[Any], Value]
#: A unary test ready to run: scope and value under test.
Test: TypeAlias = Callable[[Any, Value], "bool | None"]
Handler: TypeAlias = Callable[["Compiler", "Node"], Run]

#: How each rule of the grammar becomes a closure.
RULES: Final[dict[str, Handler]] = {}


def rule(*names: str) -> Callable[[Handler], Handler]:
    """Declare the function that compiles these grammar rules."""

    def declare(handler: Handler) -> Handler:
        for name in names:
            RULES[name] = handler
        return handler

    return declare


class Compiler:
    """Compiles one tree, and notes what it needs from outside: names, functions, a frame."""

    def __init__(self, find_type: FindType | None = None) -> None:
        self.find_type = find_type
        self.names: set[str] = set()
        self.possible: set[str] = set()  # names inside filters: of the item, or of the scope
        self.functions: set[str] = set()
        self.framed = False  # needs a frame with a budget
        self.loops = 0  # iterators, filters and function bodies around the node at hand
        self.filters = 0
        self.asks = False  # `?` was seen
        self._locals: list[set[str]] = []
        self._depth = 0

    def run(self, node: Node | Token) -> Run:
        """Compile a node to a closure. FeelError when it nests too deeply."""
        tree = cast("Node", node)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_much("嵌套层数", "nested levels", MAX_DEPTH)
        try:
            return RULES[str(tree.data)](self, tree)
        finally:
            self._depth -= 1

    def is_local(self, name: str) -> bool:
        return any(name in bound for bound in self._locals)

    def bind(self, *names: str) -> set[str]:
        """Open a scope with local names; close it with `release`."""
        bound = set(names)
        self._locals.append(bound)
        return bound

    def release(self) -> None:
        self._locals.pop()

    def mention(self, name: str) -> None:
        """Note a free name."""
        if name == "?":
            self.asks = True
        elif not self.is_local(name):
            (self.possible if self.filters else self.names).add(name)
