"""What a rule has found, as a reader needs it: the message, how much it weighs, the rule and the article that it rests on.

Open this when a remark after submitting, or in the timeline, lacks its rule or its law.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from service.errors import Level
from service.web.pages.laws import laws_of, short_cite
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

#: Rules of the requirements have a number; form checks ("required") are named for programs.
_NUMBERED = re.compile(r"[A-Z]+-[A-Z]+-\d+\w*")


def tell_findings(reader: Reader, findings: Iterable[Mapping[str, Any]], *, within: str) -> list[dict[str, Any]]:
    """List {message, level, words, rule, law, title, summary} for `components/findings.html`, each thing said once."""
    told = [_tell(reader, one, within) for one in findings]
    return list({(one["message"], one["rule"]): one for one in told if one["message"]}.values())


def _tell(reader: Reader, finding: Mapping[str, Any], within: str) -> dict[str, Any]:
    rule, article, level = str(finding.get("rule") or ""), finding.get("article"), str(finding.get("level") or "")
    cited = [article] if article else []
    (law,) = laws_of(cited, reader.rules.catalogue, lang=reader.lang) or ({},)
    return {
        "message": finding.get("message_en" if reader.english else "message") or finding.get("message"),
        "level": level,
        "words": _weight(level),
        "rule": rule if _NUMBERED.fullmatch(rule) else None,
        "law": short_cite(cited, reader.rules.catalogue, within=within, english=reader.english),
        "title": law.get("title"),
        "summary": law.get("summary"),
    }


def _weight(level: str) -> str:
    return {
        Level.BLOCK: _("不符合"),
        Level.OVERRIDE: _("须批准例外"),
        Level.ROUTE: _("改变路径"),
        Level.FLAG: _("已标记"),
    }.get(Level(level) if level in set(Level) else Level.WARN, _("提醒"))
