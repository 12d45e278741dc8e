"""`vigia timers ...`: deadlines of ours that failed too often and wait for a person."""

from typing import Annotated

import typer

from controller.cli.client import Client
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import line, print_json

app = typer.Typer()


@command(app, "list", _("Timers that were set aside, and how they failed."))
def listed(
    wishes: Wishes,
    set_aside: Annotated[  # noqa: ARG001 - the others are listed nowhere: they act by themselves
        bool, typer.Option("--set-aside", help=_("Those alone; there are no others to list."))
    ] = True,
) -> None:
    found = Client(wishes).get("timers", "set-aside")
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import cell, moment, print_table

    headings = (_("Timer"), _("Due"), _("Set aside"), _("Error"), _("Incident"))
    rows = (
        (
            cell(one["key"], "bold"), moment(one["due"], "UTC"), moment(one["set_aside_at"], "UTC"),
            cell(one["last_error"]), one["incident"] or "–",
        )
        for one in found
    )  # fmt: skip
    return print_table(headings, rows, _("No timer is set aside."))


@command(app, "release", _("Let a timer act again, at once; what is late says so."))
def release(
    wishes: Wishes, key: Annotated[str, typer.Argument(metavar="KEY", help=_("As the list shows it."))]
) -> None:
    made = Client(wishes).post("timers", "release", key=key)
    if wishes.as_json:
        return print_json(made)
    return print(_("{key} acts again", key=line(made["key"])))
