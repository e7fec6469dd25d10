"""Multi-instance activities: one body that counts, and an instance for each item. Open this for votes and parallel opinions.

Items are taken once, when the body starts. `loopCounter` (from 1) and the input element are local to each instance; the output
collection keeps the order of the items and has null where nothing was said.
"""

from __future__ import annotations

from typing import Any

from service.engine.kernel.elements import Element, MultiInstance
from service.engine.kernel.expression import Expression, attribute, find_attribute
from service.engine.kernel.faults import no_collection
from service.engine.kernel.steps import Step
from service.engine.kernel.tokens import FUTURE, Token


class MultiInstanceBody(Step):
    """Stands for all instances; boundary events are attached to it. `task_spec` names the spec of one instance."""

    loop: MultiInstance
    task_spec: str = ""
    collection: Expression
    output_element: Expression | None
    condition: Expression | None

    def describe(self, element: Element) -> None:
        assert element.multi is not None
        self.element = element
        self.loop = element.multi
        self.collection = attribute(self.loop.collection or self.loop.cardinality or "=null")
        self.output_element = find_attribute(self.loop.output_element)
        self.condition = find_attribute(self.loop.condition)

    def seal(self) -> None:
        super().seal()
        self.instance = self._wf_spec.task_specs[self.task_spec]

    def items(self, token: Token) -> list[Any]:
        value = self.collection(token.view())
        if self.loop.collection is not None:
            if not isinstance(value, list):
                raise no_collection(self.name, self.loop.collection)
            return list(value)
        try:
            return list(range(1, int(value) + 1))
        except (TypeError, ValueError, ArithmeticError) as reason:
            raise no_collection(self.name, self.loop.cardinality or "") from reason

    def _run_hook(self, my_task: Any) -> bool | None:
        token: Token = my_task
        items = self.items(token)
        scopes = token.tree.scopes
        scopes.open(token.id, token.outer_scope)
        if self.loop.output:
            scopes.local(token.id)[self.loop.output] = [None] * len(items)
        token.internal_data.update(total=len(items), done=0, next=0)
        if self.loop.sequential and items:
            scopes.stash(token.id, items)
            self.spawn(token, items[0])
        else:
            for item in items:
                self.spawn(token, item)
        return None if items else True

    def spawn(self, body: Token, item: Any) -> None:
        """Begin the next instance."""
        index: int = body.internal_data["next"]
        body.internal_data["next"] = index + 1
        child = body._add_child(self.instance, FUTURE)
        child.triggered = True
        child.internal_data["index"] = index
        scopes = body.tree.scopes
        scopes.open(child.id, body.id, {"loopCounter": index + 1}, wall=True)
        if self.loop.element:
            scopes.local(child.id)[self.loop.element] = item
        self.instance._update(child)

    def gather(self, body: Token, child: Token) -> None:
        """Take the result of an instance that is done, while its scope is still open."""
        state, scopes = body.internal_data, body.tree.scopes
        state["done"] += 1
        if self.loop.output and self.output_element is not None:
            scopes.local(body.id)[self.loop.output][child.internal_data["index"]] = self.output_element(child.view())
        if self.condition is not None and self.condition(child.view(self._numbers(body))) is True:
            state["total"] = state["done"]

    def instance_done(self, body: Token) -> None:
        """Go on: the next instance of a sequence, or out when all are done or the completion condition holds."""
        state = body.internal_data
        if state["done"] >= state["total"]:
            for child in body.children:
                if child.triggered:
                    child.cancel()
            body.complete()
        elif self.loop.sequential:
            self.spawn(body, body.tree.scopes.stashed(body.id)[state["next"]])

    def leave(self, token: Token) -> None:
        scopes = token.tree.scopes
        if self.loop.output:
            scopes.merge(token.outer_scope, {self.loop.output: scopes.local(token.id)[self.loop.output]})
        scopes.close(token.id)

    def _numbers(self, body: Token) -> dict[str, int]:
        state = body.internal_data
        return {
            "numberOfInstances": state["total"],
            "numberOfActiveInstances": state["next"] - state["done"],
            "numberOfCompletedInstances": state["done"],
            "numberOfTerminatedInstances": 0,
        }
