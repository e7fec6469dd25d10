"""What a view works with: the engine, the settings and the place of the caller. Open this instead of reading `current_app`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import current_app, request

from service.engine.facade import Engine
from service.settings import Settings

EXTENSION = "chengxu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What `create_app` was given."""

    engine: Engine
    settings: Settings


def surroundings() -> Surroundings:
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Surroundings)
    return found


def engine() -> Engine:
    return surroundings().engine


def settings() -> Settings:
    return surroundings().settings


def scenarios() -> Path:
    """Where a checkout has its scenario files; an installation has none."""
    return settings().root / "tests" / "scenarios"


def address() -> str:
    """The address of the caller, as far as the proxies in front of us are trusted."""
    return request.remote_addr or ""


def wants_json() -> bool:
    """Whether the answer is for a program: everything below /api, and what page scripts send or ask for as JSON."""
    accepted = request.accept_mimetypes
    return (
        request.path.startswith("/api/")
        or request.is_json
        or (bool(accepted) and accepted.best_match(["text/html", "application/json"]) == "application/json")
    )
