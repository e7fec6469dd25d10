"""Check that every text wrapped in `_()` in templates and pages has an English one; print those that have not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from service.web.translations import FOLDER

WEB = FOLDER.parent


def wrapped() -> Iterator[tuple[str, str]]:
    """Yield (text, file:line) of every text that `_()` wraps."""
    sources: list[tuple[Path, str]] = [(path, "python") for path in sorted((WEB / "pages").rglob("*.py"))]
    sources += [(path, "jinja2.ext:babel_extract") for path in sorted((WEB / "templates").rglob("*.html"))]
    for path, method in sources:
        for line, message, _, _ in extract_from_file(method, path, keywords={"_": None, "gettext": None}):
            for text in [message] if isinstance(message, str) else message:
                if text:
                    yield text, f"{path.relative_to(WEB)}:{line}"


def missing() -> tuple[tuple[str, str], ...]:
    """List (text, where) of every wrapped text without English."""
    with (FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        known = {cast(str, entry.id) for entry in read_po(file, locale="en") if entry.string}
    return tuple((text, where) for text, where in wrapped() if text not in known)


def main() -> int:
    lacking = missing()
    for text, where in lacking:
        sys.stdout.write(f"{where}: no English for {text!r}\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
