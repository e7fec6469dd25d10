"""Syntax tree to closures: operators, literals, names, paths and conditions. Iteration and calls are in their own modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from service.feel.arithmetic import OPERATIONS, negate
from service.feel.compare import COMPARISONS, belongs, both, either
from service.feel.errors import too_much
from service.feel.limits import MAX_DEPTH, bounded_list
from service.feel.ranges import half_range, make_range
from service.feel.temporal import PROPERTIES, parse_any
from service.feel.text import unquote
from service.feel.values import CONTEXT, FOREIGN, Kind, Range, Scope, Value, kind_of, native

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

    def __init__(self) -> None:
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


def _constant(value: Value) -> Run:
    return lambda _: value


@rule("number")
def _number(_: Compiler, node: Node) -> Run:
    try:
        return _constant(CONTEXT.create_decimal(str(node.children[0])))
    except ArithmeticError:  # beyond decimal128
        return _constant(None)


@rule("string")
def _string(_: Compiler, node: Node) -> Run:
    return _constant(unquote(str(node.children[0])))


@rule("at")
def _at(_: Compiler, node: Node) -> Run:
    return _constant(parse_any(unquote(str(node.children[0]))))


@rule("true")
def _true(_: Compiler, __: Node) -> Run:
    return _constant(True)


@rule("false")
def _false(_: Compiler, __: Node) -> Run:
    return _constant(False)


@rule("null")
def _null(_: Compiler, __: Node) -> Run:
    return _constant(None)


@rule("name")
def _name(compiler: Compiler, node: Node) -> Run:
    name = str(node.children[0])
    compiler.mention(name)
    foreign = FOREIGN

    def look_up(scope: Scope) -> Value:
        value = scope.get(name)
        convert = foreign.get(type(value))
        return value if convert is None else convert(value)

    return look_up


@rule("expression")
def _expression(compiler: Compiler, node: Node) -> Run:
    return compiler.run(node.children[0])


@rule("or_", "and_")
def _logic(compiler: Compiler, node: Node) -> Run:
    parts = tuple(compiler.run(child) for child in node.children)
    stop, join = (True, either) if node.data == "or_" else (False, both)
    first, rest = parts[0], parts[1:]

    def decide(scope: Scope) -> Value:
        answer = first(scope)
        if answer is stop:
            return stop
        for part in rest:
            value = part(scope)
            if value is stop:
                return stop
            answer = join(answer, value)
        return answer

    return decide


@rule("compare")
def _compare(compiler: Compiler, node: Node) -> Run:
    left, right = compiler.run(node.children[0]), compiler.run(node.children[2])
    test = COMPARISONS[str(node.children[1])]
    return lambda scope: test(left(scope), right(scope))


@rule("between")
def _between(compiler: Compiler, node: Node) -> Run:
    value, low, high = (compiler.run(child) for child in node.children)
    at_least, at_most = COMPARISONS[">="], COMPARISONS["<="]

    def lies(scope: Scope) -> Value:
        tested = value(scope)
        return both(at_least(tested, low(scope)), at_most(tested, high(scope)))

    return lies


@rule("in_value")
def _in_value(compiler: Compiler, node: Node) -> Run:
    value, target = compiler.run(node.children[0]), compiler.run(node.children[1])
    return lambda scope: belongs(value(scope), target(scope))


@rule("in_compare")
def _in_compare(compiler: Compiler, node: Node) -> Run:
    left, right = compiler.run(node.children[0]), compiler.run(node.children[2])
    test = COMPARISONS[str(node.children[1])]
    return lambda scope: test(left(scope), right(scope))


@rule("add", "multiply", "power")
def _chain(compiler: Compiler, node: Node) -> Run:
    children = node.children
    if node.data == "power":  # its operator is dropped from the tree
        steps = [(OPERATIONS["**"], compiler.run(child)) for child in children[1:]]
    else:
        steps = [(OPERATIONS[str(sign)], compiler.run(child)) for sign, child in zip(children[1::2], children[2::2], strict=True)]
    first = compiler.run(children[0])
    charged = compiler.loops > 0

    if len(steps) == 1 and not charged:
        operate, second = steps[0]
        return lambda scope: operate(first(scope), second(scope))

    def compute(scope: Any) -> Value:
        value = first(scope)
        for operate, operand in steps:
            value = operate(value, operand(scope))
            if charged and type(value) is str:  # text grows: many long copies would fill the memory
                scope.budget.spend(len(value) // 100)
        return value

    return compute


@rule("negate")
def _negate(compiler: Compiler, node: Node) -> Run:
    value = compiler.run(node.children[-1])  # after the sign
    return lambda scope: negate(value(scope))


@rule("path")
def _path(compiler: Compiler, node: Node) -> Run:
    value, name = compiler.run(node.children[0]), str(node.children[1])
    return lambda scope: follow(value(scope), name)


def follow(value: Value, name: str) -> Value:
    """Take an entry of a context or a property of a value; of a list, that of each item."""
    if type(value) is dict:
        return native(value.get(name))
    kind = kind_of(value)
    if kind is Kind.LIST:
        return [follow(item, name) for item in value]
    if kind is Kind.CONTEXT:
        return native(value.get(name))
    read = PROPERTIES.get(kind, {}).get(name)
    return None if read is None else read(value)


@rule("if_")
def _if(compiler: Compiler, node: Node) -> Run:
    branches: list[tuple[Run, Run]] = []
    rest: Node | Token = node
    while getattr(rest, "data", "") == "if_":  # a chain of else-ifs is one level, however long
        test, then, rest = cast("Node", rest).children
        branches.append((compiler.run(test), compiler.run(then)))
    otherwise = compiler.run(rest)

    def choose(scope: Scope) -> Value:
        for holds, result in branches:
            if holds(scope) is True:
                return result(scope)
        return otherwise(scope)

    return choose


@rule("list_")
def _list(compiler: Compiler, node: Node) -> Run:
    items = tuple(compiler.run(child) for child in node.children)
    return lambda scope: bounded_list([item(scope) for item in items])


@rule("range_cc", "range_co", "range_oc", "range_oo")
def _range(compiler: Compiler, node: Node) -> Run:
    low, high = (compiler.run(child) for child in node.children)
    first, last = str(node.data)[-2], str(node.data)[-1]

    def build(scope: Scope) -> Range | None:
        return make_range(low(scope), high(scope), start_included=first == "c", end_included=last == "c")

    return build


@rule("range_half")
def _range_half(compiler: Compiler, node: Node) -> Run:
    sign, end = str(node.children[0]), compiler.run(node.children[1])
    return lambda scope: half_range(sign, end(scope))
