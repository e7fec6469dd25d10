"""The application as gunicorn starts it, behind a proxy that says who the client is."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import pytest

from service.web.current import EXTENSION


def test_the_proxy_is_believed_about_client_and_scheme(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copyfile(prepared, tmp_path / "city.db")
    monkeypatch.setenv("CHENGXU_DATABASE", f"sqlite:///{tmp_path}/city.db")
    monkeypatch.delitem(sys.modules, "service.web.wsgi", raising=False)
    app = importlib.import_module("service.web.wsgi").app
    forwarded = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "chengxu.example"}

    page = app.test_client().get("/sign-in", headers=forwarded)

    assert page.status_code == 200
    assert "Secure" in page.headers["Set-Cookie"]
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Strict-Transport-Security" not in app.test_client().get("/sign-in").headers
    app.extensions[EXTENSION].engine.machine.store.close()
    monkeypatch.delitem(sys.modules, "service.web.wsgi")
