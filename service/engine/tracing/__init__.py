"""Traceability: what carries out each article (elements, rules, deadlines, forms, tests), and what a case is evidence of."""

from service.engine.tracing.checking import check_trace
from service.engine.tracing.evidence import MOST_LINES, Evidence, list_evidence, members_below
from service.engine.tracing.proofs import Proof, read_proofs
from service.engine.tracing.published import Traced, trace_published
from service.engine.tracing.sources import Source, cited_regulations, of_bundle, of_published
from service.engine.tracing.table import ArticleTrace, RuleTrace, trace_articles, trace_rules

__all__ = [
    "MOST_LINES", "ArticleTrace", "Evidence", "Proof", "RuleTrace", "Source", "Traced", "check_trace", "cited_regulations",
    "list_evidence", "members_below", "of_bundle", "of_published", "read_proofs", "trace_articles", "trace_published",
    "trace_rules",
]  # fmt: skip
