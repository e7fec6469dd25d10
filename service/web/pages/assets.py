"""Built scripts and styles by their plain name: `asset('app.css')` gives the address of `app-WH3XWDD5.css`."""

from __future__ import annotations

from pathlib import Path

import orjson
from flask import Flask, url_for

MANIFEST = "manifest.json"


def install(app: Flask) -> None:
    """Give templates `asset(name)`. Read once: a new build needs a new process, as its files have new names."""
    path = Path(app.static_folder or "") / MANIFEST
    names: dict[str, str] = orjson.loads(path.read_bytes()) if path.exists() else {}

    def asset(name: str) -> str:
        return url_for("static", filename=names.get(name, name))

    app.jinja_env.globals["asset"] = asset
