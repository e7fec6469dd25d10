"""The papers of a case: its approval sheet and its complete file."""

from __future__ import annotations

from flask.wrappers import Response

from service.web import downloads
from service.web.api.routing import endpoint, make_blueprint

blueprint = make_blueprint("papers", "Cases on paper, and to take away.")


@endpoint(blueprint, "GET", "/cases/<case_id>/sheet", answer=None, content_type=downloads.PDF)
def show_sheet(case_id: str) -> Response:
    """Print the approval sheet (审批单): what the account may see of the facts and the opinions, on A4.

    The same case at the same line of history gives the same bytes to the same reader.
    """
    return downloads.send_approval_sheet(case_id)


@endpoint(blueprint, "GET", "/cases/<case_id>/file", answer=None, content_type=downloads.ZIP)
def take_file(case_id: str) -> Response:
    """Take the case file (案卷) of a case and all below it: sheets, data, history, diagrams, documents, and manifest.json.

    Holds what the account may see. Each taking is recorded, with the SHA-256 of the file.
    """
    return downloads.send_case_file(case_id)
