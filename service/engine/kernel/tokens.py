"""Tokens, and the tree and branches that hold them. Open this to see how a case moves and when a part of it is over.

SpiffWorkflow's `Task` and `Workflow` are subclassed, never patched. Differences from the stock classes, each for a reason in
the kernel's tests: variables live in `Scopes` and not in `Task.data`; nothing is predicted (children exist once their parent
has completed); ready tokens queue up, so that a step costs the same in the 2,000th loop; a branch is over when no token is
left in it but listening event sub-processes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from service.engine.kernel.host import Host, Thrown, Uncaught
from service.engine.kernel.scope import CASE, Scopes, View

if TYPE_CHECKING:
    from service.engine.kernel.process import Process

FUTURE: Final[int] = TaskState.FUTURE
WAITING: Final[int] = TaskState.WAITING
READY: Final[int] = TaskState.READY
STARTED: Final[int] = TaskState.STARTED
COMPLETED: Final[int] = TaskState.COMPLETED
CANCELLED: Final[int] = TaskState.CANCELLED
FINISHED: Final[int] = TaskState.FINISHED_MASK


class Token(Task):
    """One token. `triggered` marks an instance of a multi-instance activity; the plain attributes last one command."""

    def __init__(self, workflow: Any, task_spec: Any, parent: Token | None = None, state: int = FUTURE, id: str | None = None):
        self.id: str = id or workflow.top_workflow.next_id()
        workflow.tasks[self.id] = self
        self.workflow = workflow
        self.task_spec = task_spec
        self._parent = None if parent is None else parent.id
        self._children: list[str] = []
        self._state = state
        self.triggered = False
        self.thread_id = 0
        self.last_state_change = 0.0
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self.result: Mapping[str, Any] | None = None
        self.fired = False
        self.taken: list[int] | None = None
        if parent is not None:
            parent._children.append(self.id)

    @property
    def tree(self) -> Tree:
        tree: Tree = self.workflow.top_workflow
        return tree

    @property
    def is_finished(self) -> bool:
        return bool(self._state & FINISHED)

    @property
    def outer_scope(self) -> str:
        """The scope around this token's own."""
        if self.triggered:
            body: Token = self.parent
            return body.scope
        owner: Token | None = self.workflow.owner
        return CASE if owner is None else owner.scope

    @property
    def scope(self) -> str:
        """The innermost scope of this token: its own when one is open."""
        return self.id if self.id in self.tree.scopes else self.outer_scope

    def view(self, extra: Mapping[str, Any] | None = None) -> View:
        tree = self.tree
        return View(tree.scopes, self.scope, tree.host.lookup, extra)

    def run(self) -> bool | None:
        outcome: bool | None = self.task_spec._run(self)
        if self._state & FINISHED:  # the step cancelled its own branch: an error end event, an inline error
            return outcome
        if outcome is None:
            self._state = STARTED
        else:
            self.complete()
        return outcome

    def cancel(self) -> None:
        if self._state & FINISHED:
            return
        self._state = CANCELLED
        for child in self.children:
            child.cancel()
        self.tree.forget(self)

    def _set_state(self, value: int) -> None:
        self._state = value
        if value == READY:
            self.tree.ready.append(self)

    def _add_child(self, task_spec: Any, state: int = FUTURE) -> Token:
        return Token(self.workflow, task_spec, self, state)


class _Scope:
    """What the tree and its branches share: tokens that live and die together."""

    tasks: dict[str, Token]
    task_tree: Token
    completed: bool
    spec: Any

    def plant(self) -> Token:
        """Set the root token."""
        self.task_tree = Token(self, self.spec.start, None, READY)
        return self.task_tree

    def open_tokens(self) -> list[Token]:
        return [token for token in self.tasks.values() if not token._state & FINISHED]

    def waiting(self, spec: Any) -> Token | None:
        """Find the token that waits at `spec`."""
        return next((token for token in self.tasks.values() if token.task_spec is spec and token._state == WAITING), None)

    def _task_completed_notify(self, task: Token) -> None:
        if self.completed or any(not (t._state & FINISHED or t.task_spec.is_idle(t)) for t in self.tasks.values()):
            return
        self.completed = True
        for token in self.open_tokens():
            token.cancel()
        self.ended()

    def ended(self) -> None:
        raise NotImplementedError


class Branch(_Scope, BpmnSubWorkflow):
    """The inside of one embedded sub-process; `owner` is the token that stands on the sub-process."""

    def __init__(self, spec: Any, owner: Token, top_workflow: Tree) -> None:
        self.owner = owner
        super().__init__(spec, owner.id, top_workflow, deserializing=True)

    def _calculate_depth(self) -> int:
        return 0

    def ended(self) -> None:
        self.owner.tree.subprocesses.pop(self.owner.id, None)
        self.owner.complete()


class Tree(_Scope, BpmnWorkflow):
    """All tokens of one case during one command."""

    owner: None = None

    def __init__(self, process: Process, scopes: Scopes, host: Host, counter: int = 0) -> None:
        self.process = process
        self.scopes = scopes
        self.host = host
        self.counter = counter
        self.ready: deque[Token] = deque()
        self.outcomes: list[str] = []
        self.error: str | None = None
        self.walked: list[str] = []
        self.thrown: list[Thrown] = []
        self.uncaught: list[Uncaught] = []
        self.escalated: list[Uncaught] = []
        #: Sub-processes (by element) that begin elsewhere than at their start: what is done with their inside once it is open.
        self.entering: dict[str, Callable[[Branch], None]] = {}
        super().__init__(process.spec, process.subspecs, script_engine=object(), deserializing=True)

    def next_id(self) -> str:
        """Token ids count up within a case and are never used twice."""
        self.counter += 1
        return str(self.counter)

    def find_token(self, identity: str) -> Token | None:
        found: Token | None = self.tasks.get(identity)
        if found is not None:
            return found
        branches = (branch.tasks.get(identity) for branch in self.subprocesses.values())
        return next((token for token in branches if token is not None), None)

    def scopes_of_tokens(self) -> list[_Scope]:
        return [self, *self.subprocesses.values()]

    def all_tokens(self) -> Iterator[Token]:
        for scope in self.scopes_of_tokens():
            yield from scope.tasks.values()

    def open_branch(self, owner: Token, name: str, payload: Mapping[str, Any] | None = None) -> None:
        """Begin the inside of a sub-process."""
        branch = Branch(self.subprocess_specs[name], owner, self)
        self.subprocesses[owner.id] = branch
        root = branch.plant()
        root.result = payload
        root.run()
        begin = self.entering.pop(owner.task_spec.name, None)
        if begin is not None:
            begin(branch)

    def forget(self, token: Token) -> None:
        """Drop the inside of a sub-process whose token was cancelled. Its scopes go when the tree is pruned."""
        branch = self.subprocesses.pop(token.id, None)
        if branch is not None:
            branch.completed = True
            for inner in branch.open_tokens():
                inner.cancel()

    def ended(self) -> None:
        self.ready.clear()

    def end(self, error: str | None = None) -> None:
        """Cancel whatever is left; the case is over."""
        self.completed = True
        self.error = error
        for token in self.open_tokens():
            token.cancel()
        self.ready.clear()
