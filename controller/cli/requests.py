"""`vigia requests ...`: what incidents ask of others."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.language import _, words
from controller.cli.options import Wishes, command
from controller.cli.terminal import print_json
from controller.cli.typed import text

app = typer.Typer()


class Kind(StrEnum):
    BUG = "bug"
    CHANGE = "change"
    FEATURE = "feature"
    ENGINEERING = "engineering"
    WORK_ORDER = "work_order"


class State(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"


Which = Annotated[str, typer.Argument(metavar="REQUEST", help=_("REQ-1, or just 1."))]
Title = Annotated[str, typer.Option("--title", metavar="TEXT", help=_("What is asked for, in a few words."))]


@command(app, "list", _("Requests with who asks for them, the newest first."))
def listed(
    wishes: Wishes,
    state: Annotated[State | None, typer.Option("--state", help=_("Which ones."))] = None,
    kind: Annotated[Kind | None, typer.Option("--kind")] = None,
) -> None:
    found = Client(wishes).get(
        "requests", state=state.value if state else None, kind=kind.value if kind else None
    )
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import cell, print_table
    from controller.words import requests as names

    headings = (_("Request"), _("Kind"), _("State"), _("What"), _("Customers"), _("Incidents"))
    rows = (
        (
            cell(one["reference"], "bold"), names.kind(words(), one["kind"]),
            names.state(words(), one["state"]), one["title"], ", ".join(one["customers"]),
            str(one["incidents"]),
        )
        for one in found
    )  # fmt: skip
    return print_table(headings, rows, _("No such requests."))


@command(app, "show", _("One request whole: what, why it stands so, who asks for it."))
def show(wishes: Wishes, request: Which) -> None:
    _told(wishes, Client(wishes).get("requests", request))


@command(app, "add", _("Register one from an incident, in one step."))
def add(
    wishes: Wishes,
    incident: Annotated[str, typer.Option("--from", metavar="INCIDENT", help=_("INC-1, or just 1."))],
    kind: Annotated[Kind, typer.Option("--kind")],
    title: Title,
    body: Annotated[
        str, typer.Option("--body", metavar="TEXT", help=_("More of it; - reads it from standard input."))
    ] = "",
) -> None:
    _told(
        wishes,
        Client(wishes).post(
            "requests", incident=incident, kind=kind.value, title=title, body=text("body", body)
        ),
    )


@command(app, "join", _("One more incident asks for it."))
def join(
    wishes: Wishes,
    request: Which,
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help=_("INC-1, or just 1."))],
) -> None:
    _told(wishes, Client(wishes).post("requests", request, "join", incident=incident))


@command(app, "state", _("Accept it, decline it with a reason, call it done."))
def state(
    wishes: Wishes,
    request: Which,
    state: Annotated[State, typer.Argument(metavar="STATE", help="open, accepted, declined, done")],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help=_("Why; - reads it from standard input."))
    ] = "",
) -> None:
    said = text("reason", reason)
    _told(wishes, Client(wishes).post("requests", request, "state", state=state.value, reason=said))


def _told(wishes: Wishes, one: Any) -> None:
    if wishes.as_json:
        return print_json(one)
    from controller.cli.tables import cell, heading, paragraph, print_facts, put
    from controller.words import requests as names

    top = cell(one["reference"], "bold").append(f" · {names.kind(words(), one['kind'])}")
    put(top.append(f" · {names.state(words(), one['state'])}"))
    put(cell(one["title"], "bold"))
    if one["body"]:
        paragraph(one["body"], 2)
    print_facts([(_("Reason"), one["reason"]), (_("Customers"), ", ".join(one["customers"]))])
    heading(_("Who asks for it"))
    for case in one["incidents"]:
        put(cell(f"  {case['reference']}  {case['customer']}: {case['title']}"))
    return None
