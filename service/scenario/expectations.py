"""What a scenario may expect after a step. Each word of `expect:` is one check here; a new one is a class and a line below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from service.scenario.comparing import find_path, matches, words
from service.scenario.driver import CaseView, Driver, OpenTask, Reply, Told

Complaint = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What can be looked at after a step. `added` counts the cases that the step added, as its actor sees them."""

    driver: Driver
    reader: str
    case: str | None
    reply: Reply | None
    added: int

    def view(self) -> CaseView:
        if self.case is None:
            raise LookupError("还没有案件 / there is no case yet")
        return self.driver.view_case(self.case, by=self.reader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One thing that was compared. `passed` None: this driver cannot tell."""

    what: str
    passed: bool | None
    expected: str
    got: str


class Check(Protocol):
    def complain(self, value: Any) -> Iterator[Complaint]:
        """Say what is wrong with the way the expectation is written."""
        ...

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]: ...


def compare(what: str, expected: Any, got: Any) -> Verdict:
    return Verdict(what=what, passed=matches(expected, got), expected=words(expected), got=words(got))


class _OfCase:
    """A single fact of the case: its status, its outcome, its title."""

    def __init__(self, name: str) -> None:
        self._name = name

    def complain(self, value: Any) -> Iterator[Complaint]:
        if isinstance(value, (dict, list)):
            yield "应为一个值", "takes one value"

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        yield compare(self._name, value, getattr(scene.view(), self._name))


class _Refused:
    """That the step is refused: `{field, message, rule, level, article}`, or a list of these; `kind` and `rule` of the error."""

    _KEYS = ("field", "message", "rule", "level", "article", "kind")

    def complain(self, value: Any) -> Iterator[Complaint]:
        for entry in _entries(value):
            yield from _complain_keys(entry, self._KEYS)

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        refusal = scene.reply.refusal if scene.reply else None
        findings = refusal.findings if refusal else ()
        if refusal is None:
            yield Verdict(what="refused", passed=False, expected="拒绝", got="已接受")
            return
        whole = {"kind": refusal.slug, "rule": refusal.rule, "message": refusal.message}
        for entry in _entries(value):
            found = any(_is_finding(entry, each) for each in (whole, *findings))
            got = words([*map(_brief, findings)]) if findings else words(whole)
            yield Verdict(what="refused", passed=found, expected=words(entry), got=got)


class _Findings:
    """Findings shown with success (warnings, facts), or left by a handler that was tried alone. [] means none at all."""

    _KEYS = ("field", "message", "rule", "level", "article")

    def complain(self, value: Any) -> Iterator[Complaint]:
        for entry in _entries(value):
            yield from _complain_keys(entry, self._KEYS)

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        findings = scene.reply.findings if scene.reply else ()
        got = words([*map(_brief, findings)])
        if value == []:
            yield Verdict(what="findings", passed=not findings, expected="没有提示", got=got)
        for entry in _entries(value):
            found = any(_is_finding(entry, each) for each in findings)
            yield Verdict(what="findings", passed=found, expected=words(entry), got=got)


class _Cases:
    """How many cases the step adds: `unchanged` or a number."""

    def complain(self, value: Any) -> Iterator[Complaint]:
        if value != "unchanged" and not isinstance(value, int):
            yield "应为 unchanged 或增加的数目", "takes unchanged or the number that is added"

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        yield compare("cases", 0 if value == "unchanged" else value, scene.added)


class _Variables:
    """Variables of the case by name; `reviews.0.score` looks inside."""

    def complain(self, value: Any) -> Iterator[Complaint]:
        yield from _complain_mapping(value)

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        variables = scene.view().variables
        for path, expected in value.items():
            yield compare(f"variables {path}", expected, find_path(variables, path))


class _Gives:
    """What a handler or a form that was tried alone gives."""

    def complain(self, value: Any) -> Iterator[Complaint]:
        yield from _complain_mapping(value)

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        values = scene.reply.values if scene.reply else {}
        for path, expected in value.items():
            yield compare(f"gives {path}", expected, find_path(values, path))


class _Open:
    """Exactly these steps wait for people: a list of elements, or {element: number}."""

    def complain(self, value: Any) -> Iterator[Complaint]:
        if not isinstance(value, (list, dict)):
            yield "应为环节清单，或 环节: 个数", "takes a list of elements, or element: number"

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        got = Counter(task.element for task in scene.view().tasks)
        expected = Counter(value) if isinstance(value, list) else {name: count for name, count in value.items() if count}
        yield Verdict(what="open", passed=dict(expected) == dict(got), expected=words(dict(expected)), got=words(dict(got)))


class _Tasks:
    """An open task: `task`, and who may do it (`for`, `not_for`), until when (`due`), what it is called and shows."""

    _KEYS = ("task", "where", "for", "not_for", "due", "nominal", "name", "shows")

    def complain(self, value: Any) -> Iterator[Complaint]:
        for entry in _entries(value):
            yield from _complain_keys(entry, self._KEYS)
            if isinstance(entry, Mapping) and "task" not in entry:
                yield "缺少 task（环节编号）", "task (the element) is missing"

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        for entry in _entries(value):
            element = entry["task"]
            task = find_open_task(scene, element, entry.get("where") or {})
            if task is None:
                got = words(sorted({each.element for each in scene.view().tasks}))
                yield Verdict(what=f"tasks {element}", passed=False, expected="待办", got=f"待办只有 {got}")
                continue
            yield from self._judge_task(task, entry, scene)

    @staticmethod
    def _judge_task(task: OpenTask, entry: Mapping[str, Any], scene: Scene) -> Iterator[Verdict]:
        what = f"tasks {task.element}"
        if "name" in entry:
            yield compare(f"{what} name", entry["name"], task.name)
        for key, fact in (("due", "effective"), ("nominal", "nominal")):
            if key in entry:
                yield compare(f"{what} {key}", entry[key], (task.due or {}).get(fact))
        for key, wanted in (("for", True), ("not_for", False)):
            for account in _listed(entry.get(key)):
                seen = scene.driver.find_task(task.id, by=account)
                may = seen is not None and "complete" in seen.actions
                words_of = {True: "可以办理", False: "不能办理"}
                yield Verdict(what=f"{what} {account}", passed=may is wanted, expected=words_of[wanted], got=words_of[may])
        shown = scene.driver.find_task(task.id, by=scene.reader)
        for path, expected in (entry.get("shows") or {}).items():
            yield compare(f"{what} shows {path}", expected, find_path(shown.variables if shown else {}, path))


class _Register:
    """A register entry: {register: {key, version, data}}. Without `key` that of the case's business key; `absent: true`: none."""

    _KEYS = ("key", "version", "data", "absent")

    def complain(self, value: Any) -> Iterator[Complaint]:
        yield from _complain_mapping(value)
        for entry in value.values() if isinstance(value, Mapping) else ():
            yield from _complain_keys(entry, self._KEYS)

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        for register, entry in value.items():
            key = str(entry["key"]) if "key" in entry else scene.view().business_key
            what = f"register {register} {key}"
            found = scene.driver.find_entry(register, key)
            if found is None or entry.get("absent"):
                wanted = bool(entry.get("absent"))
                yield Verdict(
                    what=what, passed=(found is None) is wanted, expected="没有" if wanted else "有",
                    got="没有" if found is None else "有",
                )  # fmt: skip
                continue
            if "version" in entry:
                yield compare(f"{what} version", entry["version"], found[0])
            for path, expected in (entry.get("data") or {}).items():
                yield compare(f"{what} {path}", expected, find_path(found[1], path))


class _History:
    """Lines that the history of the family holds: `{kind, element, actor}`, each compared where it is given."""

    _KEYS = ("kind", "element", "actor")

    def complain(self, value: Any) -> Iterator[Complaint]:
        for entry in _entries(value):
            yield from _complain_keys(entry, self._KEYS)

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        lines = scene.driver.list_history(scene.view().id, by=scene.reader)
        for entry in _entries(value):
            found = any(all(getattr(line, name) == expected for name, expected in entry.items()) for line in lines)
            got = "有" if found else words(sorted({f"{line.kind} {line.element or ''}".strip() for line in lines}))
            yield Verdict(what="history", passed=found, expected=words(entry), got=got)


class _SignedBy:
    """Exactly these accounts have signed steps of the family."""

    def complain(self, value: Any) -> Iterator[Complaint]:
        if not isinstance(value, list):
            yield "应为账号清单", "takes a list of accounts"

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        lines = scene.driver.list_history(scene.view().id, by=scene.reader)
        got = sorted({line.actor for line in lines if "signature" in line.payload})
        yield compare("signed_by", sorted(value), got)


class _Notices:
    """What an account was told of the project: `{for, kind, deadline, on, text}`, or a list; `none: true`: it was not."""

    _KEYS = ("for", "kind", "deadline", "on", "text", "none")

    def complain(self, value: Any) -> Iterator[Complaint]:
        for entry in _entries(value):
            yield from _complain_keys(entry, self._KEYS)
            if isinstance(entry, Mapping) and "for" not in entry:
                yield "缺少 for（账号）", "for (the account) is missing"

    def judge(self, value: Any, scene: Scene) -> Iterator[Verdict]:
        key = scene.view().business_key
        for entry in _entries(value):
            told = [one for one in scene.driver.list_notices(by=entry["for"]) if one.business_key == key]
            found = [one for one in told if self._fits(one, entry)]
            got = words([f"{one.at:%Y-%m-%d} {one.kind} {one.deadline}" for one in told])
            yield Verdict(what="notices", passed=bool(found) is not (entry.get("none") is True), expected=words(entry), got=got)

    @staticmethod
    def _fits(one: Told, entry: Mapping[str, Any]) -> bool:
        facts = {"kind": one.kind, "deadline": one.deadline, "on": f"{one.at:%Y-%m-%d}"}
        same = all(str(entry[name]) == fact for name, fact in facts.items() if name in entry)
        return same and str(entry.get("text", "")) in one.text


CHECKS: Mapping[str, Check] = {
    "refused": _Refused(),
    "findings": _Findings(),
    "status": _OfCase("status"),
    "outcome": _OfCase("outcome"),
    "title": _OfCase("title"),
    "business_key": _OfCase("business_key"),
    "cases": _Cases(),
    "variables": _Variables(),
    "gives": _Gives(),
    "open": _Open(),
    "tasks": _Tasks(),
    "register": _Register(),
    "history": _History(),
    "signed_by": _SignedBy(),
    "notices": _Notices(),
}


def find_open_task(scene: Scene, element: str, where: Mapping[str, Any], *, who: str | None = None) -> OpenTask | None:
    """The open task of an element that shows what `where` says; among several the first that `who` may do."""
    found = [task for task in scene.view().tasks if task.element == element]
    if where:
        seen = [(task, scene.driver.find_task(task.id, by=scene.reader)) for task in found]
        found = [
            task
            for task, sight in seen
            if sight is not None and all(matches(value, find_path(sight.variables, path)) for path, value in where.items())
        ]
    if who is not None and len(found) > 1:
        for task in found:
            sight = scene.driver.find_task(task.id, by=who)
            if sight is not None and "complete" in sight.actions:
                return task
    return found[0] if found else None


def _is_finding(entry: Mapping[str, Any], finding: Mapping[str, Any]) -> bool:
    """Every word of the entry fits; a message fits when it contains the expected words."""
    for name, expected in entry.items():
        got = finding.get(name)
        if name == "message":
            if str(expected) not in str(got or ""):
                return False
        elif got != expected:
            return False
    return True


def _brief(finding: Mapping[str, Any]) -> str:
    return f"{finding.get('field')} [{finding.get('rule')}, {finding.get('level')}] {finding.get('message')}"


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _listed(value: Any) -> list[Any]:
    return [] if value is None else _entries(value)


def _complain_mapping(value: Any) -> Iterator[Complaint]:
    if not isinstance(value, Mapping) or not value:
        yield "应为一组键值", "takes keys and values"


def _complain_keys(entry: Any, allowed: tuple[str, ...]) -> Iterator[Complaint]:
    if not isinstance(entry, Mapping) or not entry:
        yield f"应写 {'、'.join(allowed)} 中的若干项", f"takes some of {', '.join(allowed)}"
        return
    for key in entry:
        if key not in allowed:
            yield f"不认识“{key}”；可写：{'、'.join(allowed)}", f"'{key}' is not known; use {', '.join(allowed)}"
