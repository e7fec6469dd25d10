"""`chengxu check` and `chengxu bench`: neither needs a database or a server."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import click

from service import bootstrap
from service.cli.surroundings import json_option, read_settings, show_json
from service.cli.trace import read_shipped_proofs
from service.engine import tracing
from service.engine.bundle import Bundle, read_bundle
from service.engine.publishing import lint_bundle, regulations_of
from service.errors import Failed, InvalidDefinition, Problem
from service.law import Catalogue


@click.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def check(folder: Path | None, as_json: bool) -> None:
    """Lint all diagrams, forms and tables of FOLDER (without one: of what is shipped)."""
    settings = read_settings()
    bootstrap.load_handlers(settings.handler_folders)
    bundle = read_bundle(folder or settings.root)
    known = None
    if folder is not None and folder.resolve() != settings.root:
        own = bootstrap.handler_names(folder / "handlers")
        known = {**bootstrap.known_of(read_bundle(settings.root)), "handlers": own}
    problems = (*lint_bundle(bundle, known=known), *_trace(bundle, folder or settings.root))
    errors = [problem for problem in problems if problem.severity == "error"]
    if as_json:
        names = ("rule", "message", "element", "file", "line", "severity")
        show_json([{name: getattr(problem, name) for name in names} for problem in problems])
    else:
        for problem in problems:
            click.echo(f"{problem.severity}: {problem}")
        click.echo(
            f"{len(bundle.diagrams)} 个流程、{len(bundle.forms)} 个表单：{len(errors)} 个错误，"
            f"{len(problems) - len(errors)} 个提示。"
            f" / {len(errors)} errors, {len(problems) - len(errors)} warnings.",
            err=True,
        )
    sys.exit(1 if errors else 0)


def _trace(bundle: Bundle, root: Path) -> tuple[Problem, ...]:
    """What traceability misses. Procedures without a regulation of their own need not carry out the whole of another's."""
    try:
        catalogue = Catalogue.from_yaml_data(dict(regulations_of(bundle)).values())
    except InvalidDefinition:
        return ()  # lint says what is wrong with it
    sources = tracing.of_bundle(bundle)
    regulations = sorted(tracing.cited_regulations(sources) & set(catalogue.regulations))
    return tracing.check_trace(catalogue, sources, read_shipped_proofs(root), regulations=regulations)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def bench(options: tuple[str, ...]) -> None:
    """Measure against the budgets: --quick (four minutes), --json."""
    root = read_settings().root
    folder = root / "tests" / "benchmarks"
    if not folder.is_dir():
        raise Failed("测量脚本不在此安装中；请在源码目录运行。", message_en="The bench is part of the checkout; run it there.")
    sys.path[:0] = [str(folder), str(root / "tests" / "support")]
    module = runpy.run_path(str(folder / "__main__.py"), run_name="chengxu_bench")
    sys.exit(module["main"](list(options)))
