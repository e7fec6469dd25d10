"""The pages for people who are signed in. A view loads, authorises, calls, answers; how things are said stands beside the views.

sign_in, inbox, start, task, case, cases        views
reading, frame, listing, form_card, receipt     what views share
wording, due, facts, findings, timeline, clock_moves, waiting, laws, documents        presentation
"""

from flask import Blueprint

from service.web.pages import case, cases, frame, inbox, sign_in, start, task

blueprint = Blueprint("pages", __name__)

frame.install(blueprint)
for module in (sign_in, inbox, start, task, case, cases):
    module.add_to(blueprint)
