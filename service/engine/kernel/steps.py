"""What every element does when a token enters and leaves it, and the plain tasks. Open this for mappings, jobs and results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask, SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from service.engine.kernel.catching import catch_error
from service.engine.kernel.elements import Element
from service.engine.kernel.expression import Expression, attribute
from service.engine.kernel.faults import no_process
from service.engine.kernel.host import PENDING, Uncaught
from service.engine.kernel.tokens import FUTURE, WAITING, Token
from service.sdk import BpmnError


class Step(BpmnSpecMixin):
    """A spec of ours. Sealed after parsing: nothing in it changes while cases run, so that threads may share it."""

    element: Element | None = None
    inputs_of: tuple[tuple[str, Expression], ...] = ()
    outputs_of: tuple[tuple[str, Expression], ...] = ()
    #: Ids of the sequence flows, in the order of the outputs.
    flows: tuple[str, ...] = ()
    following: tuple[Any, ...] = ()

    def describe(self, element: Element) -> None:
        """Take what the diagram says; called once, at parse. FeelError for a mistake in an expression."""
        self.element = element
        self.inputs_of = tuple((target, attribute(source)) for source, target in element.inputs)
        self.outputs_of = tuple((target, attribute(source)) for source, target in element.outputs)

    def seal(self) -> None:
        """Resolve names once everything is connected; called once, at the end of parse."""
        self.following = tuple(self.outputs)

    def is_idle(self, token: Token) -> bool:
        """Say whether an unfinished token here does not keep its branch open."""
        return False

    def may_settle(self, token: Token) -> bool:
        """Say whether a waiting token here may go on now that all others are at rest."""
        return False

    def enter(self, token: Token) -> None:
        """Open a scope for the input mappings."""
        if self.inputs_of:
            scopes = token.tree.scopes
            scopes.open(token.id, token.outer_scope)
            for target, source in self.inputs_of:
                scopes.local(token.id)[target] = source(token.view())

    def leave(self, token: Token) -> None:
        """Write results where they belong (see `scope`), then close the scope."""
        scopes = token.tree.scopes
        result, token.result = token.result, None
        if self.outputs_of:
            mapped: dict[str, Any] = {}
            for target, source in self.outputs_of:
                mapped[target] = source(token.view({**(result or {}), **mapped}))
            scopes.merge(token.outer_scope, mapped, through_walls=True)
            if token.triggered:
                scopes.local(token.id).update(mapped)
        elif result:
            self.keep(token, result)
        if token.triggered:
            token.parent.task_spec.gather(token.parent, token)
        scopes.close(token.id)

    def keep(self, token: Token, result: Mapping[str, Any]) -> None:
        """Write a result that no output mapping directs."""
        if token.triggered:
            token.tree.scopes.local(token.id).update(result)
        else:
            token.tree.scopes.merge(token.scope, result)

    # -- SpiffWorkflow's hooks

    def _predict(self, my_task: Any, seen: Any = None, looked_ahead: int = 0, mask: int = 0) -> None:
        """Predict nothing: children are made when their parent completes."""

    def _update(self, my_task: Any) -> None:
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: Any) -> bool:
        return True

    def _on_ready(self, my_task: Any) -> None:
        self.enter(my_task)

    def _run_hook(self, my_task: Any) -> bool | None:
        return True

    def _on_cancel(self, my_task: Any) -> None: ...

    def _on_complete(self, my_task: Any) -> None:
        token: Token = my_task
        self.leave(token)
        tree = token.tree
        if self.element is not None and not token.triggered:
            tree.walked.append(self.element.id)
        self.release(token)
        if token.taken is None:
            token._sync_children(list(self.following), FUTURE)
            tree.walked.extend(self.flows)
        else:
            tree.walked.extend(self.flows[index] for index in token.taken)
        for child in token.children:
            if not child.is_finished:
                child.task_spec._update(child)
        if token.triggered:
            token.parent.task_spec.instance_done(token.parent)
        token.workflow._task_completed_notify(token)

    def release(self, token: Token) -> None:
        """Stop the boundary events that waited for this activity."""
        split: Token | None = token.parent
        if split is not None and isinstance(split.task_spec, BoundarySplit) and self is split.task_spec.following[0]:
            split.task_spec.stop(split)


class Start(Step, BpmnStartTask):
    """The root of a tree or branch: chooses the start event and sets the listening event sub-processes."""

    def _connect_notify(self, taskspec: Any) -> None:
        raise TypeError("nothing leads to the start")

    def _on_complete(self, my_task: Any) -> None:
        token: Token = my_task
        begin = token.internal_data.pop("start", None)
        chosen = [spec for spec in self.following if begin in (None, spec.name) or not isinstance(spec, StartEvent)]
        token._sync_children(chosen, FUTURE)
        for child in token.children:
            if isinstance(child.task_spec, StartEvent):
                child.result, token.result = token.result, None
            child.task_spec._update(child)
        token.workflow._task_completed_notify(token)


class StartEvent(Step):
    """Never waits: the engine starts a case on its message or timer, and an event sub-process listens outside."""


class BoundarySplit(Step, SimpleBpmnTask):
    """Stands before an activity with boundary events: its children are the activity and one token for each event."""

    def main(self, split: Token) -> Token | None:
        return next((child for child in split.children if child.task_spec is self.following[0]), None)

    def stop(self, split: Token) -> None:
        """Cancel the boundary events that wait."""
        for child in split.children:
            if child._state == WAITING and child.task_spec in self.following[1:]:
                child.cancel()


class NoneTask(Step):
    """A task without a meaning for the machine: passed at once (the stock one waits for a person)."""


class UserTask(Step, defaults.UserTask):
    """Waits for a person."""


class ManualTask(Step, defaults.ManualTask):
    """Waits for a person who says that something was done outside."""


class JobTask(Step):
    """A step done by a handler: now when the host can, else as a job."""

    def _run_hook(self, my_task: Any) -> bool | None:
        token: Token = my_task
        tree = token.tree
        assert self.element is not None
        try:
            outcome = tree.host.inline(self.element, tree.scopes.visible(token.scope))
        except BpmnError as error:
            if not catch_error(token, error.code, error.variables):
                tree.uncaught.append(
                    Uncaught(code=error.code, variables=error.variables, element=self.element.id, token=token.id)
                )
            return None
        if outcome is PENDING:
            return None
        token.result = outcome
        return True


class DecisionTask(Step):
    """A business rule task: the decision's value goes to its result variable."""

    def _run_hook(self, my_task: Any) -> bool:
        token: Token = my_task
        tree, element = token.tree, self.element
        assert element is not None
        assert element.called_decision
        assert element.result_variable
        value = tree.host.decide(element.called_decision, tree.scopes.visible(token.scope))
        token.result = {element.result_variable: value}
        return True


class ScriptTask(Step):
    """A FEEL expression whose value goes to its result variable."""

    script: Expression

    def describe(self, element: Element) -> None:
        super().describe(element)
        self.script = attribute(element.script or "=null")

    def _run_hook(self, my_task: Any) -> bool:
        assert self.element is not None
        assert self.element.result_variable
        my_task.result = {self.element.result_variable: self.script(my_task.view())}
        return True


class CallActivity(Step):
    """Waits for a child case. The engine starts it with `Run.child_inputs` and completes the token with its variables."""

    called: Expression

    def describe(self, element: Element) -> None:
        super().describe(element)
        self.called = attribute(element.called_process or "=null")

    def _run_hook(self, my_task: Any) -> None:
        called = self.called(my_task.view())
        if called is None:
            raise no_process(self.name)
        my_task.internal_data["process"] = str(called)

    def keep(self, token: Token, result: Mapping[str, Any]) -> None:
        """Merge the child's variables unless propagateAllChildVariables is false (Camunda 8's default is true)."""
        assert self.element is not None
        if self.element.propagate_child is not False:
            super().keep(token, result)
