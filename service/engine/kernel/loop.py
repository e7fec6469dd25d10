"""The step loop: run what is automatic until people, jobs, timers, messages and child cases are all that is waited for."""

from __future__ import annotations

from typing import Final

from service.engine.kernel.faults import endless
from service.engine.kernel.prune import prune
from service.engine.kernel.tokens import READY, WAITING, Tree

#: More automatic steps than this in one command are a loop without end. The longest shipped path has about 40.
STEP_LIMIT: Final = 10_000
#: Long commands are pruned on the way, so that each step of a large multi-instance costs the same.
PRUNE_EVERY: Final = 128


def run_to_rest(tree: Tree) -> None:
    """Run every ready token in the order in which they became ready. CannotContinue for a loop without end."""
    steps = 0
    while True:
        while tree.ready:
            token = tree.ready.popleft()
            if token._state != READY or token.task_spec.manual:
                continue
            steps += 1
            if steps > STEP_LIMIT:
                raise endless(token.task_spec.name)
            if steps % PRUNE_EVERY == 0:
                prune(tree)
            token.run()
        if tree.completed or not _settle(tree):
            return


def _settle(tree: Tree) -> bool:
    """Let one inclusive join go on that no token can reach any more. Decided at rest, when no token is under way."""
    for part in tree.scopes_of_tokens():
        for token in part.tasks.values():
            if token._state == WAITING and token.task_spec.may_settle(token):
                token._ready()
                return True
    return False
