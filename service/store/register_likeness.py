"""Which entries of a register are worth comparing with a text: those that share most pairs of characters with it.

A sieve, not a score: it reads the indexed texts of the entries, which is cheap, and leaves so few that they can be decoded and
scored exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest
from math import log
from typing import Any

from sqlalchemy import Connection, literal, or_, select, union_all

from service.store.register_index import ALIKE, Indexing, fold, with_values
from service.store.tables import register_values, registers

#: Pairs of a long text that are looked for; evenly taken, they tell as much as all of them.
MOST_PAIRS = 12
#: How many texts tell how rare a pair is.
SAMPLE = 300


def sieve(
    connection: Connection, register: str, indexing: Indexing, texts: Mapping[str, str], *, limit: int, equals: Mapping[str, Any]
) -> frozenset[str] | None:
    """The keys of the `limit` entries that share most with the texts, and of those that are not indexed; None when the
    register cannot be searched in this way.
    """
    if not texts or not set(texts) <= set(indexing.alike) or not set(equals) <= set(indexing.fields):
        return None
    known = select(register_values.c.key, register_values.c.body).where(
        register_values.c.register == register, register_values.c.field == ALIKE
    )
    if equals:
        known = known.where(register_values.c.key.in_(with_values(register, equals)))
    outdated = or_(registers.c.indexed < indexing.marker, registers.c.indexed > indexing.marker)
    unsure = select(registers.c.key, literal(None)).where(registers.c.register == register, outdated)
    rows = connection.execute(union_all(known, unsure)).all()
    best: dict[str, float] = {}
    for text in texts.values():
        for key, share in _shares(rows, fold(text)):
            if share > best.get(key, 0.0):
                best[key] = share
    likest = nlargest(limit, best, key=lambda key: (best[key], key))
    return frozenset(key for key, body in rows if body is None) | frozenset(likest)


def _shares(rows: Sequence[Any], text: str) -> Iterator[tuple[str, float]]:
    """How much of the text each row has, by the pairs of characters both hold; a rare pair counts more."""
    pairs = _pairs(text)
    if not pairs:
        return
    sample = [body or "" for _, body in rows[:: 1 + len(rows) // SAMPLE]]
    rarity = [log((1 + len(sample)) / (1 + sum(pair in body for body in sample))) + 1 for pair in pairs]
    weighted, whole = list(zip(pairs, rarity, strict=True)), sum(rarity)
    for key, body in rows:
        if body:
            yield key, sum([weight for pair, weight in weighted if pair in body]) / whole


def _pairs(text: str) -> list[str]:
    if len(text) < 2:
        return [text] if text else []
    pairs = list(dict.fromkeys(text[at : at + 2] for at in range(len(text) - 1)))
    if len(pairs) <= MOST_PAIRS:
        return pairs
    step = len(pairs) / MOST_PAIRS
    return [pairs[int(number * step)] for number in range(MOST_PAIRS)]
