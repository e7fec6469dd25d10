"""What an expression gives whatever the scope: such parts are evaluated once, when the text is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from service.feel.errors import FeelError
from service.feel.values import Value

if TYPE_CHECKING:
    from service.feel.compiler import Run

#: What `constant_of` gives for an expression that depends on the scope.
VARIES: Final = object()
#: What somebody could change, so that evaluations may not share it.
_MUTABLE: Final = (list, dict)


def constant(value: Value) -> Run:
    """Return an expression that always gives this value."""

    def run(_: Any) -> Value:
        return value

    run.constant = value  # type: ignore[attr-defined]
    return run


def constant_of(run: Run) -> Value:
    """Return the value that an expression always gives, or VARIES."""
    return getattr(run, "constant", VARIES)


def folded(run: Run, *parts: Run) -> Run:
    """Evaluate an expression now when all its parts are constant; a list or context is made anew each time."""
    if any(constant_of(part) is VARIES for part in parts):
        return run
    try:
        value = run({})
    except FeelError:  # a limit: it is met again when evaluated
        return run
    return run if isinstance(value, _MUTABLE) else constant(value)
