"""Papers of a case to look at and to keep, for the API and for pages: the approval sheet as PDF, the case file as a zip."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Final

from flask import Response as FlaskResponse
from flask import request, send_file
from flask.wrappers import Response

from service.engine.protected_reads import shown_in
from service.printing import gathering, pdf
from service.printing.casefile import take_case_file
from service.printing.entries import safe_name
from service.web import current
from service.web.auth import current_actor

PDF: Final = "application/pdf"
ZIP: Final = "application/zip"
#: A browser shows a PDF with a viewer of its own, which brings its own styles.
_VIEWED: Final = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"


def send_approval_sheet(case_id: str) -> Response:
    """Draw the approval sheet of a case for who asks. NotFound when it is not theirs to see."""
    machine = current.engine().machine
    with shown_in("print"), machine.store.read() as connection:
        sheet = gathering.get_sheet(machine, connection, case_id, current_actor())
    etag = hashlib.sha256(f"{sheet.sm3} {sheet.head}".encode()).hexdigest()
    if etag in request.if_none_match:
        return _private(FlaskResponse(status=304, headers={"ETag": f'"{etag}"'}))
    name = safe_name(f"{sheet.business_key} {sheet.title}.pdf")
    response = send_file(BytesIO(pdf.draw(sheet)), mimetype=PDF, download_name=name, etag=etag, max_age=0)
    response.headers["Content-Security-Policy"] = _VIEWED
    return _private(response)


def send_case_file(case_id: str) -> Response:
    """Send the case file, which is recorded."""
    with shown_in("export"):
        made = take_case_file(current.engine().machine, case_id, current_actor())
    response = send_file(made.content, mimetype=ZIP, as_attachment=True, download_name=made.name, etag=made.sha256, max_age=0)
    response.content_length = made.size
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-cache"
    return response
