"""`vigia serve`, `vigia up`, `vigia evaluate`: what runs without a controller to ask."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.cli.language import _, language
from controller.cli.options import Wishes, command


def register(app: typer.Typer) -> None:
    command(app, "evaluate", _("Recompute the clocks of a file of cases."))(evaluate)
    command(app, "serve", _("Run the controller until it is told to stop."))(serve)
    command(
        app, "up", _("Controller, console and an agent for this machine, to try it out (folder .vigia).")
    )(up)


def evaluate(
    _wishes: Wishes,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("Cases, as JSON."))],
    check: Annotated[bool, typer.Option("--check", help=_("Compare with the answers in the file."))] = False,
    explain: Annotated[bool, typer.Option("--explain", help=_("With the whole proof."))] = False,
) -> None:
    from controller.cli.evaluate import evaluate_file

    raise typer.Exit(evaluate_file(file, check, explain, sys.stdout, sys.stderr))


def serve(wishes: Wishes) -> None:
    from controller.cli.serve import serve_command

    raise typer.Exit(serve_command(wishes.data))


def up(wishes: Wishes) -> None:
    from controller.cli.up import up_command

    raise typer.Exit(up_command(wishes.given_data or Path(".vigia"), language()))
