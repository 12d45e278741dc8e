"""`vigia duty ...`: who is on duty when, at which level; gaps, overrides, calendars."""

import sys
from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.documents import File, Toml, document, naming, write
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import line, print_json

app = typer.Typer()
Level = Annotated[int | None, typer.Option("--level", metavar="1..3", help=_("Only this support level."))]
Days = Annotated[int, typer.Option("--days", metavar="1..366", help=_("So many days from now on."))]


@command(app, "show", _("Who is on duty in the next days, and where nobody is."))
def show(wishes: Wishes, level: Level = None, days: Days = 14, toml: Toml = False) -> None:
    if toml:
        return write(Client(wishes).get("duty", "schedule")["document"])
    found = Client(wishes).get("duty", level=level, days=days)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import cell, moment, print_table

    zone = found["zone"]
    rows = [
        (
            one["from"], str(one["level"]), cell(one["name"], "" if one["active"] else "red"),
            moment(one["from"], zone), moment(one["to"], zone), _how(one),
        )
        for one in found["watches"]
    ]  # fmt: skip
    rows += [
        (
            one["from"], str(one["level"]), cell(_("nobody"), "bold red"), moment(one["from"], zone),
            moment(one["to"], zone), one["said"],
        )
        for one in (*found["gaps"], *found["unmanned"])
    ]  # fmt: skip
    headings = (_("Level"), _("Who"), _("From"), _("Until"), _("How"))
    ordered = sorted(rows, key=lambda row: (row[1], row[0]))
    return print_table(headings, (row[1:] for row in ordered), _("Nobody is on duty."))


def _how(one: dict[str, Any]) -> str:
    if one["override"] is not None:
        said = _("override {number}", number=one["override"])
    else:
        said = one["rota"] or _("by hand (vigia users duty)")
    return str(said) if one["active"] else f"{said}, " + _("inactive: nobody is told")


@command(app, "set", _("Set the rotas of every level from a file, all its faults at once."))
def set_schedule(wishes: Wishes, file: File) -> None:
    with naming(file):
        made = Client(wishes).post("duty", "schedule", document=document(file))
    if wishes.as_json:
        return print_json(made)
    from controller.cli.tables import moment

    at = moment(made["effective_from"], "UTC")
    for rota in made["rotas"]:
        members = ", ".join(map(line, rota["members"]))
        print(_("level {level}, {name}: {members}", level=rota["level"], name=rota["name"], members=members))
    return print(_("In force from {at}. `vigia duty gaps` says where nobody is on duty.", at=at))


@command(app, "override", _("Somebody takes a time of a level's duty, whoever had it."))
def override(
    wishes: Wishes,
    level: Annotated[int, typer.Option("--level", metavar="1..3")],
    who: Annotated[str, typer.Option("--who", metavar="LOGIN", help=_("Who takes it."))],
    start: Annotated[
        str,
        typer.Option("--from", metavar="INSTANT", help=_("In the rota's zone: 2026-12-12T10:00.")),
    ],
    end: Annotated[str, typer.Option("--to", metavar="INSTANT", help=_("Until just before then."))],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT")] = "",
) -> None:
    said = {"level": level, "who": who, "from": start, "to": end, "reason": reason}
    made = Client(wishes).post("duty", "overrides", **said)
    if wishes.as_json:
        return print_json(made)
    from controller.cli.tables import moment

    zone = made["zone"]
    told = _(
        "override {number}: {who} has level {level} from {start} to {end}", number=made["number"],
        who=line(made["who"]), level=made["level"], start=moment(made["from"], zone),
        end=moment(made["to"], zone),
    )  # fmt: skip
    return print(told)


@command(app, "drop", _("Take an override back; the rota speaks again from now on."))
def drop(wishes: Wishes, number: Annotated[int, typer.Argument(metavar="NUMBER")]) -> None:
    made = Client(wishes).post("duty", "overrides", str(number), "drop")
    if wishes.as_json:
        return print_json(made)
    return print(_("override {number} is taken back", number=number))


@command(app, "gaps", _("Where nobody will be on duty; ends with 1 when there are such times."))
def gaps(wishes: Wishes, level: Level = None, days: Days = 90) -> None:
    found = Client(wishes).get("duty", "gaps", level=level, days=days)
    if wishes.as_json:
        print_json(found)
    else:
        from controller.cli.tables import moment, print_table

        zone = found["zone"]
        rows = (
            (str(one["level"]), moment(one["from"], zone), moment(one["to"], zone), one["said"])
            for one in (*found["gaps"], *found["unmanned"])
        )
        headings = (_("Level"), _("From"), _("Until"), _("Why"))
        print_table(headings, rows, _("Somebody is on duty all the time."))
    if found["gaps"]:
        raise typer.Exit(1)


@command(app, "ical", _("The turns as an iCalendar, RFC 5545, on standard output."))
def ical(
    wishes: Wishes,
    level: Level = None,
    who: Annotated[str | None, typer.Option("--who", metavar="LOGIN", help=_("Only their turns."))] = None,
) -> None:
    text = Client(wishes).download("duty", "calendar", level=level, who=who).decode()
    if wishes.as_json:
        return print_json({"calendar": text})
    # Its line ends are CR LF, whatever the terminal thinks.
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    return None
