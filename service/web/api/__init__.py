"""The API below /api/v1, by flask-smorest; its description is at /api/v1/openapi.json and needs no account."""

from __future__ import annotations

from flask import Flask

from service.web.api.administration import blueprint as administration_blueprint
from service.web.api.alerts import blueprint as alerts_blueprint
from service.web.api.archive import blueprint as archive_blueprint
from service.web.api.attachments import blueprint as attachments_blueprint
from service.web.api.attention import blueprint as attention_blueprint
from service.web.api.audit import blueprint as audit_blueprint
from service.web.api.batches import blueprint as batches_blueprint
from service.web.api.calendar import blueprint as calendar_blueprint
from service.web.api.cases import blueprint as cases_blueprint
from service.web.api.choices import blueprint as choices_blueprint
from service.web.api.clock import blueprint as clock_blueprint
from service.web.api.deputies import blueprint as deputies_blueprint
from service.web.api.description import describe
from service.web.api.me import blueprint as me_blueprint
from service.web.api.messages import blueprint as messages_blueprint
from service.web.api.migrations import blueprint as migrations_blueprint
from service.web.api.notices import blueprint as notices_blueprint
from service.web.api.notifications import blueprint as notifications_blueprint
from service.web.api.operations import blueprint as operations_blueprint
from service.web.api.outlets import blueprint as outlets_blueprint
from service.web.api.papers import blueprint as papers_blueprint
from service.web.api.parameters import blueprint as parameters_blueprint
from service.web.api.phrases import blueprint as phrases_blueprint
from service.web.api.presence import blueprint as presence_blueprint
from service.web.api.processes import blueprint as processes_blueprint
from service.web.api.registers import blueprint as registers_blueprint
from service.web.api.returns import blueprint as returns_blueprint
from service.web.api.signers import blueprint as signers_blueprint
from service.web.api.steering import blueprint as steering_blueprint
from service.web.api.stuck import blueprint as stuck_blueprint
from service.web.api.tasks import blueprint as tasks_blueprint
from service.web.api.traces import blueprint as traces_blueprint
from service.web.api.waits import blueprint as waits_blueprint


def register(app: Flask) -> None:
    describe(
        app,
        [
            processes_blueprint, cases_blueprint, tasks_blueprint, attachments_blueprint, messages_blueprint, me_blueprint,
            clock_blueprint, deputies_blueprint, notices_blueprint, parameters_blueprint, registers_blueprint,
            traces_blueprint, choices_blueprint, waits_blueprint, notifications_blueprint, phrases_blueprint, presence_blueprint,
            papers_blueprint,
            signers_blueprint, returns_blueprint, attention_blueprint,
            audit_blueprint,
            steering_blueprint, migrations_blueprint, batches_blueprint, stuck_blueprint,
            administration_blueprint,
            archive_blueprint,
            calendar_blueprint,
            operations_blueprint,
            alerts_blueprint, outlets_blueprint,
        ],
    )  # fmt: skip
