"""Going back: take a whole thread of a case away and begin an earlier step again. Open this for 退回 and 撤回.

The place where two steps meet decides what goes: in the innermost block around both, every token of the thread is cancelled —
other branches of a block, the instances of a multi-instance activity, the inside of a sub-process — and one is placed. What
boundary events set off beside the thread goes on. When the earlier step lies inside a block that is over, the other branches
stay done: their arrivals wait at the join again.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from service.engine.kernel.blocks import Blocks, Mark, blocks_of
from service.engine.kernel.joins import Joining, ParallelGateway
from service.engine.kernel.multi import MultiInstanceBody
from service.engine.kernel.nested import EventSubProcess
from service.engine.kernel.process import Process
from service.engine.kernel.steps import BoundarySplit, ManualTask, StartEvent, UserTask
from service.engine.kernel.tokens import FUTURE, WAITING, Branch, Token, Tree
from service.errors import Invalid

Marks = tuple[Mark, ...]


def send_back(token: Token, target: str) -> None:
    """Cancel the thread of `token` and begin `target`, on the same level or on one around it. Invalid when it cannot."""
    leaving, where = meet(token, target)
    blocks = blocks_of(where.spec)
    here, there = blocks.marks[leaving.task_spec.name], blocks.marks[target]
    _ensure_enters(blocks.specs[target], target)
    _ensure_other(leaving, target)
    replace(where, blocks, shared_marks(here, there, target), target)


def straight_way(token: Token, target: str) -> str:
    """Where a token placed on `target` goes back to when it is done: the step of `token`, or the block or activity around it."""
    leaving, where = meet(token, target)
    blocks = blocks_of(where.spec)
    here, there = blocks.marks[leaving.task_spec.name], blocks.marks[target]
    shared = shared_marks(here, there, target)
    return here[len(shared)].split if len(here) > len(shared) else leaving.task_spec.name


def places_before(token: Token, wanted: set[str]) -> set[str]:
    """Choose, of some elements, those to which `token` can be sent back."""
    found: set[str] = set()
    for target in wanted:
        try:
            leaving, where = meet(token, target)
            blocks = blocks_of(where.spec)
            _ensure_enters(blocks.specs[target], target)
            _ensure_other(leaving, target)
            shared = shared_marks(blocks.marks[leaving.task_spec.name], blocks.marks[target], target)
            _credits(blocks, shared, target)
        except Invalid:
            continue
        found.add(target)
    return found


def go(token: Token, target: str) -> None:
    """Let a token that is done go straight to `target` instead of along its flow. Its results are written."""
    leaving, where = meet(token, target)
    if leaving is not token:
        raise _impossible(target)
    blocks = blocks_of(where.spec)
    shared = shared_marks(blocks.marks[token.task_spec.name], blocks.marks[target], target)
    token.task_spec.leave(token)
    token.tree.walked.append(token.task_spec.name)
    replace(where, blocks, shared, target)


def take_back(tree: Tree, target: str) -> None:
    """Begin `target`, which was done, again, and cancel what came of it. Invalid when that cannot be told apart."""
    element = tree.process.get_element(target)
    if element.multi is not None or element.kind not in ("userTask", "manualTask", "startEvent"):
        raise _impossible(target)
    chain = [target]
    while element.parent is not None:
        element = tree.process.get_element(element.parent)
        if element.multi is not None or element.event_sub_process:
            raise _impossible(target)
        chain.append(element.id)
    scopes = ((depth, _scope_of(tree, owner)) for depth, owner in enumerate([*chain[1:], None]))
    depth, where = next((depth, scope) for depth, scope in scopes if scope is not None)
    for outer, inner in zip(chain[1 : depth + 1], chain, strict=False):  # they begin again, each at what lies inside it
        tree.entering[outer] = partial(_enter_at, target=inner)
    blocks = blocks_of(where.spec)
    replace(where, blocks, _thread(where, blocks, blocks.marks[chain[depth]], target), chain[depth])


def _enter_at(branch: Branch, target: str) -> None:
    """Begin the inside of a sub-process, which has just been opened, at `target` instead of its start."""
    replace(branch, blocks_of(branch.spec), (), target)


def following(process: Process, target: str) -> set[str]:
    """The elements to which a token can come after `target`, on its level and on those around it, with their insides."""
    found: set[str] = set()
    current: str | None = target
    while current is not None:
        sheet = next(one for one in (process.spec, *process.subspecs.values()) if current in one.task_specs)
        blocks = blocks_of(sheet)
        found |= set().union(*(blocks.reach(spec.name) for spec in blocks.specs[current].following))
        current = process.get_element(current).parent
    inside = {e.id for e in process.elements.values() if _inside(process, e.id, found)}
    return found | inside


def _inside(process: Process, identity: str, found: set[str]) -> bool:
    parent = process.elements[identity].parent
    return parent is not None and (parent in found or _inside(process, parent, found))


def meet(token: Token, target: str) -> tuple[Token, Any]:
    """Find the token around `token` that stands on the same sheet as `target`, and that part of the case."""
    current: Token | None = token.parent if token.triggered else token
    while current is not None:
        if target in current.workflow.spec.task_specs:
            return current, current.workflow
        owner: Token | None = current.workflow.owner
        if owner is not None and isinstance(owner.task_spec, EventSubProcess):
            break  # what an event has set off does not lead back to what it interrupted
        current = owner.parent if owner is not None and owner.triggered else owner
    raise _impossible(target)


def shared_marks(here: Marks, there: Marks, target: str) -> Marks:
    """Find the marks of the innermost block around both. Invalid between branches of a split, or out of what an event set off."""
    count = 0
    while count < min(len(here), len(there)) and here[count] == there[count]:
        count += 1
    more_here, more_there = here[count:], there[count:]
    parallel = {mark.split for mark in more_here} & {mark.split for mark in more_there}
    if parallel or any(mark.aside for mark in (*more_here, *more_there)):
        raise _impossible(target)
    return here[:count]


def _thread(where: Any, blocks: Blocks, marks: Marks, target: str) -> Marks:
    """How far out one must go from a step that is done to find what came of it."""
    live = [blocks.marks[token.task_spec.name] for token in _open(where)]
    waiting = [token for token in where.open_tokens() if isinstance(token.task_spec, Joining) and token._state == WAITING]
    while marks:
        sources = {source for token in waiting for source in token.internal_data["arrived"]}
        if any(other[: len(marks)] == marks for other in (*live, *(blocks.marks[source] for source in sources))):
            return marks
        last = marks[-1]
        if last.aside or any(mark.split == last.split and mark.branches > last.branches for other in live for mark in other):
            raise _impossible(target)
        if blocks.join_of(last.split) is None:
            return marks  # the branch came to an end of its own
        marks = marks[:-1]
    return marks


def replace(where: Any, blocks: Blocks, shared: Marks, target: str) -> None:
    """Cancel the thread inside the marks `shared` and place a token on `target`."""
    credits = _credits(blocks, shared, target)
    begun = (token.task_spec for token in where.open_tokens() if not token.task_spec.is_idle(token))
    if any(isinstance(spec, EventSubProcess) and spec.start.interrupting for spec in begun):
        raise _impossible(target)  # it has taken the place of the thread
    for token in _open(where):
        marks = blocks.marks[token.task_spec.name]
        if marks[: len(shared)] == shared and not any(mark.aside for mark in marks[len(shared) :]):
            split: Token | None = token.parent
            token.cancel()
            if split is not None and isinstance(split.task_spec, BoundarySplit):
                split.task_spec.stop(split)
    for token in where.open_tokens():
        if isinstance(token.task_spec, Joining) and token._state == WAITING:
            arrived = token.internal_data["arrived"]
            kept = {source: n for source, n in arrived.items() if blocks.marks[source][: len(shared)] != shared or not shared}
            token.internal_data["arrived"] = kept
            if not kept:
                token.cancel()
    for join, arrived in credits:
        waiting = where.task_tree._add_child(join, WAITING)
        waiting.internal_data["arrived"] = arrived
    spec = blocks.specs.get(f"{target}.BoundaryEventSplit", blocks.specs[target])
    placed = where.task_tree._add_child(spec, FUTURE)
    if isinstance(spec, StartEvent):
        placed._set_state(WAITING)
    else:
        spec._update(placed)


def _credits(blocks: Blocks, shared: Marks, target: str) -> list[tuple[Any, dict[str, int]]]:
    """What the other branches of the blocks around `target` have brought to their joins. Invalid when that cannot be told."""
    found: list[tuple[Any, dict[str, int]]] = []
    entered = [(mark, blocks.join_of(mark.split)) for mark in blocks.marks[target][len(shared) :]]
    around = [join for _, join in entered]
    for mark, join in entered:
        if join is None or len(mark.branches) != 1:
            raise _impossible(target)
        reached = blocks.reach(target, join.name)
        inner = [blocks.specs[name] for name in reached if isinstance(blocks.specs[name], ParallelGateway)]
        if any(source not in reached for spec in inner if spec not in around for source in spec._inputs):
            raise _impossible(target)
        if isinstance(join, ParallelGateway):
            found.append((join, {source: n for source, n in join.needed.items() if source not in reached}))
    return [(join, arrived) for join, arrived in found if arrived]


def _open(where: Any) -> list[Token]:
    """The tokens that stand on something: not those that only listen, not the instances of a body, not what goes on beside."""
    return [
        token
        for token in where.open_tokens()
        if not token.triggered and not isinstance(token.task_spec, EventSubProcess) and token is not where.task_tree
    ]


def _scope_of(tree: Tree, owner: str | None) -> Any | None:
    """The open inside of a sub-process, or the case itself."""
    if owner is None:
        return tree
    return next((b for b in tree.subprocesses.values() if b.owner.task_spec.name == owner), None)


def _ensure_enters(spec: Any, target: str) -> None:
    body = isinstance(spec, MultiInstanceBody) and isinstance(spec.instance, (UserTask, ManualTask))
    element = spec.element
    start = isinstance(spec, StartEvent) and element is not None and element.event is None and element.parent is None
    if not (body or start or isinstance(spec, (UserTask, ManualTask))):
        raise _impossible(target)


def _ensure_other(leaving: Token, target: str) -> None:
    if leaving.task_spec.name == target:
        raise _impossible(target)


def _impossible(target: str) -> Invalid:
    return Invalid(f"不能退到环节 {target}", message_en=f"the case cannot go back to {target}", element=target)
