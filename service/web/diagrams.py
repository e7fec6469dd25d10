"""BPMN as an answer."""

from __future__ import annotations

from flask import request
from flask.wrappers import Response


def send_diagram(xml: bytes, *, process: str, digest: str) -> Response:
    """Answer with a diagram. A download to the browser: shown in a tab, an XML document could carry HTML of whoever drew it."""
    headers = {"Content-Disposition": f'attachment; filename="{process}.bpmn"', "Cache-Control": "private, no-cache"}
    response = Response(xml, mimetype="application/xml", headers=headers)
    response.set_etag(digest)
    response.make_conditional(request)
    return response
