"""条文对照: for each article of a regulation what carries it out; and for a case 条文依据, the lines that are its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import tracing
from service.engine.definitions import Definition
from service.engine.reads import get_case, readable_family, visible_history
from service.engine.tracing import ArticleTrace, Evidence, Traced
from service.errors import NotFound
from service.law.entries import Article
from service.web import current
from service.web.pages import laws, timeline
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

#: Letters of a hash that are shown; the whole of it stands in its title.
SHORT = 12


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/trace", "traces", traces)
    blueprint.add_url_rule("/trace/<regulation>", "trace", trace)
    blueprint.add_url_rule("/cases/<case_id>/trace", "case_trace", case_trace)


def traces() -> ResponseReturnValue:
    """Go to the regulation that most steps carry out."""
    with reading() as reader:
        articles = _traced(reader).articles
        if not articles:
            return render("trace.html", reader, regulation=None, regulations=[], articles=[], filters={}, levels=[])
        most = max(articles, key=lambda one: sum(len(row.elements) for row in articles[one]))
    return redirect(url_for("pages.trace", regulation=most))


def trace(regulation: str) -> ResponseReturnValue:
    filters = {"q": request.args.get("q", "").strip()[:200], "level": request.args.get("level", "")}
    with reading() as reader:
        traced = _traced(reader)
        if regulation not in traced.articles:
            raise NotFound(
                f"没有流程执行法规 {regulation}。", message_en=f"No procedure carries out the regulation {regulation}."
            )
        words = {"full": _("全部落实"), "part": _("部分落实"), "text": _("仅展示")}
        rows = [_row(reader, traced, one, words) for one in traced.articles[regulation]]
        return render(
            "trace.html",
            reader,
            regulation=_name(reader, regulation),
            regulations=[
                {"name": _name(reader, one), "url": url_for("pages.trace", regulation=one), "current": one == regulation}
                for one in traced.articles
            ],
            articles=[row for row in rows if _is_wanted(row, filters)],
            filters=filters,
            levels=[{"id": id, "name": name} for id, name in words.items()],
        )


def case_trace(case_id: str) -> ResponseReturnValue:
    with reading() as reader:
        row = get_case(reader.machine, reader.connection, case_id, reader.actor)
        family = readable_family(reader.machine, reader.connection, row.root, reader.actor)
        members = {one["id"]: one for one in tracing.members_below(family, case_id)}
        definitions = {id: reader.definition(one) for id, one in members.items()}
        links = (
            link
            for one in members.values()
            for link in visible_history(reader.machine, reader.connection, one, reader.actor, limit=tracing.MOST_LINES)
        )
        told = {entry["line"]: entry for entry in timeline.tell(reader, links, definitions)}
        found: dict[str, list[dict[str, Any]]] = {}
        for line in tracing.list_evidence(reader.machine, reader.connection, case_id, actor=reader.actor):
            if (line.case, line.seq) in told:
                found.setdefault(line.article, []).append(_line(line, told[line.case, line.seq], definitions, case_id))
        return render(
            "case_trace.html",
            reader,
            case={"title": row.title, "business_key": row.business_key, "url": url_for("pages.case", case_id=case_id)},
            articles=[_evidenced(reader, article, lines) for article, lines in found.items()],
        )


def _traced(reader: Reader) -> Traced:
    return tracing.trace_published(reader.connection, reader.rules, current.scenarios())


def _row(reader: Reader, traced: Traced, row: ArticleTrace, levels: Mapping[str, str]) -> dict[str, Any]:
    catalogue = reader.rules.catalogue
    periods = [catalogue.periods[id][-1] for id in row.deadlines]
    rules = [catalogue.rules[id] for id in row.rules]
    return {
        **_article(reader, catalogue.get_article(row.article)),
        "level": row.level,
        "level_words": levels[row.level],
        "elements": _by_process(traced, row.elements),
        "rules": [{"id": one.id, "name": one.en if reader.english else one.zh} for one in rules],
        "deadlines": [{"id": one.id, "name": one.en if reader.english else one.zh} for one in periods],
        "forms": _by_process(traced, row.forms),
        "tests": row.tests,
    }


def _article(reader: Reader, article: Article) -> dict[str, Any]:
    number = article.id.partition("#")[2]
    return {
        "id": article.id,
        "anchor": f"article-{number}",
        "url": f"{url_for('pages.trace', regulation=article.regulation)}#article-{number}",
        "ref": laws.reference(article, english=reader.english),
        "heading": article.heading,
        "summary": article.en if reader.english else article.zh,
    }


def _by_process(traced: Traced, names: Iterable[str]) -> list[dict[str, Any]]:
    """Group `process.element` by process, each by the name that people know; joins have none, and are left out."""
    found: dict[str, list[str]] = {}
    for name in names:
        process, _dot, element = name.partition(".")
        source = traced.sources.get(process)
        if source is not None and element in source.labels:
            found.setdefault(source.name, []).append(source.labels[element])
    return [{"name": name, "items": list(dict.fromkeys(items))} for name, items in found.items()]


def _is_wanted(row: Mapping[str, Any], filters: Mapping[str, str]) -> bool:
    if filters["level"] and row["level"] != filters["level"]:
        return False
    text = " ".join(_words(row)).lower()
    return all(word in text for word in filters["q"].lower().split())


def _words(value: Any) -> Iterable[str]:
    """Every text within a row."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _words(inner)
    elif isinstance(value, Iterable):
        for inner in value:
            yield from _words(inner)


def _evidenced(reader: Reader, article: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    known = reader.rules.catalogue.find_article(article)
    head = {"id": article, "anchor": "", "url": None, "ref": article, "heading": "", "summary": ""}
    return {**(head if known is None else _article(reader, known)), "lines": lines}


def _line(line: Evidence, told: Mapping[str, Any], definitions: Mapping[str, Definition], case_id: str) -> dict[str, Any]:
    below = line.case != case_id
    return {
        **told,
        "seq": line.seq,
        "hash": line.hash,
        "short": line.hash[:SHORT] if line.hash else None,
        "case_name": definitions[line.case].name if below else None,
        "case_url": url_for("pages.case", case_id=line.case) if below else None,
    }


def _name(reader: Reader, regulation: str) -> str:
    known = reader.rules.catalogue.get_regulation(regulation)
    return known.en if reader.english else known.zh
