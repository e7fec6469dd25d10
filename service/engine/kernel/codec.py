"""A case's tokens as bytes. Open this before changing what is stored: states of every released version must load.

Version 1: the byte 1, then JSON `{"n": last token id, "o": outcomes, "t": rows, "b": [[owner, rows], …]}`, with `"c": true` for a
case that is over and `"e": code` for one that ended with an error. A row is `[id, parent id, spec name, state]` and, when there
is any, the token's internal data. Parents stand before children; a branch stands after its owner.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from service.engine.kernel.host import Host
from service.engine.kernel.multi import MultiInstanceBody
from service.engine.kernel.process import Process
from service.engine.kernel.scope import Scopes
from service.engine.kernel.tokens import Branch, Token, Tree
from service.errors import Failed

VERSION: Final = 1


def dump(tree: Tree) -> bytes:
    """Encode a pruned tree at rest."""
    state: dict[str, Any] = {"n": tree.counter, "o": tree.outcomes, "t": _rows(tree)}
    if tree.subprocesses:
        state["b"] = [[owner, _rows(branch)] for owner, branch in tree.subprocesses.items()]
    if tree.completed:
        state["c"] = True
    if tree.error is not None:
        state["e"] = tree.error
    return bytes((VERSION,)) + orjson.dumps(state)


def load(process: Process, state: bytes, scopes: bytes, host: Host) -> Tree:
    """Decode. Failed for bytes of an unknown version, or for tokens on elements that the process does not have."""
    if not state or state[0] != VERSION:
        raise Failed("案件状态的版本无法识别", message_en="the state of this case has an unknown version")
    decoded = orjson.loads(state[1:])
    tree = Tree(process, Scopes.loads(scopes), host, decoded["n"])
    tree.outcomes = decoded["o"]
    tree.completed = decoded.get("c", False)
    tree.error = decoded.get("e")
    _fill(tree, decoded["t"])
    for owner_id, rows in decoded.get("b", ()):
        owner = tree.find_token(owner_id)
        if owner is None:
            raise Failed(message_en=f"the branch of token {owner_id} has no owner")
        branch = Branch(tree.subprocess_specs[owner.task_spec.spec], owner, tree)
        tree.subprocesses[owner_id] = branch
        _fill(branch, rows)
    return tree


def _rows(part: Tree | Branch) -> list[list[Any]]:
    tokens = part.tasks
    rows = []
    pending = [part.task_tree.id]
    while pending:
        token = tokens[pending.pop()]
        row = [token.id, token._parent, token.task_spec.name, token._state]
        rows.append([*row, token.internal_data] if token.internal_data else row)
        pending.extend(reversed(token._children))
    return rows


def _fill(part: Tree | Branch, rows: list[list[Any]]) -> None:
    specs, tokens = part.spec.task_specs, part.tasks
    for identity, parent_id, name, state, *rest in rows:
        spec = specs.get(name)
        if spec is None:
            raise Failed(f"流程中没有环节 {name}", message_en=f"the process has no element {name}", element=name)
        parent = tokens.get(parent_id)
        token = Token(part, spec, parent, state, identity)
        if rest:
            token.internal_data = rest[0]
        if parent is not None and isinstance(parent.task_spec, MultiInstanceBody):
            token.triggered = True
    part.task_tree = tokens[rows[0][0]]
