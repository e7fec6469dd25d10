"""Embedded sub-processes: parts of a case with tokens of their own. Open this for event sub-processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults

from service.engine.kernel.elements import Element
from service.engine.kernel.events import Catching, trigger
from service.engine.kernel.steps import Step
from service.engine.kernel.tokens import WAITING, Token


class SubProcess(Step, defaults.SubWorkflowTask):
    """Runs its inside, and goes on when no token is left there."""

    def _run_hook(self, my_task: Any) -> None:
        my_task.tree.open_branch(my_task, self.spec)


class EventSubProcess(Catching, defaults.SubWorkflowTask):
    """Listens as long as its branch lives; when its start event fires, its inside runs beside the branch or instead of it."""

    def listen_to(self, start: Element) -> None:
        """Take the trigger of the start event inside; called once, at parse."""
        assert start.definition is not None
        self.start = start
        self.trigger = trigger(start.definition)
        self.code = start.definition.code

    def is_idle(self, token: Token) -> bool:
        return bool(token._state == WAITING)

    def fire(self, token: Token, payload: Mapping[str, Any] | None = None) -> None:
        if self.start.interrupting:
            for other in token.workflow.open_tokens():
                if other is not token:
                    other.cancel()
        else:
            self.rearm(token)
        super().fire(token, payload)

    def _run_hook(self, my_task: Any) -> None:
        payload, my_task.result = my_task.result, None
        my_task.tree.open_branch(my_task, self.spec, payload)
