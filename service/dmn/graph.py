"""Reads the elements of a model, ties each to what it requires, and finds the order of decisions and cycles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from service.dmn.expressions import compile_in
from service.dmn.faults import Faults
from service.dmn.items import Types
from service.dmn.markup import Element
from service.dmn.nodes import Node, NodeKind
from service.dmn.place import Place

_KINDS: Final = {
    "inputData": NodeKind.INPUT,
    "decision": NodeKind.DECISION,
    "businessKnowledgeModel": NodeKind.KNOWLEDGE,
    "decisionService": NodeKind.SERVICE,
}
_REQUIRED: Final = ("requiredDecision", "requiredInput", "requiredKnowledge")
_NAMED: Final = frozenset({"variable", "formalParameter", "parameter", "column", "informationItem", "output"})


class Graph:
    """The nodes of one model while it is read. `imported` gives the graphs of other models by import name."""

    def __init__(
        self, definitions: Element, faults: Faults, types: Types, imported: Mapping[str, Graph], *, strict: bool
    ) -> None:
        self.namespace = definitions.get("namespace")
        self.name = definitions.get("name")
        self.types = types
        self.nodes: dict[str, Node] = {}
        self.imported = dict(imported)
        self.components: frozenset[str] = frozenset(
            item.get("name") for item in definitions.walk() if item.tag == "itemComponent"
        ).union(*(graph.components for graph in imported.values()))
        self._faults = faults
        self._strict = strict
        self._elements: dict[Node, Element] = {}
        #: Names used that nothing declares: variables that the caller is expected to give.
        self.free: set[str] = set()
        self._read(definitions)
        #: The names of all elements, and of the imports.
        self.declared = frozenset(node.name for node in self.nodes.values()) | self.imported.keys()

    def _read(self, definitions: Element) -> None:
        names: set[str] = set()
        for element in definitions.children:
            kind = _KINDS.get(element.tag)
            if kind is None:
                continue
            node = self._node(element, kind)
            if node.id in self.nodes:
                self._faults.add("duplicate-id", f"标识“{node.id}”重复。", f"The id {node.id!r} comes twice.", element)
            if node.name in names:
                self._faults.add("duplicate-name", f"名称“{node.name}”重复。", f"The name {node.name!r} comes twice.", element)
            names.add(node.name)
            self.nodes[node.id] = node
            self._elements[node] = element

    def _node(self, element: Element, kind: NodeKind) -> Node:
        variable = element.find("variable")
        name = " ".join(element.get("name").split())
        if not name:
            self._faults.add("name", "缺少名称。", "The element has no name.", element)
        typed = variable if variable is not None and variable.get("typeRef") else None
        return Node(
            kind=kind,
            id=element.get("id") or name,
            name=name,
            label=element.get("label"),
            namespace=self.namespace,
            model=self.name,
            type=self.types.resolve(typed.get("typeRef"), typed) if typed is not None else None,
        )

    def tie(self) -> None:
        """Resolve what each node requires; then the order of decisions."""
        for node, element in self._elements.items():
            for needed in element.walk():
                if needed.tag in _REQUIRED and (found := self._find(needed)) is not None:
                    node.requires.append(found)
            if node.kind is NodeKind.SERVICE:
                listed = [*element.all("inputData"), *element.all("inputDecision")]
                node.given = tuple(found[1] for item in listed if (found := self._find(item)) is not None)
                node.outputs = tuple(
                    found[1] for item in element.all("outputDecision") if (found := self._find(item)) is not None
                )
                if not node.outputs:
                    self._faults.add("service", "决策服务没有输出决策。", "The decision service has no output decision.", element)
        for node in _cycles(list(self._elements)):
            self._faults.add(
                "cycle", f"“{node.name}”的依赖构成循环。", f"{node.name!r} requires itself.", self._elements.get(node)
            )

    def _find(self, reference: Element) -> tuple[str, Node] | None:
        """Find the node that a reference means, and the import name that it is seen under."""
        namespace, _, identity = reference.get("href").rpartition("#")
        if namespace in ("", self.namespace):
            found = self.nodes.get(identity)
            if found is not None:
                return "", found
        for name, graph in self.imported.items():
            if graph.namespace == namespace and identity in graph.nodes:
                return name, graph.nodes[identity]
        href = reference.get("href")
        self._faults.add("reference", f"引用的元素“{href}”不存在。", f"There is no element {href!r}.", reference)
        return None

    def compile(self) -> None:
        """Compile the logic of all decisions and knowledge models."""
        for node, element in self._elements.items():
            if node.kind is NodeKind.DECISION:
                node.run = compile_in(element, self._place(node, element))
            elif node.kind is NodeKind.KNOWLEDGE:
                self._compile_knowledge(node, element)

    def _compile_knowledge(self, node: Node, element: Element) -> None:
        logic = element.find("encapsulatedLogic")
        if logic is None:
            return
        place = self._place(node, element)
        if logic.get("kind") not in ("", "FEEL"):
            zh, en = f"不支持外部函数（{logic.get('kind')}）。", f"External functions ({logic.get('kind')}) are not supported."
            (self._faults.add if self._strict else self._faults.warn)("external", zh, en, element)
            return
        listed = logic.all("formalParameter")
        node.params = tuple((item.get("name"), place.type_of(item)) for item in listed)
        node.run = compile_in(logic, place.within(name for name, _ in node.params))

    def _place(self, node: Node, element: Element) -> Place:
        seen = {prefix or needed.name for prefix, needed in node.requires}
        imported = {needed.name for prefix, needed in node.requires if prefix}
        own = {item.get("name") for item in element.walk() if item.tag in _NAMED}
        return Place(
            owner=node.name,
            faults=self._faults,
            types=self.types,
            names=frozenset(seen | {node.name} if node.kind is NodeKind.KNOWLEDGE else seen),
            components=frozenset(self.components | imported | own),
            declared=self.declared,
            free=self.free,
            strict=self._strict,
        )


def _cycles(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes by which something requires itself. A knowledge model may call itself."""
    found: list[Node] = []
    done: set[Node] = set()
    path: set[Node] = set()
    waiting: list[tuple[Node, bool]] = [(node, False) for node in reversed(nodes)]
    while waiting:
        node, leaving = waiting.pop()
        if leaving:
            path.discard(node)
            done.add(node)
        elif node in path:
            found.append(node)
        elif node not in done:
            path.add(node)
            waiting.append((node, True))
            waiting.extend((step, False) for step in node.needs() if step is not node or node.kind is NodeKind.DECISION)
    return found
