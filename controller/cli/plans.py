"""`vigia plans ...`: what is promised, in versions; none of them is ever changed."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.documents import Customer, File, Toml, document, judged, naming, write
from controller.cli.language import _, language, words
from controller.cli.options import Wishes, command
from controller.cli.terminal import line, print_json

app = typer.Typer()
PREVIEW_S = 120.0
"""A month may hold a thousand incidents."""
Version = Annotated[
    str | None,
    typer.Argument(
        metavar="VERSION", help=_("Its first day, such as 2026-12-01. Otherwise the one in force.")
    ),
]
ThisVersion = Annotated[str, typer.Argument(metavar="VERSION", help=_("Its first day, such as 2026-12-01."))]


@command(app, "list", _("Every version: in force, to come, past."))
def listed(wishes: Wishes, customer: Customer = None) -> None:
    found = Client(wishes).get("plans", customer=customer)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import cell, print_table
    from controller.words import plans as names

    headings = (_("Customer"), _("Version"), _("Plan"), _("Standing"), _("Added by"))
    rows = (
        (
            one["customer"] or _("everybody"), cell(one["version"], "bold"), one["name"],
            names.standing(words(), one["standing"]), one["created_by"] or "–",
        )
        for one in found
    )  # fmt: skip
    return print_table(headings, rows, _("No plan yet."))


@command(app, "show", _("A plan in words: each promise, and which hours or days it counts."))
def show(wishes: Wishes, version: Version = None, customer: Customer = None, toml: Toml = False) -> None:
    found = Client(wishes).get("plans", "version", version=version, customer=customer)
    if wishes.as_json:
        return print_json(found)
    if toml:
        return write(found["document"])
    return _print(found)


@command(app, "check", _("Whether a plan makes sense; needs no controller."))
def check(
    wishes: Wishes,
    file: File,
    calendar: Annotated[
        list[Path] | None,
        typer.Option("--calendar", metavar="FILE", help=_("Opening hours that it names; repeatable.")),
    ] = None,
) -> None:
    """Names of calendars that are not handed over are not known to be wrong: they are said."""
    from controller.core.clock import SystemClock
    from controller.sla.plan import ALL_HOURS
    from controller.sla.plan_file import read_calendar, read_plan
    from controller.sla.versions.refusal import lacking

    calendars = [judged(path, read_calendar) for path in calendar or ()]
    known = {one.name: one.calendar for one in calendars}
    now = SystemClock().now()
    plan = judged(file, lambda text: read_plan(text, known if calendar else None, now, further=lacking))
    open_names = sorted({name for name in plan.hours.values() if name != ALL_HOURS} - known.keys())
    if wishes.as_json:
        return print_json({"name": plan.name, "faults": [], "unchecked_calendars": open_names})
    print(_("{path} makes sense: {name}", path=line(file), name=line(plan.name)))
    if open_names:
        names = ", ".join(line(name) for name in open_names)
        print(_("not checked, hand them over with --calendar: {names}", names=names), file=sys.stderr)
    return None


@command(app, "preview", _("What it would change, and what the last month would have come to."))
def preview(wishes: Wishes, file: File, customer: Customer = None) -> None:
    content = document(file)
    with naming(file):
        asked = {"document": content, "customer": customer, "lang": language()}
        found = Client(wishes, PREVIEW_S).post("plans", "preview", **asked)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.plan_sheets import print_preview

    return print_preview(found)


@command(app, "add", _("A new version; incidents that are open keep theirs."))
def add(wishes: Wishes, file: File, customer: Customer = None) -> None:
    content = document(file)
    with naming(file):
        made = Client(wishes).post("plans", document=content, customer=customer)
    if wishes.as_json:
        return print_json(made)
    return print(_("plan {name} added, version {version}", name=line(made["name"]), version=made["version"]))


@command(app, "withdraw", _("Take back a version that is not in force yet."))
def withdraw(wishes: Wishes, version: ThisVersion, customer: Customer = None) -> None:
    gone = Client(wishes).post("plans", "withdraw", version=version, customer=customer)
    if wishes.as_json:
        return print_json(gone)
    return print(_("version {version} of {name} withdrawn", version=gone["version"], name=line(gone["name"])))


def _print(one: dict[str, Any]) -> None:
    from controller.cli.tables import cell, heading, moment, print_facts, print_table, put
    from controller.words import plans as names

    top = cell(one["name"], "bold").append(f" · {one['version']}")
    put(top.append(f" · {names.standing(words(), one['standing'])}"))
    print_facts([
        (_("Customer"), one["customer"] or _("everybody")),
        (_("In force from"), moment(one["effective_from"], one["zone"])),
        (_("Added by"), one["created_by"]),
    ])  # fmt: skip
    clocks = [each["clock"] for each in one["severities"][0]["promises"]]
    rows = [
        [cell(row["name"], "bold"), *(cell(_promise(each)) for each in row["promises"])]
        for row in one["severities"]
    ]
    heading(_("Promises"))
    print_table((_("Severity"), *(names.clock(words(), clock) for clock in clocks)), rows, "")
    heading(_("What holds for all of them"))
    print_facts((f"  {rule['name']}", rule["value"]) for rule in one["rules"])
    if one["calendars"]:
        heading(_("Opening hours"))
        for each in one["calendars"]:
            put(cell(f"  {each['name']} ({each['version']}, {each['zone']}): {each['hours']}"))


def _promise(each: dict[str, Any]) -> str:
    return f"{each['said']}, {each['counts']}" if each["promise"] else "–"
