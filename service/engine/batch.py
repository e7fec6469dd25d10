"""The same command on many things, each in a transaction of its own: what is refused of one leaves the others done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.errors import ChengxuError

#: More at once than a page of a list shows is a mistake, or a program, which has the API.
MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one thing; `refused` says why it was not done, None when it was."""

    id: str
    refused: ChengxuError | None


def each(ids: Iterable[str], command: Callable[[str], object]) -> tuple[Outcome, ...]:
    """Do a command for each of at most `MOST` ids, one after the other, whatever is refused of them."""
    outcomes = []
    for one in list(dict.fromkeys(ids))[:MOST]:
        try:
            command(one)
        except ChengxuError as error:
            outcomes.append(Outcome(id=one, refused=error))
        else:
            outcomes.append(Outcome(id=one, refused=None))
    return tuple(outcomes)
