"""`vigia machines inventory`: what a machine is made of, and what changed."""

from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.language import _, words
from controller.cli.machines import Which
from controller.cli.options import Wishes, command
from controller.cli.terminal import print_json

LISTED = ("memory_modules", "disks", "adapters", "mounts", "addresses", "services", "packages")
LONG = ("services", "packages")


def register(app: typer.Typer) -> None:
    """Among the verbs of machines."""
    told = _("What it is made of: hardware, system, disks, network; what changed when.")
    command(app, "inventory", told)(inventory)


def inventory(
    wishes: Wishes,
    machine: Which,
    changes: Annotated[
        bool, typer.Option("--changes", help=_("Only what changed, the newest first."))
    ] = False,
    every: Annotated[bool, typer.Option("--all", help=_("Services and packages too."))] = False,
) -> None:
    found = Client(wishes).get("machines", machine, "inventory")
    if wishes.as_json:
        return print_json(found["changes"] if changes else found)
    if changes:
        return _print_changes(found)
    return _print_inventory(found, every=every)


def _print_changes(found: dict[str, Any]) -> None:
    from controller.cli.tables import moment, print_table

    rows = ((moment(one["at"], found["zone"]), one["said"]) for one in found["changes"])
    print_table((_("Moment"), _("What changed")), rows, _("Nothing has changed since its first inventory."))


def _print_inventory(found: dict[str, Any], *, every: bool) -> None:
    from controller.cli.tables import cell, heading, moment, print_facts, print_table, put
    from controller.words import inventory as told

    if found["taken_at"] is None:
        return print(_("The agent there has not sent its inventory yet."))
    put(cell(found["name"], "bold"))
    print_facts([(_("As of"), moment(found["taken_at"], found["zone"]))])
    for section in ("system", "hardware"):
        heading(words()._(told.SECTIONS[section]))
        print_facts(told.facts(words(), found[section]))
    for section in LISTED:
        entries, gap = found[section], found["gaps"].get(section, "")
        if not entries and not gap:
            continue
        heading(f"{words()._(told.SECTIONS[section])} ({len(entries)})")
        if gap:
            old = _("It could not be read the last time, so this may be old: {reason}", reason=gap)
            put(old if entries else _("It could not be read: {reason}", reason=gap))
        if section in LONG and not every:
            put(_("--all shows them"))
            continue
        fields = [field for field in (entries[0] if entries else {}) if any(one[field] for one in entries)]
        print_table(
            [words()._(told.FIELDS.get(field, field)) for field in fields],
            ([told.value(words(), field, one[field]) for field in fields] for one in entries),
            "",
        )
    return None
