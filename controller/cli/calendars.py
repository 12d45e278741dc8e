"""`vigia calendars ...`: opening hours by name, in versions, with the holidays of a country and one's own."""

from typing import Annotated

import typer

from controller.cli.client import Client
from controller.cli.documents import Customer, File, Toml, document, judged, naming, write
from controller.cli.language import _, language, words
from controller.cli.options import Wishes, command
from controller.cli.plans import PREVIEW_S, ThisVersion
from controller.cli.terminal import line, print_json

app = typer.Typer()
Name = Annotated[str, typer.Argument(metavar="NAME", help=_("The calendar's name."))]
Version = Annotated[
    str | None,
    typer.Option("--version", metavar="VERSION", help=_("Its first day. Otherwise the one in force.")),
]


@command(app, "list", _("Every version: in force, to come, past."))
def listed(wishes: Wishes, customer: Customer = None) -> None:
    found = Client(wishes).get("calendars", customer=customer)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import cell, print_table
    from controller.words import plans as names

    headings = (
        _("Customer"), _("Calendar"), _("Version"), _("Standing"), _("Opening hours"), _("Time zone"),
    )  # fmt: skip
    rows = (
        (
            one["customer"] or _("everybody"), cell(one["name"], "bold"), one["version"],
            names.standing(words(), one["standing"]), one["hours"], one["zone"],
        )
        for one in found
    )  # fmt: skip
    return print_table(headings, rows, _("No calendar yet: everything is counted day and night."))


@command(app, "show", _("Opening hours and the next holidays."))
def show(
    wishes: Wishes, name: Name, version: Version = None, customer: Customer = None, toml: Toml = False
) -> None:
    found = Client(wishes).get("calendars", "version", name=name, version=version, customer=customer)
    if wishes.as_json:
        return print_json(found)
    if toml:
        return write(found["document"])
    from controller.cli.tables import cell, heading, moment, print_facts, put
    from controller.words import plans as names

    put(cell(found["name"], "bold").append(f" · {names.standing(words(), found['standing'])}"))
    place = " ".join(one for one in (found["country"], found["region"]) if one)
    print_facts([
        (_("Customer"), found["customer"] or _("everybody")),
        (_("In force from"), moment(found["effective_from"], found["zone"])),
        (_("Time zone"), found["zone"]),
        (_("Opening hours"), found["hours"]),
        (_("Holidays of"), place),
    ])  # fmt: skip
    if found["holidays"]:
        heading(_("Next holidays"))
        print_facts((f"  {day['day']}", day["name"] or _("own date")) for day in found["holidays"])
    return None


@command(app, "check", _("Whether a calendar makes sense; needs no controller."))
def check(wishes: Wishes, file: File) -> None:
    from controller.core.clock import SystemClock
    from controller.sla.plan_file import read_calendar

    now = SystemClock().now()
    read = judged(file, lambda text: read_calendar(text, now))
    if wishes.as_json:
        return print_json({"name": read.name, "faults": []})
    return print(_("{path} makes sense: {name}", path=line(file), name=line(read.name)))


@command(app, "preview", _("What it would change, and what the last month would have come to."))
def preview(wishes: Wishes, file: File, customer: Customer = None) -> None:
    content = document(file)
    with naming(file):
        asked = {"document": content, "customer": customer, "lang": language()}
        found = Client(wishes, PREVIEW_S).post("calendars", "preview", **asked)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.plan_sheets import print_preview

    return print_preview(found)


@command(app, "add", _("A new calendar, or a new version; incidents that are open keep theirs."))
def add(wishes: Wishes, file: File, customer: Customer = None) -> None:
    content = document(file)
    with naming(file):
        made = Client(wishes).post("calendars", document=content, customer=customer)
    if wishes.as_json:
        return print_json(made)
    return print(
        _("calendar {name} added, version {version}", name=line(made["name"]), version=made["version"])
    )


@command(app, "withdraw", _("Take back a version that is not in force yet."))
def withdraw(wishes: Wishes, name: Name, version: ThisVersion, customer: Customer = None) -> None:
    gone = Client(wishes).post("calendars", "withdraw", name=name, version=version, customer=customer)
    if wishes.as_json:
        return print_json(gone)
    return print(_("version {version} of {name} withdrawn", version=gone["version"], name=line(gone["name"])))
