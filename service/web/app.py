"""Put the web together: `create_app(engine, settings)` gives the WSGI application with pages, API and everything around them."""

from __future__ import annotations

import importlib

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from flask.wrappers import Response

from service import bootstrap
from service.engine.facade import Engine
from service.settings import Settings
from service.web import answers, api, auth, bodies, headers, idempotency, metrics, problems, reading_lines
from service.web.current import EXTENSION, Surroundings, engine


class _Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie holds the CSRF token only; who is signed in is a row of ours."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def create_app(given: Engine, settings: Settings) -> Flask:
    app = Flask(__name__)
    app.secret_key = bootstrap.secret_key(settings)
    app.session_interface = _Sessions()
    app.config.update(
        SESSION_COOKIE_NAME="chengxu_page", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", MAX_FORM_PARTS=1000,
        TEMPLATES_AUTO_RELOAD=False,
    )  # fmt: skip
    app.extensions[EXTENSION] = Surroundings(engine=given, settings=settings)
    answers.use_orjson(app)
    problems.register(app)
    headers.protect(app)
    bodies.bound(app)
    reading_lines.register(app)
    auth.protect(app)
    idempotency.register(app)
    app.add_url_rule("/healthz", view_func=healthz)
    api.register(app)
    # Pages are a package of their own: the API is whole without them.
    app.register_blueprint(metrics.blueprint)
    pages = getattr(importlib.import_module("service.web.pages"), "blueprint", None)
    if pages is not None:
        app.register_blueprint(pages)
    return app


@auth.public
def healthz() -> Response:
    """Whether this process reaches its database."""
    with engine().machine.store.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    return answers.reply({"status": "ok"})
