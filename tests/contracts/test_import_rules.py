"""Who may import whom. The rules are in pyproject.toml; here they are run, and shown to catch what they should."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
#: Libraries that import-linter can not be told of, since it wants each of them to be imported by somebody.
OWNERS = {
    "alembic": "store",
    "psycopg": "store",
    "apscheduler": "worker",
    "fontTools": "printing",
    "fpdf": "printing",
    **dict.fromkeys(("flask_babel", "flask_smorest", "flask_wtf", "jinja2", "werkzeug", "wtforms"), "web"),
}


def lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def imported(file: Path) -> Iterator[str]:
    """Give the dotted names that a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_every_import_keeps_to_the_rules() -> None:
    code, output = lint(ROOT)

    assert code == 0, output


#: A house in small: every layer, and each library where it belongs.
SMALL_HOUSE = {
    "handlers/__init__.py": "",
    "service/__init__.py": "",
    "service/cli/__init__.py": "import service.web.pages, service.worker",
    "service/web/__init__.py": "import flask, flask_smorest, service.bootstrap",
    "service/web/api/__init__.py": "",
    "service/web/pages/__init__.py": "",
    "service/worker/__init__.py": "import service.bootstrap",
    "service/bootstrap.py": "import service.engine",
    "service/engine/__init__.py": "import SpiffWorkflow, service.store",
    "service/store/__init__.py": "import sqlalchemy, alembic, service.clock",
    "service/forms/__init__.py": "import service.feel",
    "service/feel/__init__.py": "import service.errors",
    "service/law/__init__.py": "import service.clock",
    "service/sdk.py": "import service.errors",
    "service/clock.py": "",
    "service/errors.py": "",
    "service/settings.py": "import service.errors",
    "service/similarity.py": "",
    "service/tagged.py": "",
}


def build(folder: Path, house: dict[str, str]) -> None:
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name, text in house.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")


def test_a_house_in_small_keeps_the_rules(tmp_path: Path) -> None:
    build(tmp_path, SMALL_HOUSE)

    code, output = lint(tmp_path)

    assert code == 0, output


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("service/clock.py", "import service.sdk", "Each layer imports only those below it BROKEN"),
        ("service/law/__init__.py", "import service.feel", "Each layer imports only those below it BROKEN"),
        ("service/worker/__init__.py", "import service.web", "Each layer imports only those below it BROKEN"),
        ("service/stray.py", "", "service.stray"),
        ("service/web/pages/__init__.py", "import SpiffWorkflow", "Only service.engine imports SpiffWorkflow BROKEN"),
        ("service/engine/__init__.py", "import sqlalchemy", "Only service.store imports SQLAlchemy BROKEN"),
        ("service/engine/__init__.py", "import flask", "Only service.web imports Flask BROKEN"),
        ("service/web/api/__init__.py", "import service.web.pages", "Pages and API do not import each other BROKEN"),
        ("service/engine/__init__.py", "import handlers", "service never imports handlers BROKEN"),
    ],
)
def test_an_import_against_the_rules_is_found(tmp_path: Path, file: str, line: str, broken: str) -> None:
    build(tmp_path, SMALL_HOUSE | {file: f"{SMALL_HOUSE.get(file, '')}\n{line}"})

    code, output = lint(tmp_path)

    assert code != 0
    assert broken in " ".join(output.split())


@pytest.mark.parametrize("file", sorted((ROOT / "service").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_library_is_imported_only_by_the_package_that_owns_it(file: Path) -> None:
    package = file.relative_to(ROOT / "service").parts[0]
    foreign = {name for name in imported(file) if OWNERS.get(name.split(".")[0], package) != package}

    assert foreign == set()


@pytest.mark.parametrize("file", sorted((ROOT / "handlers").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_handler_sees_nothing_of_chengxu_but_the_sdk(file: Path) -> None:
    # Handlers lie in folders that are no packages, which import-linter does not look into.
    # They may share what they have in common: in the folder of their own regulation, and in that of both.
    common = (f"handlers.{file.parent.name}", "handlers.shared")
    ours = {name for name in imported(file) if name.split(".")[0] in {"service", "handlers", "tests", ""}}
    ours -= {name for name in ours if name in common or name.startswith(tuple(f"{folder}." for folder in common))}

    assert ours <= {"service.sdk"}
