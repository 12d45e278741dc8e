"""`vigia maintenance ...`: times in which faults are expected, and what was held back in them."""

from typing import Annotated, Any

import typer

from controller.cli.client import Client
from controller.cli.language import _
from controller.cli.options import Wishes, command
from controller.cli.terminal import line, print_json

app = typer.Typer()
Number = Annotated[int, typer.Argument(metavar="NUMBER")]


@command(app, "list", _("Windows that are open or to come."))
def listed(
    wishes: Wishes,
    customer: Annotated[str, typer.Option("--customer", metavar="NAME")] = "",
    every: Annotated[bool, typer.Option("--all", help=_("Those that are over too."))] = False,
) -> None:
    found = Client(wishes).get("maintenance", customer=customer, every=every)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import moment, print_table

    rows = (
        (
            str(one["number"]), line(_place(one)), moment(one["from"], one["zone"]),
            moment(one["to"], one["zone"]), _state(one), str(one["held_count"]), line(one["reason"]),
        )
        for one in found
    )  # fmt: skip
    headings = (
        _("Number"), _("Where"), _("From"), _("Until"), _("State"), _("Held back"), _("Reason"),
    )  # fmt: skip
    return print_table(headings, rows, _("No maintenance is planned."))


@command(app, "show", _("One window, and everything that was held back in it."))
def show(wishes: Wishes, number: Number) -> None:
    from controller.cli import language

    found = Client(wishes).get("maintenance", str(number), lang=language.words().language)
    if wishes.as_json:
        return print_json(found)
    from controller.cli.tables import moment, print_table

    print(f"{line(_place(found))}: {line(found['reason'])} ({line(found['by'])}). {_state(found)}")
    rows = (
        (moment(one["at"], found["zone"]), line(one["machine"]), line(one["title"]), _outcome(one["outcome"]))
        for one in found["held"]
    )
    headings = (_("When"), _("Machine"), _("What"), _("What became of it"))
    return print_table(headings, rows, _("Nothing was held back."))


@command(app, "add", _("Announce a window: what is found in it opens nothing until its end."))
def add(
    wishes: Wishes,
    end: Annotated[str, typer.Option("--to", metavar="INSTANT", help=_("In the customer's zone."))],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=_("What is done there."))],
    machine: Annotated[str, typer.Option("--machine", metavar="NAME")] = "",
    site: Annotated[str, typer.Option("--site", metavar="NAME", help=_("With --customer."))] = "",
    customer: Annotated[str, typer.Option("--customer", metavar="NAME")] = "",
    start: Annotated[str, typer.Option("--from", metavar="INSTANT", help=_("Now, if not said."))] = "",
) -> None:
    said = {"machine": machine, "site": site, "customer": customer, "from": start, "to": end}
    made = Client(wishes).post("maintenance", **said, reason=reason)
    if wishes.as_json:
        return print_json(made)
    from controller.cli.tables import moment

    told = _(
        "maintenance {number}: {where} from {start} to {end}", number=made["number"],
        where=line(_place(made)), start=moment(made["from"], made["zone"]),
        end=moment(made["to"], made["zone"]),
    )  # fmt: skip
    return print(told)


@command(app, "end", _("End a window now: what is still wrong becomes incidents."))
def end_now(wishes: Wishes, number: Number) -> None:
    ended = Client(wishes).post("maintenance", str(number), "end")
    if wishes.as_json:
        return print_json(ended)
    return print(_("maintenance {number} is over", number=number))


def _place(one: dict[str, Any]) -> str:
    narrow = one["machine"] or one["site"]
    return f"{one['customer']}, {narrow}" if narrow else str(one["customer"])


def _state(one: dict[str, Any]) -> str:
    return str({"coming": _("to come"), "open": _("going on"), "over": _("over")}[one["state"]])


def _outcome(word: str) -> str:
    words = {"waiting": _("waits for the end"), "incident": _("became an incident"), "cleared": _("passed")}
    return str(words[word])
