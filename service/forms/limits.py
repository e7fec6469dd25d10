"""How much may be sent at all, measured before anything is read. Open this when a big submission is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.forms.fault import Fault

#: Characters and values of one submission, and how deep it may nest.
MAX_CHARACTERS, MAX_VALUES, MAX_DEPTH = 2_000_000, 50_000, 12
#: Characters that the longest text field takes; a longer text is refused where it stands.
MAX_ONE_TEXT = 100_000


def oversized(answers: Mapping[Any, Any]) -> tuple[str, Fault] | None:
    """Return the key at which a submission becomes too large, with the fault; None when it is not."""
    characters = values = 0
    for key, answer in answers.items():
        stack: list[tuple[Any, int]] = [(answer, 1)]
        while stack:
            value, depth = stack.pop()
            values += 1
            if type(value) is str:
                characters += len(value)
                if len(value) > MAX_ONE_TEXT:
                    return str(key), Fault(rule="too-large", facts={"limit": str(MAX_ONE_TEXT)})
            elif isinstance(value, Mapping):
                characters += sum(len(name) for name in value if type(name) is str)
                stack.extend((inner, depth + 1) for inner in value.values())
            elif isinstance(value, (list, tuple)):
                stack.extend((inner, depth + 1) for inner in value)
            if characters > MAX_CHARACTERS or values + len(stack) > MAX_VALUES or depth > MAX_DEPTH:
                return str(key), Fault(rule="too-large", text="too-large.form")
    return None
