"""打印审批单、下载案卷: the papers of a case from its page."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from service.web import downloads


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases/<case_id>/sheet.pdf", "case_sheet", sheet)
    blueprint.add_url_rule("/cases/<case_id>/file.zip", "case_file", file)


def sheet(case_id: str) -> ResponseReturnValue:
    return downloads.send_approval_sheet(case_id)


def file(case_id: str) -> ResponseReturnValue:
    return downloads.send_case_file(case_id)
