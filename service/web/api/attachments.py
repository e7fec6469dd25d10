"""Attachments: upload a file before the form that carries it, download it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import send_file
from flask.wrappers import Response
from werkzeug.datastructures import FileStorage

from service.errors import NotFound
from service.web import current
from service.web.answers import reply
from service.web.api.asks import File
from service.web.api.routing import endpoint, make_blueprint
from service.web.api.shapes import AttachmentShape
from service.web.auth import current_actor, require_account
from service.web.bodies import takes_file
from service.web.uploads import get_attachment, store_upload

blueprint = make_blueprint("attachments", "Files.")

_IMAGE: Final = "default-src 'none'; sandbox; frame-ancestors 'self'"
#: A sandbox would keep the browser's own viewer from starting; nothing in the file may load or run either way.
_PDF: Final = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
#: What a browser shows by itself, and what it may do meanwhile. The types are told by content when a file is uploaded.
PREVIEWS: Final[Mapping[str, str]] = {
    "application/pdf": _PDF, "image/png": _IMAGE, "image/jpeg": _IMAGE, "image/gif": _IMAGE, "image/bmp": _IMAGE,
}  # fmt: skip


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


@endpoint(blueprint, "GET", "/attachments/<attachment_id>/preview", answer=None, content_type="application/octet-stream")
def preview(attachment_id: str) -> Response:
    """Look at a PDF or an image within a page. NotFound for any other file: it can only be downloaded."""
    row = get_attachment(attachment_id, current_actor())
    policy = PREVIEWS.get(row.media_type)
    if policy is None:
        raise NotFound("此类文件不能预览，请下载后查看。", message_en="Files of this kind cannot be previewed; download it.")
    path = current.engine().machine.blobs.path(row.sha256)
    response = send_file(path, mimetype=row.media_type, as_attachment=False, download_name=row.name, etag=row.sha256, max_age=0)
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
