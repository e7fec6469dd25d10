"""Gateways: where paths part and meet. Open this when a case waits at a join or takes a surprising flow.

The stock joins walk the token tree and decide wrongly in loops. These keep what has arrived with the one token that waits:
`arrived` counts tokens by the step that they came from.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.operators import Operator

from service.engine.kernel.expression import Expression, attribute
from service.engine.kernel.faults import no_flow
from service.engine.kernel.steps import Step
from service.engine.kernel.tokens import FINISHED, FUTURE, WAITING, Token, Tree


class JoinRow(NamedTuple):
    """A gateway at which something has arrived and waits for the rest. `open`: from where that may still come."""

    element: str
    arrived: int
    missing: int
    open: tuple[str, ...]


class Condition(Operator):
    """A FEEL condition on a sequence flow. Only `true` lets a token pass; null does not."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.expression: Expression = attribute(text)

    def _matches(self, task: Token) -> bool:
        return self.expression(task.view()) is True


class Choosing(Step):
    """A gateway with conditions: keeps which of its flows a token took."""

    cond_task_specs: list[tuple[Condition | None, str]]

    def choose(self, token: Token) -> list[int]:
        raise NotImplementedError

    def _run_hook(self, my_task: Any) -> bool:
        chosen = self.choose(my_task)
        if not chosen:
            raise no_flow(self.name)
        my_task.taken = chosen
        my_task._sync_children([self.following[index] for index in chosen], FUTURE)
        return True

    def matching(self, token: Token) -> list[int]:
        """The flows whose condition is true, in the order of the diagram."""
        return [i for i, (condition, _) in enumerate(self.cond_task_specs) if condition is not None and condition._matches(token)]

    def unconditional(self) -> list[int]:
        return [i for i, (condition, _) in enumerate(self.cond_task_specs) if condition is None]


class ExclusiveGateway(Choosing, defaults.ExclusiveGateway):
    """Takes the first flow whose condition is true, else the default."""

    def choose(self, token: Token) -> list[int]:
        for index, (condition, _) in enumerate(self.cond_task_specs):
            if condition is not None and condition._matches(token):
                return [index]
        return self.unconditional()[:1]


class Joining(Step):
    """A gateway where tokens wait for each other; at most one token of it waits in a branch."""

    needed: Counter[str]

    def seal(self) -> None:
        super().seal()
        self.needed = Counter(self._inputs)

    def look(self, token: Token) -> JoinRow:
        """Say for what a waiting token waits."""
        arrived: Counter[str] = Counter(token.internal_data["arrived"])
        missing = [source for source, count in self.needed.items() if arrived[source] < count]
        reaching = frozenset[str]().union(*(self._reaching(source) for source in missing))
        coming = (t.task_spec for t in token.workflow.tasks.values() if not t._state & FINISHED and t.task_spec.name in reaching)
        elements = dict.fromkeys(spec.element.id for spec in coming if getattr(spec, "element", None) is not None)
        return JoinRow(self.name, sum(arrived.values()), len(missing), tuple(elements))

    def _reaching(self, source: str) -> frozenset[str]:
        """The steps from which a token can come over `source` without passing this gateway."""
        found: set[str] = set()
        pending = [source]
        while pending:
            name = pending.pop()
            if name not in found and name != self.name:
                found.add(name)
                pending += self._wf_spec.task_specs[name]._inputs
        return frozenset(found)

    def arrive(self, token: Token) -> Counter[str] | None:
        """Count this arrival together with those that wait. None for a token that was placed here by hand."""
        source = token.parent.task_spec.name
        if source not in self.needed:
            return None
        arrived = Counter({source: 1})
        other = token.workflow.waiting(self)
        if other is not None:
            arrived.update(other.internal_data["arrived"])
            other.cancel()
        return arrived

    def wait(self, token: Token, arrived: Counter[str]) -> None:
        token.internal_data["arrived"] = dict(arrived)
        token._set_state(WAITING)


class ParallelGateway(Joining, defaults.ParallelGateway):
    """Waits for one token on each incoming flow; more than one on a flow stay for the next time."""

    def _update_hook(self, my_task: Any) -> bool:
        if len(self._inputs) < 2 or (arrived := self.arrive(my_task)) is None:
            return True
        if any(arrived[source] < count for source, count in self.needed.items()):
            self.wait(my_task, arrived)
            return False
        surplus = arrived - self.needed
        if surplus:
            rest = my_task.workflow.task_tree._add_child(self, WAITING)
            rest.internal_data["arrived"] = dict(surplus)
        return True


class InclusiveGateway(Choosing, Joining, defaults.InclusiveGateway):
    """Waits until no other token can still come over a flow that has none; goes on over every flow that is true."""

    upstream: dict[str, frozenset[str]]

    def seal(self) -> None:
        super().seal()
        self.upstream = {source: self._reaching(source) for source in self.needed}

    def choose(self, token: Token) -> list[int]:
        return self.matching(token) or self.unconditional()

    def _update_hook(self, my_task: Any) -> bool:
        if len(self._inputs) < 2 or (arrived := self.arrive(my_task)) is None:
            return True
        self.wait(my_task, arrived)
        return False

    def may_settle(self, token: Token) -> bool:
        arrived = token.internal_data["arrived"]
        empty = [source for source in self.needed if source not in arrived]
        if not empty:
            return True
        reaching = frozenset().union(*(self.upstream[source] for source in empty))
        return not any(t.task_spec.name in reaching and not t._state & FINISHED for t in token.workflow.tasks.values())


def list_joins(tree: Tree) -> tuple[JoinRow, ...]:
    """List the gateways at which tokens wait for others."""
    if tree.completed:
        return ()
    waiting = (token for token in tree.all_tokens() if token._state == WAITING and isinstance(token.task_spec, Joining))
    return tuple(token.task_spec.look(token) for token in waiting)
