"""`chengxu trace`: which elements, rules, deadlines, forms and tests carry out each article; what a case is evidence of."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli.surroundings import database_option, json_option, opened, read_settings, show, show_json
from service.engine import tracing
from service.engine.bundle import read_bundle
from service.engine.publishing import regulations_of
from service.errors import NotFound
from service.law import Catalogue
from service.store import reads

#: The columns of the table that people read; JSON has them all.
ARTICLE_COLUMNS = ["article", "level", "elements", "rules", "deadlines", "forms", "tests"]
EVIDENCE_COLUMNS = ["article", "at", "process", "element", "kind", "actor"]


@click.command()
@click.argument("subject")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Instead of what is shipped.")
@database_option
@json_option
def trace(subject: str, folder: Path | None, database: str | None, as_json: bool) -> None:
    """Trace SUBJECT: a regulation (pj-2020), or a case by its id or business key (PJ-2026-0001)."""
    settings = read_settings(database)
    bundle = read_bundle(folder or settings.root)
    catalogue = Catalogue.from_yaml_data(dict(regulations_of(bundle)).values())
    if subject not in catalogue.regulations:
        _trace_case(subject, database, as_json)
        return
    rows = tracing.trace_articles(subject, catalogue, tracing.of_bundle(bundle), read_shipped_proofs(folder or settings.root))
    if as_json:
        show_json([row.as_json() for row in rows])
    else:
        counted = [{name: _brief(value) for name, value in row.as_json().items()} for row in rows]
        show(counted, ARTICLE_COLUMNS, as_json=False, empty="没有条文。")


def read_shipped_proofs(root: Path) -> tuple[tracing.Proof, ...]:
    """The scenario files of a checkout; none in an installation without them."""
    return tracing.read_proofs(root / "tests" / "scenarios")


def _trace_case(subject: str, database: str | None, as_json: bool) -> None:
    with opened(database) as (engine, _), engine.machine.store.read() as connection:
        found = reads.list_by_key(connection, subject)
        if not found:
            raise NotFound(f"没有法规或案件 {subject}。", message_en=f"There is no regulation or case {subject}.")
        lines = [line.as_json() for case_id in found for line in tracing.list_evidence(engine.machine, connection, case_id)]
    show(lines, EVIDENCE_COLUMNS, as_json=as_json, empty="没有引用条文的记录。")


def _brief(value: object) -> object:
    if not isinstance(value, list):
        return value
    return "—" if not value else value[0] if len(value) == 1 else f"{value[0]} +{len(value) - 1}"
