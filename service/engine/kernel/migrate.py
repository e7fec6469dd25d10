"""Moving a case at rest to another version of its diagram. Open this for what happens to tokens, timers and boundary events.

Tokens keep their ids and timers their due times: nothing restarts, and the case does not move. A boundary event or event
sub-process that only the old version has goes away; one that only the new version has begins now; one that both have stays as it
is, fired or waiting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from service.engine.kernel import codec
from service.engine.kernel.events import EventGateway
from service.engine.kernel.host import Host
from service.engine.kernel.loop import run_to_rest
from service.engine.kernel.placement import (
    SPLIT,
    Obstacle,
    Position,
    find_obstacles,
    is_listener,
    listens_alike,
    renamed,
)
from service.engine.kernel.process import Process
from service.engine.kernel.run import Run
from service.engine.kernel.steps import BoundarySplit
from service.engine.kernel.tokens import COMPLETED, FUTURE, Token
from service.errors import InvalidDefinition, Problem


def migrate(old: Process, new: Process, state: bytes, scopes: bytes, host: Host, *, mapping: Mapping[str, str]) -> Run:
    """Load a case of `old` as a case of `new`. InvalidDefinition with the obstacles when a token has no place."""
    if obstacles := find_obstacles(old, new, Position.of(state), mapping):
        raise _refused(obstacles)
    decoded: dict[str, Any] = orjson.loads(state[1:])
    for rows in _parts(decoded):
        _rename(rows, old, new, mapping)
    tree = codec.load(new, bytes((codec.VERSION,)) + orjson.dumps(decoded), scopes, host)
    known = {mapping.get(one.id, one.id) for one in old.elements.values() if listens_alike(one.id, old, new, mapping)}
    for part in tree.scopes_of_tokens():
        _listen(part, known)
        for token in part.open_tokens():
            _guard(token, known)
    run_to_rest(tree)
    if tree.walked or tree.completed:
        raise _refused([_moves_on(tree.walked)])
    return Run(tree)


def _refused(obstacles: Any) -> InvalidDefinition:
    return InvalidDefinition(
        [Problem(rule=one.rule, message=f"{one.zh} {one.en}", element=one.element) for one in obstacles],
        "".join(one.zh for one in obstacles), message_en=" ".join(one.en for one in obstacles),
    )  # fmt: skip


def _moves_on(walked: list[str]) -> Obstacle:
    return Obstacle(
        element=walked[0] if walked else "", rule="moves-on", zh="案件在新版本中会立即向前走，迁移不得推动案件。",
        en="The case would go on at once in the new version, and a migration must not move a case.",
    )  # fmt: skip


def _parts(decoded: Mapping[str, Any]) -> Iterator[list[list[Any]]]:
    yield decoded["t"]
    yield from (rows for _, rows in decoded.get("b", ()))


def _rename(rows: list[list[Any]], old: Process, new: Process, mapping: Mapping[str, str]) -> None:
    """Give rows their new names and drop listeners that the new version does not have; what hung on them hangs on the root."""
    kept: list[list[Any]] = []
    ids: set[str] = set()
    for row in rows:
        if is_listener(row[2], old, row[3]) and not listens_alike(row[2], old, new, mapping):
            continue
        row[2] = renamed(row[2], mapping)
        row[1] = row[1] if row[1] in ids or row[1] is None else rows[0][0]
        for name in ("arrived", "armed") if len(row) > 4 else ():
            if name in row[4]:
                row[4][name] = {mapping.get(key, key): value for key, value in row[4][name].items()}
        ids.add(row[0])
        kept.append(row)
    rows[:] = kept


def _listen(part: Any, known: set[str]) -> None:
    """Begin event sub-processes that are new."""
    for spec in part.spec.start.following:
        if spec.element.event_sub_process and spec.name not in known:
            spec._update(part.task_tree._add_child(spec, FUTURE))


def _guard(token: Token, known: set[str]) -> None:
    """Put a split before an activity that has boundary events now, and begin those that are new, and new ones of a gateway."""
    if isinstance(token.task_spec, EventGateway):
        _arm(token)
    split_spec = token.workflow.spec.task_specs.get(token.task_spec.name + SPLIT)
    if split_spec is None:
        return
    split: Token = token.parent
    if not isinstance(split.task_spec, BoundarySplit):
        split._children.remove(token.id)
        split = split._add_child(split_spec, COMPLETED)
        split._children.append(token.id)
        token._parent = split.id
    for spec in split_spec.following[1:]:
        if spec.name not in known:
            spec._update(split._add_child(spec, FUTURE))


def _arm(gateway: Token) -> None:
    armed, view, now = gateway.internal_data["armed"], gateway.view(), gateway.tree.host.now()
    for spec in gateway.task_spec.following:
        if spec.name not in armed:
            armed[spec.name] = spec.trigger.arm(view, now, spec.name)
