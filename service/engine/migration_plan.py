"""What a migration to another version would do: which steps go where, how many cases can move, and why the rest cannot.

Children are cases of their own and are not migrated with the case that waits for them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from service.engine import kernel
from service.engine.definitions import Definition
from service.engine.lifecycle import ensure_monitor
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.engine.seals import Seal
from service.errors import Finding, InvalidAnswers, NotFound
from service.store import Connection, versions

_BATCH = 2000
#: Cases are named up to this number for each reason.
_NAMED = 20


class Named(NamedTuple):
    id: str
    business_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An element of the old version. `to` is where it goes (None: nowhere), `standing` how many cases stand on it."""

    id: str
    name: str
    kind: str
    to: str | None
    standing: int
    blocked: int
    choices: tuple[tuple[str, str], ...]  # elements of the new version that it could go to: (id, name)
    lost_fields: tuple[str, ...] = ()  # of its form, which the new form does not have; drafts keep them
    new_timers: tuple[str, ...] = ()  # events that begin to wait beside it
    gone_timers: tuple[str, ...] = ()  # events that no longer wait beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why cases cannot move, and which they are (some of them)."""

    element: str
    rule: str
    zh: str
    en: str
    cases: int
    named: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a migration would do."""

    process: str
    name: str
    from_version: int
    to_version: int
    from_digest: str
    to_digest: str
    mapping: Mapping[str, str]
    steps: tuple[Step, ...]
    reasons: tuple[Reason, ...]
    cases: int
    movable: int


def plan_migration(
    machine: Machine, process: str, from_version: int, to_version: int, mapping: Mapping[str, str], *, by: str
) -> Plan:
    """Judge every open case of a version. Errors: NotFound, NotAllowed, InvalidAnswers for a mapping that names no element."""
    with machine.store.read() as connection:
        ensure_monitor(machine, get_actor(connection, by))
        old, new = get_versions(machine, connection, process, from_version, to_version)
        ensure_mapping(old, new, mapping)
        sealed = lost_seals(old, new, mapping)
        judged: dict[kernel.Position, tuple[kernel.Obstacle, ...]] = {}
        alike: Counter[kernel.Position] = Counter()
        named: defaultdict[kernel.Position, list[Named]] = defaultdict(list)
        after = ""
        while rows := versions.list_open_cases(connection, process, from_version, after=after, limit=_BATCH):
            after = rows[-1].id
            for row in rows:
                position = kernel.Position.of(row.state)
                alike[position] += 1
                if position not in judged:
                    judged[position] = (*sealed, *kernel.find_obstacles(old.process, new.process, position, mapping))
                if judged[position] and len(named[position]) < _NAMED:
                    named[position].append(Named(row.id, row.business_key))
    standing, blocked = Counter[str](), Counter[str]()
    for position, number in alike.items():
        for element in position.elements(old.process):
            standing[element] += number
            blocked[element] += number if judged[position] else 0
    return Plan(
        process=process, name=new.name, from_version=from_version, to_version=to_version, from_digest=old.digest,
        to_digest=new.digest, mapping=dict(mapping), cases=alike.total(),
        movable=sum(number for position, number in alike.items() if not judged[position]),
        reasons=_reasons(judged, alike, named),
        steps=tuple(_step(old, new, one, mapping, standing[one.id], blocked[one.id]) for one in _listed(old)),
    )  # fmt: skip


def get_versions(
    machine: Machine, connection: Connection, process: str, from_version: int, to_version: int
) -> tuple[Definition, Definition]:
    """Load two versions; NotFound when there is no such process or version."""
    found = []
    for version in (from_version, to_version):
        digest = versions.find_digest(connection, process, version)
        if digest is None:
            raise NotFound(f"流程 {process} 没有第 {version} 版。", message_en=f"The process {process} has no version {version}.")
        found.append(machine.library.get(connection, process, digest))
    if from_version == to_version or found[0].digest == found[1].digest:
        message, english = "请选择两个内容不同的版本。", "Choose two versions that differ."
        raise InvalidAnswers([Finding(field="to", rule="same-version", message=message, message_en=english)])
    return found[0], found[1]


def ensure_mapping(old: Definition, new: Definition, mapping: Mapping[str, str]) -> None:
    """InvalidAnswers for every pair that names an element which its version does not have."""
    findings = [
        Finding(
            field=f"mapping.{before}", rule="mapping", message=f"没有环节“{wrong}”，无法从“{before}”对应到“{after}”。",
            message_en=f"There is no step {wrong}: {before} cannot go to {after}.",
        )
        for before, after in mapping.items()
        for wrong in [before] * (before not in old.process.elements) + [after] * (after not in new.process.elements)
    ]  # fmt: skip
    if findings:
        raise InvalidAnswers(findings)


def lost_seals(old: Definition, new: Definition, mapping: Mapping[str, str]) -> tuple[kernel.Obstacle, ...]:
    """What the old version keeps closed and the new one would open: nobody may unseal running cases by a migration."""

    def covers(kept: Seal, seal: Seal) -> bool:
        steps = {mapping.get(step, step) for step in seal.steps} & set(new.process.elements)
        same = (kept.path, kept.until) == (seal.path, seal.until)
        return same and kept.readers <= seal.readers and steps <= kept.steps

    lost = [seal for seal in old.seals if not any(covers(kept, seal) for kept in new.seals)]
    return tuple(
        kernel.Obstacle(
            element="", rule="sealed", zh=f"字段“{'.'.join(seal.path)}”在旧版本中是密封或限制查看的，新版本没有同样的限制。",
            en=f"The field {'.'.join(seal.path)} is closed in the old version, and not in the same way in the new one.",
        )
        for seal in lost
    )  # fmt: skip


def _reasons(
    judged: Mapping[kernel.Position, tuple[kernel.Obstacle, ...]],
    alike: Mapping[kernel.Position, int],
    named: Mapping[kernel.Position, list[Named]],
) -> tuple[Reason, ...]:
    counts, cases = Counter[kernel.Obstacle](), defaultdict[kernel.Obstacle, list[Named]](list)
    for position, obstacles in judged.items():
        for one in obstacles:
            counts[one] += alike[position]
            cases[one] += named[position]
    return tuple(
        Reason(
            element=one.element, rule=one.rule, zh=one.zh, en=one.en, cases=number,
            named=tuple(sorted(cases[one])[:_NAMED]),
        )
        for one, number in counts.most_common()
    )  # fmt: skip


def _listed(old: Definition) -> list[kernel.Element]:
    return list(old.process.elements.values())


def _step(
    old: Definition, new: Definition, element: kernel.Element, mapping: Mapping[str, str], standing: int, blocked: int
) -> Step:
    wanted = mapping.get(element.id, element.id)
    to = new.process.elements.get(wanted)
    before, after = old.form_of(element), None if to is None else new.form_of(to)
    lost = tuple(key for key in before.keys if after is None or key not in after.keys) if before and to else ()
    here = {mapping.get(one, one) for one in _attached(old, element.id)}
    there = set(_attached(new, to.id)) if to is not None else set()
    choices = tuple((one.id, one.name or one.id) for one in new.process.elements.values() if one.kind == element.kind)
    return Step(
        id=element.id, name=element.name or element.id, kind=element.kind, to=to.id if to is not None else None,
        standing=standing, blocked=blocked, choices=choices, lost_fields=lost, new_timers=tuple(sorted(there - here)),
        gone_timers=tuple(sorted(here - there)) if to is not None else (),
    )  # fmt: skip


def _attached(definition: Definition, element: str) -> list[str]:
    return [one.id for one in definition.process.elements.values() if one.attached_to == element]
