"""People as forms name them: the account that the chooser put there, or, without scripts, a name that was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.store import people
from service.store.comments import search_accounts
from service.web import current

_BETWEEN = re.compile(r"[,，、;；\n]+")


def chosen(texts: Iterable[str]) -> list[str]:
    """The accounts that some fields name; what is no name of a single person is left as it is, for the engine to refuse."""
    named = list(dict.fromkeys(one.strip()[:80] for text in texts for one in _BETWEEN.split(text) if one.strip()))
    with current.engine().machine.store.read() as connection:
        found: list[str] = []
        for text in named:
            candidates = search_accounts(connection, text, limit=20)
            shown = people.display_names(connection, candidates)
            same = [text] if text in candidates else [account for account in candidates if shown[account] == text]
            found.append(same[0] if len(same) == 1 else text)
    return found
