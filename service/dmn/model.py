"""A model ready to evaluate, and the reading of one with all it imports. Open this for what the engine calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from service.dmn.faults import Faults
from service.dmn.graph import Graph
from service.dmn.items import Types
from service.dmn.markup import Element, Unreadable, read
from service.dmn.nodes import Evaluation, Node, NodeKind
from service.dmn.scopes import Record, Scope
from service.dmn.trace import Result
from service.errors import InvalidDefinition, NotFound, Problem
from service.feel.errors import too_much
from service.feel.limits import MAX_DEPTH
from service.feel.values import Value

#: Finds the XML of an imported model by its namespace; None when there is none.
Resolve = Callable[[str], bytes | None]

_MODEL: Final = "/MODEL/"  # how the import type of another DMN model ends
_MOST_IMPORTS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A decision, a service or an input of a model, as a designer sees it."""

    id: str
    name: str
    type: str | None
    requires: tuple[str, ...]


class Model:
    """A DMN model. Threads may share it."""

    def __init__(self, graph: Graph, version: str, warnings: tuple[Problem, ...]) -> None:
        self._graph = graph
        self.name = graph.name
        self.namespace = graph.namespace
        self.version = version
        self.warnings = warnings
        self.decisions = self._entries(NodeKind.DECISION)
        self.decision_services = self._entries(NodeKind.SERVICE)
        self.inputs = self._entries(NodeKind.INPUT)
        #: Names used that the model does not declare: variables and functions that the caller is expected to give.
        self.free_names = frozenset(graph.free)
        self._paths = dict(_paths(graph))
        self._declared = graph.declared

    def evaluate(self, decision: str, inputs: Mapping[str, Value]) -> Result:
        """Make a decision, given by id or name, and all that it requires.

        `inputs` are by the name of the input (or its id); those of imported models are contexts under the import's name.
        What is given and not declared in the model is seen by all its expressions (variables of a case, functions).
        NotFound for no such decision; FeelError when a limit is passed.
        """
        node = self._get(decision, NodeKind.DECISION)
        free = self._free(inputs)
        evaluation = Evaluation({}, free, lambda item: self._find(item, inputs))
        return _finish(lambda: evaluation.made(node), free.record)

    def evaluate_service(self, service: str, inputs: Mapping[str, Value]) -> Result:
        """Call a decision service, given by id or name; `inputs` are by the names of its inputs and input decisions."""
        node = self._get(service, NodeKind.SERVICE)
        free = self._free(inputs)
        probe = Evaluation({}, free, lambda item: _given(item, inputs))
        known = {item: probe.given(item) for item in node.given}
        evaluation = Evaluation(known, free, lambda item: (False, None))
        return _finish(lambda: evaluation.serve(node), free.record)

    def _free(self, inputs: Mapping[str, Value]) -> Scope:
        """Open the scope of what is given and not declared. What is declared must be required to be seen."""
        return Scope({name: value for name, value in inputs.items() if name not in self._declared}, Record())

    def _find(self, node: Node, inputs: Mapping[str, Value]) -> tuple[bool, Value]:
        for prefix in self._paths.get(node.namespace, ()):
            within: Value = inputs
            for name in prefix:
                within = within.get(name) if isinstance(within, Mapping) else None
            if isinstance(within, Mapping) and (found := _given(node, within))[0]:
                return found
        return _given(node, inputs)

    def _get(self, name: str, kind: NodeKind) -> Node:
        found = self._graph.nodes.get(name)
        if found is None or found.kind is not kind:
            found = next((node for node in self._graph.nodes.values() if node.kind is kind and node.name == name), None)
        if found is None:
            raise NotFound(f"模型“{self.name}”中没有“{name}”。", message_en=f"The model {self.name!r} has no {name!r}.")
        return found

    def _entries(self, kind: NodeKind) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                id=node.id,
                name=node.name,
                type=node.type.name if node.type else None,
                requires=tuple(f"{prefix}.{needed.name}" if prefix else needed.name for prefix, needed in node.requires),
            )
            for node in self._graph.nodes.values()
            if node.kind is kind
        )


def _given(node: Node, inputs: Mapping[str, Value]) -> tuple[bool, Value]:
    for key in (node.name, node.id):
        if key in inputs:
            return True, inputs[key]
    return False, None


def _finish(run: Callable[[], Value], record: Record) -> Result:
    try:
        value = run()
    except RecursionError:
        raise too_much("嵌套层数", "nested levels", MAX_DEPTH) from None
    return Result(value=value, trace=tuple(record.trace), messages=tuple(record.messages))


def _paths(graph: Graph) -> Mapping[str, list[tuple[str, ...]]]:
    """List by namespace the import names that lead to a model."""
    paths: dict[str, list[tuple[str, ...]]] = {}
    waiting: list[tuple[Graph, tuple[str, ...]]] = [(graph, ())]
    while waiting:
        step, path = waiting.pop(0)
        paths.setdefault(step.namespace, []).append(path)
        if len(path) < 8:
            waiting.extend((inner, (*path, name) if name else path) for name, inner in step.imported.items())
    return paths


def parse(xml: bytes, *, resolve: Resolve | None = None, strict: bool = True) -> Model:
    """Read a model of DMN 1.2 to 1.5. InvalidDefinition with all problems, each with element and line.

    `resolve` finds the XML of imported models by namespace. Unless `strict`, wrong FEEL and external functions are only
    warned of, and give null.
    """
    faults = Faults()
    loader = _Loader(resolve, faults, strict=strict)
    loaded = loader.load(xml, ())
    if loaded is None or faults.errors:
        raise InvalidDefinition(faults.errors)
    graph, version = loaded
    return Model(graph, version, faults.warnings)


class _Loader:
    """Reads a model and those it imports, each once."""

    def __init__(self, resolve: Resolve | None, faults: Faults, *, strict: bool) -> None:
        self._resolve = resolve
        self._faults = faults
        self._strict = strict
        self._loaded: dict[str, Graph] = {}

    def load(self, xml: bytes, above: tuple[str, ...]) -> tuple[Graph, str] | None:
        faults = self._faults
        try:
            root, version = read(xml)
        except Unreadable as error:
            faults.problems.append(Problem(rule=error.rule, message=f"{error.zh} / {error.en}", line=error.line))
            return None
        namespace = root.get("namespace")
        imported: dict[str, Graph] = {}
        for element in root.all("import"):
            graph = self._import(element, (*above, namespace))
            if graph is not None:
                imported[element.get("name")] = graph
        types = Types(faults)
        types.read(root, {name: graph.types for name, graph in imported.items()})
        graph = Graph(root, faults, types, imported, strict=self._strict)
        graph.tie()
        graph.compile()
        self._loaded[namespace] = graph
        return graph, version

    def _import(self, element: Element, above: tuple[str, ...]) -> Graph | None:
        namespace, kind = element.get("namespace"), element.get("importType")
        if kind and not kind.endswith(_MODEL) and not kind.lower().endswith("dmn.xsd"):
            zh, en = f"不支持导入类型“{kind}”。", f"The import type {kind!r} is not supported."
            self._faults.warn("import", zh, en, element)
            return None
        if namespace in above:
            self._faults.add("import-cycle", "模型相互导入。", "The models import each other.", element)
            return None
        if namespace in self._loaded:
            return self._loaded[namespace]
        xml = self._resolve(namespace) if self._resolve is not None and len(self._loaded) < _MOST_IMPORTS else None
        if xml is None:
            self._faults.add(
                "import", f"找不到导入的模型“{namespace}”。", f"The imported model {namespace!r} is missing.", element
            )
            return None
        loaded = self.load(xml, above)
        return None if loaded is None else loaded[0]
