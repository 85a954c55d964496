"""``xiaohao``: the program's commands.

Exit 0 success, 1 the thing asked about is wrong, 2 usage.
"""

from __future__ import annotations

import sys

import click
from flask.cli import FlaskGroup

from app import create_app
from app.cli import (
    backups,
    calendars,
    diagrams,
    ledger,
    operations,
    people,
    plays,
    report_templates,
    rules,
    server,
    users,
    worker,
)
from app.domain.errors import DomainError
from config import VERSION
from config.settings import SettingError


@click.group(
    cls=FlaskGroup, create_app=create_app, add_default_commands=False, add_version_option=False
)
@click.version_option(VERSION, prog_name="xiaohao")
def cli() -> None:
    """销号台：教育督导问题整改全周期管理。"""


for command in (
    server.serve,
    server.demo,
    worker.worker,
    diagrams.process,
    operations.timers,
    operations.history,
    operations.incidents,
    people.units,
    users.users,
    calendars.calendar,
    ledger.ledger,
    rules.rules,
    report_templates.reports,
    backups.backup,
    backups.restore,
):
    cli.add_command(command)
diagrams.process.add_command(plays.play)


def main() -> None:
    """Run a command; say plainly what went wrong."""
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        sys.exit(130)
    except SettingError as error:
        click.echo(f"设置有误：{error}", err=True)
        sys.exit(2)
    except DomainError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
