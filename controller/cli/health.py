"""`vigia health`: how we are ourselves. Ends with 0 when all is in order, 1 with something to look at, 2 with
an alarm, so that any other watchman can ask."""

from typing import Any

import typer
from rich.text import Text

from controller.cli.client import Client
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import print_json

STATUS = {"good": 0, "near": 1, "bad": 2}
_STYLES = {"good": "green", "near": "yellow", "bad": "bold red"}


def register(app: typer.Typer) -> None:
    command(
        app, "health", _("How Vigía itself is. Ends with 0: in order, 1: worth a look, 2: an alarm.")
    )(health)  # fmt: skip


def health(wishes: Wishes) -> None:
    found = Client(wishes).get("health")
    if wishes.as_json:
        print_json(found)
    else:
        _print(found)
    raise typer.Exit(STATUS[found["grade"]])


def _print(found: dict[str, Any]) -> None:
    from controller.cli.tables import cell, moment, print_table

    rows = [
        (
            Text(one["grade_name"], style=_STYLES[one["grade"]]),
            cell(one["name"]),
            one["object"] or "–",
            one["said"],
            moment(one["since"], "UTC") or "–",
            one["incident"] or "–",
        )
        for one in found["watched"]
    ]
    print_table((_("State"), _("Watched"), _("Of"), _("Seen"), _("Since"), _("Incident")), rows, "")
