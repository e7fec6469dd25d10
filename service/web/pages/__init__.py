"""The pages for people who are signed in. A view loads, authorises, calls, answers; how things are said stands beside the views.

sign_in, inbox, start, task, case, cases        views
deputies, notices, overdue, parameters          views
registers       views; register_words, register_imports
traces          views
reading, frame, listing, form_card, receipt     what views share
wording, due, facts, findings, timeline, clock_moves, waiting, laws, documents        presentation
"""

from flask import Blueprint

from service.web.pages import (
    case,
    cases,
    deputies,
    frame,
    inbox,
    notices,
    overdue,
    parameters,
    registers,
    sign_in,
    start,
    task,
    traces,
)

blueprint = Blueprint("pages", __name__)

frame.install(blueprint)
for module in (sign_in, inbox, start, task, case, cases, deputies, notices, overdue, parameters, registers, traces):
    module.add_to(blueprint)
