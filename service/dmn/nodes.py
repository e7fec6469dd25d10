"""The elements of a decision requirement graph, and how each is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from service.dmn.boxed import function_of
from service.dmn.expressions import null
from service.dmn.place import Run, conform
from service.dmn.scopes import MAX_STEPS_TRACED, Scope
from service.dmn.trace import DecisionTrace, Message
from service.dmn.types import Type
from service.feel.values import Function, Value, native


class NodeKind(StrEnum):
    """What an element of the graph is."""

    INPUT = "input"
    DECISION = "decision"
    KNOWLEDGE = "knowledge"
    SERVICE = "service"


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """An input, a decision, a knowledge model or a service. Filled in while its model is read."""

    kind: NodeKind
    id: str
    name: str
    label: str = ""
    namespace: str
    model: str = ""
    type: Type | None = None
    run: Run = null
    #: What it needs, each with the import name under which it is seen ("" for its own model).
    requires: list[tuple[str, Node]] = field(default_factory=list)
    #: Parameters of a knowledge model.
    params: tuple[tuple[str, Type | None], ...] = ()
    #: Of a service: what it is given, inputs first, and what it gives.
    given: tuple[Node, ...] = ()
    outputs: tuple[Node, ...] = ()
    _order: tuple[Node, ...] | None = None

    def needs(self) -> Iterator[Node]:
        """Yield what it requires, and of a service what it gives."""
        yield from (needed for _, needed in self.requires)
        yield from self.outputs

    @property
    def order(self) -> tuple[Node, ...]:
        """The decisions that must be made before this one, itself last; of a service, those of its outputs."""
        if self._order is None:
            self._order = _ordered(self)
        return self._order


def _ordered(node: Node) -> tuple[Node, ...]:
    """List the decisions to make for a node, those required first. Does not recurse: chains may be long."""
    listed: dict[Node, None] = {}
    given = set(node.given)
    waiting: list[tuple[Node, bool]] = [(node, False)]
    while waiting:
        step, done = waiting.pop()
        if step in listed or step in given:
            continue
        if done:
            listed[step] = None
            continue
        waiting.append((step, True))
        if step is node or step.kind is NodeKind.DECISION:
            waiting.extend((needed, False) for needed in reversed(list(step.needs())))
    return tuple(step for step in listed if step.kind is NodeKind.DECISION)


#: Finds the value given for an input: whether there is one, and the value.
FindInput: TypeAlias = Callable[[Node], tuple[bool, Value]]


class Evaluation:
    """One run over a graph: the values known so far. Services open one of their own, on the same record.

    `free` holds the variables that the model does not declare; all its expressions see them.
    """

    def __init__(self, known: Mapping[Node, Value], free: Scope, find_input: FindInput) -> None:
        self._free = free
        self._record = free.record
        self._known: dict[Node, Value] = dict(known)
        self._find_input = find_input

    def decide(self, order: tuple[Node, ...]) -> None:
        """Make these decisions, each once."""
        for node in order:
            if node not in self._known:
                self._known[node] = self._decide(node)

    def made(self, node: Node) -> Value:
        """Make a decision with all that it requires, and return its value."""
        self.decide(node.order)
        return self._known.get(node)

    def value(self, node: Node) -> Value:
        """Return the value of an input or a decision that has been made, or a knowledge model as a function."""
        if node.kind in (NodeKind.KNOWLEDGE, NodeKind.SERVICE):
            return self._function(node)
        if node not in self._known and node.kind is NodeKind.INPUT:
            self._known[node] = self._input(node)
        return self._known.get(node)

    def given(self, node: Node) -> Value:
        """Return what a service is given for an input or an input decision."""
        return self._input(node)

    def serve(self, node: Node) -> Value:
        """Make the output decisions of a service: the value of the only one, or a context of all."""
        self.decide(node.order)
        if len(node.outputs) == 1:
            value = self._known.get(node.outputs[0])
        else:
            value = {output.name: self._known.get(output) for output in node.outputs}
        return value if node.type is None else conform(value, node.type, node.name, self._free)

    def _names(self, node: Node) -> dict[str, Value]:
        names: dict[str, Value] = {}
        for prefix, needed in node.requires:
            if prefix:
                names.setdefault(prefix, {})[needed.name] = self.value(needed)
            else:
                names[needed.name] = self.value(needed)
        return names

    def _decide(self, node: Node) -> Value:
        record = self._record
        record.budget.spend()
        given = self._names(node)
        before = len(record.tables)
        scope = self._free.inner(given)
        value = native(node.run(scope))
        if node.type is not None:
            value = conform(value, node.type, node.name, scope)
        tables = tuple(record.tables[before:])
        del record.tables[before:]
        told = {name: item for name, item in given.items() if not isinstance(item, Function)}
        if len(record.trace) < MAX_STEPS_TRACED:
            step = DecisionTrace(id=node.id, name=node.name, model=node.model, given=told, value=value, tables=tables)
            record.trace.append(step)
        return value

    def _input(self, node: Node) -> Value:
        found, value = self._find_input(node)
        if not found:
            zh, en = f"没有提供输入“{node.name}”，按空值处理。", f"The input {node.name!r} was not given: null."
            self._record.note(Message(code="missing-input", element=node.id, message=zh, message_en=en))
        return value if node.type is None else conform(value, node.type, node.name, self._free)

    def _function(self, node: Node) -> Function:
        if node.kind is NodeKind.SERVICE:
            return self._service(node)
        own: dict[str, Value] = {}
        scope = self._free.inner(own)
        names = tuple(name for name, _ in node.params)

        def body(inner: Scope) -> Value:
            value = native(node.run(inner))
            return value if node.type is None else conform(value, node.type, node.name, inner)

        function = function_of(names, tuple(kind for _, kind in node.params), body, scope)
        own.update(self._names(node))
        own[node.name] = function
        return function

    def _service(self, node: Node) -> Function:
        kinds = tuple(item.type for item in node.given)

        def body(inner: Scope) -> Value:
            known = {item: inner.own.get(item.name) for item in node.given}
            return Evaluation(known, self._free, lambda _: (True, None)).serve(node)

        return function_of(tuple(item.name for item in node.given), kinds, body, self._free)
