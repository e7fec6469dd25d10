"""Looks at the answers that stand and says everything that is wrong with them. Open this to see the order of findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from service.errors import Finding
from service.forms.fault import Fault, Path
from service.forms.model import FileFacts, Kind, Question, Section, holds, take
from service.forms.scope import Scope
from service.forms.settle import at, met
from service.forms.shape import NO_GROUP, UNKNOWN
from service.forms.tables import Row
from service.forms.texts import Labelled, excerpt, finding, labelled
from service.forms.uploads import file_faults

Files = Callable[[Sequence[str]], Mapping[str, FileFacts]]

#: More findings than a person can read are not collected.
MAX_FINDINGS = 200

_REQUIRED: Mapping[Kind, Fault] = {
    Kind.CHECK: Fault(rule="required", text="required.check"),
    Kind.ONE: Fault(rule="required", text="required.choice"),
    Kind.MANY: Fault(rule="required", text="required.choice"),
    Kind.MOMENT: Fault(rule="required", text="required.choice"),
    Kind.FILES: Fault(rule="required", text="required.file"),
    Kind.ROWS: Fault(rule="required", text="required.rows"),
}
_REQUIRED_OTHERWISE = Fault(rule="required")


class Inspection:
    """One look at one submission. `errors` is what marshmallow could not read, a tree of faults by key and row number."""

    def __init__(self, errors: Mapping[Any, Any], variables: Mapping[str, Any]) -> None:
        self.broken: dict[Path, list[Fault]] = {}
        for path, fault in _flatten(errors, ()):
            self.broken.setdefault(path, []).append(fault)
        self.variables = variables
        self.findings: list[Finding] = []
        self.unread: set[Path] = set()  # hidden, locked and computed: whatever was sent there does not matter
        self.uploads: list[tuple[Question, Path, Labelled, list[str], Scope]] = []

    def run(self, root: Section, loaded: Mapping[str, Any], answers: Mapping[str, Any], files: Files) -> list[Finding]:
        """Return all findings, in the order of the form; faults of unknown fields last."""
        self._section(root, loaded, answers, self.variables, Scope(answers, root.keys, self.variables), (), None)
        self._files(files)
        for path in sorted(self.broken, key=lambda path: tuple(map(str, path))):
            if not any(path[:length] in self.unread for length in range(1, len(path) + 1)):
                for fault in self.broken[path]:
                    self._report(fault, path, labelled(excerpt(path[-1]), excerpt(path[-1])))
        return self.findings[:MAX_FINDINGS]

    def _section(
        self,
        section: Section,
        loaded: Mapping[str, Any],
        answers: Mapping[str, Any],
        stored: Any,
        scope: Scope,
        prefix: Path,
        row: Labelled | None,
    ) -> None:
        locked = met(section.locks, scope) if section.locks else frozenset()
        for question in section.questions:
            path = (*prefix, *question.path)
            if (
                question.locked
                or question.computed is not None
                or not holds(answers, question.path)
                or not locked.isdisjoint(question.locks)
            ):
                self.unread.add(path)
                continue
            label = question.label.within(row) if row is not None else question.label
            faults = self.broken.pop(path, None) if self.broken else None
            if faults:
                for fault in faults:
                    self._report(fault, path, label)
                continue
            value = answers[question.path[0]] if len(question.path) == 1 else take(answers, question.path)
            self._question(question, value, path, label, scope)
            if question.rows is not None:
                self._rows(question, take(loaded, question.path) or (), value, stored, path, label, scope)

    def _question(self, question: Question, value: Any, path: Path, label: Labelled, scope: Scope) -> None:
        if value is None or value == [] or (value is False and question.kind is Kind.CHECK):
            if question.demand is not None and question.demand(scope) and not self._below(path):
                self._report(_REQUIRED.get(question.kind, _REQUIRED_OTHERWISE), path, label)
            return
        for check in question.checks:
            fault = check(value, scope)
            if fault is not None:
                self._report(fault, path, label)
        if question.files is not None:
            self.uploads.append((question, path, label, value, scope))

    def _rows(
        self,
        question: Question,
        loaded: Sequence[Row],
        answers: Sequence[Mapping[str, Any]],
        stored: Any,
        path: Path,
        label: Labelled,
        scope: Scope,
    ) -> None:
        section, before = question.rows, take(stored, question.path)
        if section is None:
            return
        if question.fixed_rows is not None:
            expected = len(before) if isinstance(before, (list, tuple)) else question.fixed_rows
            if len(answers) != expected:
                self._report(Fault(rule="rows", facts={"limit": str(expected)}), path, label)
        seen: dict[tuple[str, Any], int] = {}
        for position, (row, answer) in enumerate(zip(loaded, answers, strict=True)):
            place, name = (*path, row.number), label.row(row.number + 1)
            self._section(section, row, answer, at(before, row.number), scope.within(answer, position), place, name)
            for column in section.questions:
                if column.path[-1] in question.unique and not _is_empty(mine := take(answer, column.path)):
                    first = seen.setdefault((column.path[-1], str(mine)), row.number)
                    if first != row.number:
                        fault = Fault(rule="unique", facts={"row": str(first + 1)})
                        self._report(fault, (*place, *column.path), column.label.within(name))

    def _files(self, files: Files) -> None:
        wanted = tuple(dict.fromkeys(one for _, _, _, ids, _ in self.uploads for one in ids))
        known = files(wanted) if wanted else {}
        for question, path, label, ids, scope in self.uploads:
            if question.files is not None:
                for fault in file_faults(question.files, ids, known, scope):
                    self._report(fault, path, label)

    def _below(self, path: Path) -> bool:
        return any(broken[: len(path)] == path for broken in self.broken)

    def _report(self, fault: Fault, path: Path, label: Labelled) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding(fault, path, label))


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def _flatten(errors: Any, path: Path) -> Iterator[tuple[Path, Fault]]:
    if isinstance(errors, Mapping):
        for key, inner in errors.items():
            yield from _flatten(inner, path if key == "_schema" else (*path, key if type(key) is int else excerpt(key)))
        return
    for fault in errors:
        if isinstance(fault, Fault):
            yield path, fault
        elif fault == UNKNOWN:
            yield path, Fault(rule="unknown-field", facts={"key": ".".join(map(str, path))})
        else:
            yield path, Fault(rule="type", text=NO_GROUP)
