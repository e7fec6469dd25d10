"""The pages for people who are signed in. A view loads, authorises, calls, answers; how things are said stands beside the views.

sign_in, inbox, start, task, case, cases        views
deputies, notices, overdue, parameters          views
notification_settings                           views
registers       views; register_words, register_imports
traces, papers  views
inbox           views of the workspace: bulk, list_views; worklists, list_words
reading, frame, listing, form_card, receipt     what views share
case           steps, versions, related, case_files
appearance      language and theme
wording, due, facts, findings, timeline, clock_moves, waiting, laws, documents        presentation
"""

from flask import Blueprint

from service.web.pages import (
    appearance,
    attention,
    bulk,
    case,
    cases,
    console,
    deputies,
    frame,
    inbox,
    list_views,
    notices,
    notification_settings,
    overdue,
    papers,
    parameters,
    registers,
    returns,
    sign_in,
    signing,
    start,
    task,
    traces,
)

blueprint = Blueprint("pages", __name__)

frame.install(blueprint)
for module in (
    sign_in, inbox, start, task, case, cases, deputies, notices, overdue, parameters, registers, traces, bulk, list_views,
    notification_settings, papers,
    appearance, returns, signing, attention, console,
):  # fmt: skip
    module.add_to(blueprint)
