"""`vigia explain INC-1`: the story with its times, and the proof of every verdict."""

import typer

from controller.cli.client import Client
from controller.cli.incidents import Which
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import print_json


def register(app: typer.Typer) -> None:
    command(app, "explain", _("An incident's story with times, and why each clock says what it says."))(
        explain
    )


def explain(wishes: Wishes, incident: Which) -> None:
    found = Client(wishes).get("incidents", incident, "explain")
    if wishes.as_json:
        return print_json(found)
    from controller.cli.sheets import print_explanation

    return print_explanation(found)
