"""How alike two Chinese titles or descriptions are. Open this when splitting or duplicates are suspected too often, or never.

The score is the better of two: the longest common subsequence of what is left of the texts without the words that every project
bears, and the cosine of their runs of two and three characters, in an `Index` weighted by how rare a run is (TF-IDF). Pure; no
words are cut, so names of places and bodies need no dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from math import log, sqrt

#: From this score two projects are worth a reviewer's look; the catalogue has the figure in force (`similarity_threshold`).
THRESHOLD = Decimal("0.6")
_STEP = Decimal("0.0001")
#: Words that say nothing about which project it is; the longer come first, so that none hides in another.
_GENERIC = (
    "专项资金", "信息系统", "管理系统", "信息化", "智能化", "数字化", "一体化", "项目", "平台", "系统", "工程", "建设", "升级",
    "改造", "扩建", "新建", "智慧", "资金", "关于", "全市", "市级",
)  # fmt: skip
_PHASE = re.compile(r"第?[一二三四五六七八九十\d]+(?:期|阶段|批|标段|包)|v\d+(?:\.\d+)*")
_GENERIC_RUNS = re.compile("|".join(_GENERIC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An entry that resembles the text: its key, its score from 0 to 1, and the runs of characters that both have."""

    key: str
    score: Decimal
    shared: tuple[str, ...]


def normalise(text: str) -> str:
    """Reduce to letters, digits and characters: full width to half width, lower case, no punctuation or space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def similar(first: str, second: str) -> Decimal:
    """Score two texts from 0 (nothing in common, or one is empty) to 1 (the same but for punctuation and generic words)."""
    one, two = _Prepared.of(first), _Prepared.of(second)
    return _score(one, two, _cosine(one.grams, two.grams))


def shared_parts(first: str, second: str, *, least: int = 2) -> tuple[str, ...]:
    """List the runs of at least `least` characters that both texts have in the same order, to be marked side by side."""
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return tuple(first[block.a : block.a + block.size] for block in blocks if block.size >= least)


class Index:
    """Texts by key, prepared once, to be searched by likeness."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._prepared = {key: _Prepared.of(text) for key, text in self._texts.items()}
        counts = Counter(gram for prepared in self._prepared.values() for gram in prepared.grams)
        total = len(self._texts)
        self._unknown = log(1 + total) + 1
        self._rarity = {gram: log((1 + total) / (1 + count)) + 1 for gram, count in counts.items()}
        self._weighted = {key: self._weigh(prepared.grams) for key, prepared in self._prepared.items()}

    def search(
        self,
        text: str,
        *,
        threshold: Decimal = THRESHOLD,
        leaving_out: Iterable[str] = (),
        most: int | None = None,
        marked: bool = True,
    ) -> tuple[Match, ...]:
        """List the entries that score at least `threshold`, the likest first, then by key; `most` of them at the most.

        Without `marked` the shared parts are left out, which take longer to find than the score.
        """
        wanted = _Prepared.of(text)
        weighted = self._weigh(wanted.grams)
        left_out = frozenset(leaving_out)
        found = []
        for key, prepared in self._prepared.items():
            if key in left_out:
                continue
            score = _score(wanted, prepared, _cosine(weighted, self._weighted[key]))
            if score and score >= threshold:
                found.append((-score, key))
        return tuple(
            Match(key=key, score=-score, shared=shared_parts(text, self._texts[key]) if marked else ())
            for score, key in sorted(found)[:most]
        )

    def _weigh(self, grams: Mapping[str, float]) -> dict[str, float]:
        return {gram: count * self._rarity.get(gram, self._unknown) for gram, count in grams.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    text: str
    core: str
    grams: Mapping[str, float]

    @classmethod
    def of(cls, text: str) -> _Prepared:
        whole = normalise(text)
        bare = _PHASE.sub("", unicodedata.normalize("NFKC", text).casefold())
        core = _GENERIC_RUNS.sub("", normalise(bare))
        grams = Counter(whole[at : at + size] for size in (2, 3) for at in range(len(whole) - size + 1))
        return cls(text=whole, core=core or whole, grams=grams or Counter([whole] if whole else []))


def _score(one: _Prepared, two: _Prepared, cosine: float) -> Decimal:
    if not one.text or not two.text:
        return Decimal(0)
    if one.text == two.text:
        return Decimal(1)
    return Decimal(max(_ratio(one.core, two.core), cosine)).quantize(_STEP)


def _ratio(one: str, two: str) -> float:
    return 2 * _common_length(one, two) / (len(one) + len(two))


def _common_length(one: str, two: str) -> int:
    """The length of the longest common subsequence, with one bit for each character of `one` (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for at, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << at
    every = (1 << len(one)) - 1
    open_places = every
    for letter in two:
        hit = open_places & places.get(letter, 0)
        open_places = (open_places + hit | open_places - hit) & every
    return len(one) - open_places.bit_count()


def _cosine(one: Mapping[str, float], two: Mapping[str, float]) -> float:
    if len(two) < len(one):
        one, two = two, one
    product = sum(weight * two[gram] for gram, weight in one.items() if gram in two)
    sizes = sum(weight * weight for weight in one.values()) * sum(weight * weight for weight in two.values())
    return min(product / sqrt(sizes), 1.0) if product else 0.0
