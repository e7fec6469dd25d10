"""Moving a case at rest to another version of its diagram. Open this for what happens to tokens, timers and boundary events.

Tokens keep their ids and timers their due times: nothing restarts. A boundary event or event sub-process that only the old
version has goes away; one that only the new version has begins now; one that both have stays as it is, fired or waiting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from service.engine.kernel import codec
from service.engine.kernel.host import Host
from service.engine.kernel.loop import run_to_rest
from service.engine.kernel.process import Process
from service.engine.kernel.run import Run
from service.engine.kernel.steps import BoundarySplit
from service.engine.kernel.tokens import COMPLETED, FUTURE, WAITING, Token
from service.errors import InvalidDefinition, Problem

_SPLIT: Final = ".BoundaryEventSplit"
_CHILD: Final = " [child]"


def find_obstacles(old: Process, new: Process, state: bytes, mapping: Mapping[str, str]) -> tuple[Problem, ...]:
    """List the tokens that have no place in `new`. `mapping` gives new ids for old ones; an id that is not in it stays."""
    return tuple(_obstacles(old, new, _decode(state), mapping))


def migrate(old: Process, new: Process, state: bytes, scopes: bytes, host: Host, *, mapping: Mapping[str, str]) -> Run:
    """Load a case of `old` as a case of `new`. InvalidDefinition with the obstacles when a token has no place."""
    decoded = _decode(state)
    if obstacles := tuple(_obstacles(old, new, decoded, mapping)):
        raise InvalidDefinition(obstacles)
    for rows in _parts(decoded):
        _rename(rows, old, new, mapping)
    tree = codec.load(new, bytes((codec.VERSION,)) + orjson.dumps(decoded), scopes, host)
    known = {mapping.get(identity, identity) for identity in old.elements}
    for part in tree.scopes_of_tokens():
        _listen(part, known)
        for token in part.open_tokens():
            _guard(token, known)
    run_to_rest(tree)
    return Run(tree)


def _decode(state: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = orjson.loads(state[1:])
    return decoded


def _parts(decoded: Mapping[str, Any]) -> Iterator[list[list[Any]]]:
    yield decoded["t"]
    yield from (rows for _, rows in decoded.get("b", ()))


def _base(name: str) -> tuple[str, str]:
    """Split a spec name into the element id and what the parser put behind it."""
    for suffix in (_SPLIT, _CHILD):
        if name.endswith(suffix):
            return name.removesuffix(suffix), suffix
    return name, ""


def _renamed(name: str, mapping: Mapping[str, str]) -> str:
    base, suffix = _base(name)
    return mapping.get(base, base) + suffix


def _is_listener(name: str, process: Process, state: int) -> bool:
    """Whether this token only waits beside others: a boundary event, a split, or an event sub-process that did not start."""
    element = process.elements.get(name)
    if element is None:
        return name.endswith(_SPLIT)
    return element.kind == "boundaryEvent" or (element.event_sub_process and state == WAITING)


def _obstacles(old: Process, new: Process, decoded: Mapping[str, Any], mapping: Mapping[str, str]) -> Iterator[Problem]:
    for part in _parts(decoded):
        for _, _, name, state, *_ in part:
            if name == "#start" or _is_listener(name, old, state):
                continue
            base, _suffix = _base(name)
            before, after = old.get_element(base), new.elements.get(mapping.get(base, base))
            if after is None:
                message = f"案件停在环节 {base}，新版本中没有对应环节 The case stands at {base}, which the new version lacks"
            elif (after.kind, after.multi is None) != (before.kind, before.multi is None):
                message = f"环节 {base} 在新版本中换了类型 {base} is of another kind in the new version"
            elif after.parent != (mapping.get(before.parent, before.parent) if before.parent else None):
                message = f"环节 {base} 在新版本中换了所在的子流程 {base} lies in another sub-process in the new version"
            else:
                continue
            yield Problem(rule="migration", message=message, element=base)


def _rename(rows: list[list[Any]], old: Process, new: Process, mapping: Mapping[str, str]) -> None:
    """Give rows their new names and drop listeners that the new version does not have; what hung on them hangs on the root."""
    kept: list[list[Any]] = []
    ids: set[str] = set()
    for row in rows:
        listener, name = _is_listener(row[2], old, row[3]), _renamed(row[2], mapping)
        if listener and not _exists(name, new):
            continue
        row[2] = name
        row[1] = row[1] if row[1] in ids or row[1] is None else rows[0][0]
        ids.add(row[0])
        kept.append(row)
    rows[:] = kept


def _exists(name: str, process: Process) -> bool:
    sheets = (process.spec, *process.subspecs.values())
    return any(name in sheet.task_specs for sheet in sheets)


def _listen(part: Any, known: set[str]) -> None:
    """Begin event sub-processes that are new."""
    for spec in part.spec.start.following:
        if spec.element.event_sub_process and spec.name not in known:
            spec._update(part.task_tree._add_child(spec, FUTURE))


def _guard(token: Token, known: set[str]) -> None:
    """Put a split before an activity that has boundary events now, and begin those that are new."""
    split_spec = token.workflow.spec.task_specs.get(token.task_spec.name + _SPLIT)
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
