"""The articles that a step cites, as a reader needs them: reference, heading and our own summary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.law import Catalogue
from service.law.entries import Article

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


def article_texts(regulation: str, catalogue: Catalogue, *, more: Iterable[str], lang: str) -> dict[str, dict[str, str]]:
    """Map ids to {ref, heading, zh, en, regulation}: a regulation's articles and those that are named besides.

    All of them, because a rule may cite one that the form does not; `ref` and `regulation` are in the reader's language.
    """
    english = lang.startswith("en")
    named = (catalogue.find_article(one) for one in more)
    found = (*catalogue.list_articles(regulation), *(one for one in named if one is not None))
    return {
        one.id: {
            "ref": reference(one, english=english), "heading": one.heading, "zh": one.zh, "en": one.en,
            "regulation": _full_name(one.regulation, catalogue, english=english),
        }
        for one in found
    }  # fmt: skip


def reference(article: Article, *, english: bool) -> str:
    """第十四条 or art 14"""
    return f"art {article.id.partition('#')[2]}" if english else article.ref


def _full_name(regulation: str, catalogue: Catalogue, *, english: bool) -> str:
    found = catalogue.get_regulation(regulation)
    return found.en if english else f"《{found.zh}》"


def short_cite(articles: Iterable[str], catalogue: Catalogue, *, within: str = "", english: bool = False) -> str | None:
    """Cite in a line: 《…管理办法》第十四条、第十五条; the regulation that a case is `within` is just called 办法."""
    parts: list[str] = []
    regulation = ""
    for one in dict.fromkeys(articles):
        article = catalogue.find_article(one)
        if article is None:
            continue
        known = article.regulation == regulation
        regulation = article.regulation
        ref = reference(article, english=english)
        if english:
            parts.append(ref if known or regulation == within else f"{catalogue.get_regulation(regulation).en}, {ref}")
        else:
            parts.append(ref if known else _name(regulation, catalogue, within) + ref)
    return (", " if english else "、").join(parts) or None


def _name(regulation: str, catalogue: Catalogue, within: str) -> str:
    name = catalogue.get_regulation(regulation).zh
    kind = next((kind for kind in KINDS if name.endswith(kind)), None)
    return kind if kind is not None and regulation == within else f"《{name}》"
