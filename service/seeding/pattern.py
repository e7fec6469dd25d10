"""One family of cases as a pattern, from which others are cast: new ids and keys, other words, hash chains of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from service import tagged
from service.engine.searching import case_terms
from service.seeding.mould import AMOUNT, Cutter, Piece, RowMould, scaled
from service.store import new_id
from service.store.copying import Row
from service.store.history import GENESIS, link_hash
from service.store.register_index import NOTHING, Indexing

#: Tables that are not copied but made anew: they follow from the other rows, or prove them.
_DERIVED = ("history", "case_terms", "case_values", "register_values", "cases")
_KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    """What was shown when somebody signed, and the name of the place of its digest."""

    shown: Piece
    place: str


class Pattern:
    """A family that was really driven to where it is. `words` maps words of it to the names under which they are replaced."""

    def __init__(
        self,
        rows: Mapping[str, Sequence[Row]],
        ids: Sequence[str],
        *,
        key: str,
        words: Mapping[str, str],
        indexings: Mapping[str, Indexing],
    ) -> None:
        self.key = key
        self._ids = list(ids)
        self._indexings = indexings
        shown = [_signed(row["payload"]) for row in rows["history"]]
        digests = {found[1]: f"digest {found[1]}" for found in shown if found is not None}
        cutter = Cutter({**{id: id for id in ids}, key: _KEY, **words, **digests})
        self._signatures = tuple(
            _Signature(shown=piece, place=digests[found[1]])
            for found in shown
            if found is not None and (piece := cutter.cut(found[0])) is not None
        )
        self._moulds: dict[str, list[RowMould]] = {
            table: [cutter.cut_row(row) for row in some] for table, some in rows.items() if table not in _DERIVED
        }
        self._cases = [cutter.cut_row(row) for row in rows["cases"]]
        self._searched = frozenset(row["case_id"] for row in rows["case_terms"])
        self._numbers = [(cutter.cut_row(row), _amount(cutter, row["number"])) for row in rows["case_values"]]
        self._chains: dict[str, list[RowMould]] = {row["id"]: [] for row in rows["cases"]}
        for row in rows["history"]:
            self._chains[row["chain"]].append(cutter.cut_row(row))
        self._amounts = frozenset(cutter.amounts)
        self._scaled: dict[int, dict[str, str]] = {}

    def cast(self, *, key: str, percent: int, words: Mapping[str, str]) -> dict[str, list[Row]]:
        """The rows of a family like this one: `key` is its business key, amounts are `percent` of those here."""
        if percent not in self._scaled:
            self._scaled[percent] = scaled(self._amounts, percent)
        values = {**words, **self._scaled[percent], _KEY: key}
        values.update((id, new_id()) for id in self._ids)  # in order: new ids sort as the old ones do
        for signature in self._signatures:
            values[signature.place] = hashlib.sha256(signature.shown.cast(values).encode()).hexdigest()
        rows = {table: [mould.cast(values) for mould in moulds] for table, moulds in self._moulds.items()}
        rows["history"], heads = self._history(values)
        rows["cases"] = [mould.cast(values) for mould in self._cases]
        for case in rows["cases"]:
            case["history_head"] = heads[case["id"]]
        searched = {values[id] for id in self._searched}
        rows["case_terms"] = [
            {"case_id": case["id"], "term": term} for case in rows["cases"] if case["id"] in searched for term in _terms(case)
        ]
        rows["case_values"] = [
            {**mould.cast(values), **({"number": float(values[place])} if place else {})} for mould, place in self._numbers
        ]
        rows["register_values"] = [
            line
            for entry in rows["registers"]
            for line in self._indexings.get(entry["register"], NOTHING).rows(
                entry["register"], entry["key"], tagged.loads(entry["data"])
            )
        ]
        return rows

    def _history(self, values: Mapping[str, str]) -> tuple[list[Row], dict[str, bytes]]:
        rows, heads = [], {}
        for chain, moulds in self._chains.items():
            head = GENESIS
            for mould in moulds:
                row = mould.cast(values)
                if row["payload"] is not None:
                    row["payload_digest"] = hashlib.sha256(row["payload"]).digest()
                head = row["hash"] = link_hash(
                    head, row["chain"], row["seq"], row["kind"], row["element"], row["actor"], row["at"], row["payload_digest"]
                )
                rows.append(row)
            heads[values[chain]] = head
        return rows, heads


def _signed(payload: bytes | None) -> tuple[str, str] | None:
    """What was shown to who signed, as it was hashed, and its digest."""
    signature = (tagged.loads(payload).get("signature") if payload and b'"signature"' in payload else None) or None
    if not isinstance(signature, dict) or "shown" not in signature:
        return None
    text = orjson.dumps(tagged.plain(signature["shown"])).decode()
    assert hashlib.sha256(text.encode()).hexdigest() == signature["digest"], "a signature is hashed in another way by now"
    return text, str(signature["digest"])


def _amount(cutter: Cutter, number: float | None) -> str | None:
    """The place of an amount in the search index, if it is one."""
    text = f"{number:.2f}" if number is not None else ""
    return AMOUNT + text if text in cutter.amounts else None


def _terms(case: Row) -> frozenset[str]:
    facts: Any = orjson.loads(case["facts"])
    return case_terms(case["title"], case["business_key"], facts)
