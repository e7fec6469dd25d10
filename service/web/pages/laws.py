"""The articles that a step cites, as a reader needs them: reference, heading and our own summary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.law import Catalogue

KINDS = ("办法", "条例", "规定", "细则")


def laws_of(articles: Iterable[str], catalogue: Catalogue, *, lang: str = "") -> list[dict[str, Any]]:
    """List {id, title, summary, url}; ids that the catalogue does not know are left out."""
    english = lang.startswith("en")
    found = (catalogue.find_article(one) for one in dict.fromkeys(articles))
    return [
        {
            "id": article.id,
            "title": f"{article.ref} {article.heading}",
            "summary": article.en if english else article.zh,
            "url": None,
        }
        for article in found
        if article is not None
    ]


def short_cite(articles: Iterable[str], catalogue: Catalogue, *, within: str = "") -> str | None:
    """Cite in a line: 《…管理办法》第十四条、第十五条; the regulation that a case is `within` is just called 办法."""
    parts: list[str] = []
    regulation = ""
    for one in dict.fromkeys(articles):
        article = catalogue.find_article(one)
        if article is None:
            continue
        name = "" if article.regulation == regulation else _name(article.regulation, catalogue, within)
        regulation = article.regulation
        parts.append(f"{name}{article.ref}")
    return "、".join(parts) or None


def _name(regulation: str, catalogue: Catalogue, within: str) -> str:
    name = catalogue.get_regulation(regulation).zh
    kind = next((kind for kind in KINDS if name.endswith(kind)), None)
    return kind if kind is not None and regulation == within else f"《{name}》"
