"""Attachments: upload a file before the form that carries it, download it afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from flask import send_file
from flask.wrappers import Response
from werkzeug.datastructures import FileStorage

from service.web import current
from service.web.answers import reply
from service.web.api.asks import File
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import AttachmentShape
from service.web.auth import current_actor, require_account
from service.web.bodies import takes_file
from service.web.uploads import get_attachment, store_upload

blueprint = make_blueprint("attachments", "Files.")


@endpoint(blueprint, "POST", "/attachments", answer=AttachmentShape, status=201, files=File)
@takes_file
def upload(files: Mapping[str, FileStorage]) -> Response:
    """Upload one file as the part `file`. A file field of a form then names its id. One that no form carries is swept."""
    file = files["file"]
    row = store_upload(file.filename or "", file.stream, account=require_account().name)
    names = ("id", "name", "size", "sha256", "media_type")
    return reply({name: getattr(row, name) for name in names}, 201)


@endpoint(blueprint, "GET", "/attachments/<attachment_id>", answer=None, content_type="application/octet-stream")
def download(attachment_id: str) -> Response:
    """Download a file that one has uploaded, or that belongs to a case that one may read."""
    row = get_attachment(attachment_id, current_actor())
    response = send_file(
        current.engine().machine.blobs.path(row.sha256), mimetype=row.media_type, as_attachment=True, download_name=row.name,
        etag=row.sha256, max_age=0,
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
