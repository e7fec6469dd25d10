"""Forget what is over, so that the 2,000th loop costs what the first one did. History is the engine's, not the kernel's.

Kept are the root, every unfinished token, and the splits whose activity is still under way (boundary events look for their
activity beside them). All others go, and what hung on them hangs on the root.
"""

from __future__ import annotations

from service.engine.kernel.steps import BoundarySplit
from service.engine.kernel.tokens import FINISHED, Token, Tree


def prune(tree: Tree) -> None:
    """Drop finished tokens and the scopes of tokens that are gone."""
    for part in tree.scopes_of_tokens():
        root, tokens = part.task_tree, part.tasks
        kept = {identity: token for identity, token in tokens.items() if token is root or not token._state & FINISHED}
        for token in list(kept.values()):
            parent = tokens.get(token._parent or "")
            if parent is not None and isinstance(parent.task_spec, BoundarySplit):
                kept[parent.id] = parent
        _rehang(root, kept)
        part.tasks = kept
    if len(tree.scopes) > 1:
        tree.scopes.keep_only({token.id for token in tree.all_tokens()})


def _rehang(root: Token, kept: dict[str, Token]) -> None:
    for token in kept.values():
        token._children = []
    for token in kept.values():
        if token is not root:
            if token._parent not in kept:
                token._parent = root.id
            kept[token._parent or root.id]._children.append(token.id)
