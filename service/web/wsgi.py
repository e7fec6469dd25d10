"""The application as gunicorn starts it: `app`, behind one reverse proxy that says who the client is.

Only for a port that nobody but the proxy can reach: `X-Forwarded-For` is believed, and sign-in attempts are counted by it.
"""

from __future__ import annotations

import os

from werkzeug.middleware.proxy_fix import ProxyFix

from service.bootstrap import make_engine, make_store
from service.settings import Settings
from service.web.app import create_app

_settings = Settings.from_environment(os.environ)
app = create_app(make_engine(_settings, make_store(_settings)), _settings)
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
