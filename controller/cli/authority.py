"""`vigia authority ...`: the root that every machine trusts, and how another takes its place."""

from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import print_json

app = typer.Typer()


@command(app, "show", _("The root in force, until when, and how far a change of roots has come."))
def show(wishes: Wishes) -> None:
    found = Client(wishes).get("authority")
    if wishes.as_json:
        return print_json(found)
    return _print(found)


@command(app, "rotate", _("Begin a change of roots: a new one is made, and every machine is told of it."))
def rotate(wishes: Wishes) -> None:
    found = Client(wishes).post("authority", "rotate")
    if wishes.as_json:
        return print_json(found)
    _print(found)
    return print(
        _("Both roots are in force now; when all machines use the new one: {command}",
          command="vigia authority finish")
    )  # fmt: skip


@command(app, "finish", _("End a change of roots: the old root and its key are dropped."))
def finish(
    wishes: Wishes,
    force: Annotated[
        bool, typer.Option("--force", help=_("Although some machines do not use the new root yet."))
    ] = False,
) -> None:
    found = Client(wishes).post("authority", "finish", force=force)
    if wishes.as_json:
        return print_json(found)
    return print(_("The old root is dropped; {count} machines have to recover", count=len(found["laggards"])))


def _print(found: dict[str, Any]) -> None:
    from controller.cli.tables import cell, moment, print_facts, print_table

    facts = [
        (_("Root"), found["root_sha256"][:16]),
        (_("Good until"), moment(found["not_after"], "UTC")),
    ]
    if found["begun_at"] is None:
        return print_facts(facts)
    facts += [
        (_("Change begun"), moment(found["begun_at"], "UTC")),
        (_("The new root signs from"), moment(found["signs_at"], "UTC")),
        (_("Machines that use it"),
         _("{count} of {total}", count=found["arrived"], total=found["machines"])),
    ]  # fmt: skip
    print_facts(facts)
    headings = (_("Not yet"), _("Last heard"), _("Certificate until"))
    rows = (
        (
            cell(one["name"], "bold"),
            moment(one["last_seen_at"], "UTC") or "–",
            moment(one["not_after"], "UTC"),
        )
        for one in found["laggards"]
    )
    return print_table(headings, rows, _("All of them: `vigia authority finish` ends it."))
