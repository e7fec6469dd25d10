"""The command line: `chengxu COMMAND`. Each command is a file of this folder; `main` turns errors into sentences and exit codes.

Exit codes: 0 done · 1 refused (the message says what to do) · 2 wrong usage.
`--json` prints one document on stdout; everything else that a command has to say goes to stderr.
"""

from __future__ import annotations

import sys

import click

from service.cli import (
    accounts,
    alerts,
    archive,
    audit,
    batches,
    calendar,
    cases,
    checks,
    clock,
    database,
    demo,
    deployment,
    law,
    new,
    register,
    scenario,
    serving,
    stuck,
    tasks,
    trace,
    units,
)
from service.errors import ChengxuError, InvalidAnswers, InvalidDefinition


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def chengxu() -> None:
    """程序 Chengxu: government procedures that run as BPMN."""


for command in (
    serving.serve, serving.web, serving.worker, deployment.deploy, checks.check, checks.bench, cases.case, tasks.task,
    accounts.account, accounts.token, calendar.calendar, clock.clock, law.law, register.register, database.db,
    scenario.scenario, new.new, trace.trace, demo.demo,
    audit.audit, stuck.stuck, batches.job, batches.batch,
    units.unit,
    alerts.alert, archive.archive,
):  # fmt: skip
    chengxu.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; never shows a traceback for an error that the user can mend."""
    try:
        chengxu.main(args=arguments, prog_name="chengxu", standalone_mode=False)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except ChengxuError as error:
        click.echo(error.message, err=True)
        if error.message_en != error.message:
            click.echo(error.message_en, err=True)
        if isinstance(error, InvalidAnswers):
            for finding in error.findings:
                click.echo(f"  {finding.field}: {finding.message} [{finding.rule}]", err=True)
        if isinstance(error, InvalidDefinition):
            for problem in error.problems:
                if str(problem) not in error.message:
                    click.echo(f"  {problem}", err=True)
        sys.exit(1)
